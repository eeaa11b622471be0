package import GuardAPI
package import GuardConnection
import GuardTerminal

/// Prints a page, and prints it again after each change that it shows, as `kubectl get -w` does.
package struct PageWatch {
  private let client: DaemonClient
  private let text: (StatusDocument) throws -> String

  package init(client: DaemonClient, text: @escaping (StatusDocument) throws -> String) {
    self.client = client
    self.text = text
  }

  /// Returns when the reader of standard output has gone.
  ///
  /// - Throws: `ClientError` if the guard cannot be reached or ends.
  package func run() throws {
    var stream = try client.watch()
    var shown: String?
    while true {
      switch try stream.next(within: .seconds(1)) {
      case .line(let bytes):
        let line: WatchLine
        do { line = try DocumentCoding.decodeWatchLine(bytes) } catch { throw ClientError.document(error) }
        guard let page = try page(line), page != shown else { continue }
        guard try StandardOutput.tell((shown == nil ? "" : "\n") + page) else { return }
        shown = page
      case .quiet:
        guard StandardOutput.hasReader else { return }
      case .ended:
        throw ClientError.unreadable(client.socket, .truncated)
      }
    }
  }

  /// nil for a heartbeat, after which only ages differ.
  private func page(_ line: WatchLine) throws -> String? {
    switch line {
    case .snapshot(let status): try text(status)
    case .change(_, let status): try status.map(text)
    case .heartbeat, .other: nil
    }
  }
}
