package import Pipeline
package import Platform

/// Where the token of an API comes from. It is read for each request, because it may be replaced.
package struct TokenSource: Sendable {
  /// Where a person puts the token: a path, or the name of a credential.
  package let place: String
  /// Identifies the version of the file.
  package let stamp: @Sendable () -> SmallFile.Stamp
  /// Reads the token.
  private let read: @Sendable () -> Result<String, SourceFailure>

  package init(
    place: String, stamp: @escaping @Sendable () -> SmallFile.Stamp,
    read: @escaping @Sendable () -> Result<String, SourceFailure>
  ) {
    self.place = place
    self.stamp = stamp
    self.read = read
  }

  /// - Throws: `SourceFailure` of kind `token`, which names the file and never the token.
  func token() throws(SourceFailure) -> APIToken { APIToken(value: try read().get()) }
}

/// A token, which appears in no description and no dump.
struct APIToken: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  let value: String

  var description: String { "(withheld)" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
