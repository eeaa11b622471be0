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
  /// - Throws: `ClientError` if the guard cannot be reached at first.
  package func run() throws {
    var shown: String?
    try client.follow { bytes in
      let line: WatchLine
      do throws(DocumentError) {
        line = try DocumentCoding.decodeWatchLine(bytes)
      } catch {
        throw ClientError.document(error)
      }
      guard let page = try page(line), page != shown else { return nil }
      defer { shown = page }
      return (shown == nil ? "" : "\n") + page
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
