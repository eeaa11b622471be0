package import Health
package import Pipeline
internal import PipelineSources
internal import Platform

/// The file of a token. It is looked up and read for each request, because it may be replaced.
package struct TokenFile: Sendable {
  private static let limit = 4096

  /// The configured location of the token: a path, or the name of a credential.
  private let place: String
  private let path: @Sendable () -> Result<String, SourceFailure>
  private let exposure: @Sendable (_ path: String) -> (reason: String, step: NextStep)?

  /// - Parameters:
  ///   - path: the file, or why there is none.
  ///   - exposure: why the file is not used, if others can read or replace it, and the next step.
  package init(
    place: String, path: @escaping @Sendable () -> Result<String, SourceFailure>,
    exposure: @escaping @Sendable (_ path: String) -> (reason: String, step: NextStep)?
  ) {
    self.place = place
    self.path = path
    self.exposure = exposure
  }

  var source: TokenSource {
    TokenSource(
      place: place, stamp: { SmallFile.Stamp(of: (try? path().get()) ?? "") }, read: { path().flatMap(read) })
  }

  private func read(_ path: String) -> Result<String, SourceFailure> {
    func failure(_ words: String, _ step: NextStep) -> Result<String, SourceFailure> {
      .failure(SourceFailure(.token, "\(path) \(words)", step: step))
    }
    if let (reason, step) = exposure(path) {
      return failure(reason, step)
    }
    let step = NextStep(
      note: "write the token to \(path) as a single line; make it readable only by the guard's user")
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SmallFile.read(path, limit: TokenFile.limit)
    } catch {
      return failure("can't be read: \(error.reason)", step)
    }
    var line = bytes[...]
    while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { line.removeLast() }
    // The token becomes part of a header line.
    guard !line.isEmpty, line.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return failure("is not a single line of printable ASCII", step)
    }
    return .success(String(decoding: line, as: UTF8.self))
  }
}
