/// The name and version of the status document: `oceanid.status/1`.
///
/// Fields come, none goes, within one major version; a reader refuses a major version that is not its own.
package struct Schema: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  package let major: Int

  package static let status = Schema(name: "oceanid.status", major: 1)
  package static let history = Schema(name: "oceanid.history", major: 1)

  package static let roundTrips = Schema(name: "oceanid.roundtrips", major: 1)
  package static let doctor = Schema(name: "oceanid.doctor", major: 1)
  package static let incidents = Schema(name: "oceanid.incidents", major: 1)
  package static let alerts = Schema(name: "oceanid.alerts", major: 1)
  package static let notice = Schema(name: "oceanid.notice", major: 1)

  package init(name: String, major: Int) {
    self.name = name
    self.major = major
  }

  package init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/"), let major = Int(text[text.index(after: slash)...]) else {
      return nil
    }
    self.init(name: String(text[..<slash]), major: major)
  }

  package var description: String { "\(name)/\(major)" }
}

/// Why bytes are not a document that this version reads.
package enum DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not JSON, or a field has another type than the contract's.
  case malformed(String)
  /// Another document, or one of another major version.
  case foreignSchema(String)

  package var description: String {
    switch self {
    case .malformed(let detail): "the answer is not the document asked for: \(detail)"
    case .foreignSchema(let schema):
      "the daemon speaks \(schema), this client \(Schema.status), \(Schema.history) and \(Schema.incidents); install oceanid-ctl of the daemon's version"
    }
  }
}
