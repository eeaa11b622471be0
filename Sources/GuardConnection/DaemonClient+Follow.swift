package import FoundationEssentials
import GuardTerminal

extension DaemonClient {
  /// Prints the text for each line of the stream of changes. Returns when the reader of standard output has gone.
  ///
  /// - Parameter text: nil prints nothing for this line.
  /// - Throws: `ClientError` if the guard cannot be reached or ends.
  package func follow(_ text: (Data) throws -> String?) throws {
    var stream = try watch()
    while true {
      switch try stream.next(within: .seconds(1)) {
      case .line(let bytes):
        guard let text = try text(bytes) else { continue }
        guard try StandardOutput.writePart(text) else { return }
      case .quiet:
        guard StandardOutput.hasReader else { return }
      case .ended:
        throw ClientError.unreadable(socket, .truncated)
      }
    }
  }
}
