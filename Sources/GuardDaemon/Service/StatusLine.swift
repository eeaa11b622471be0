internal import Dispatch
internal import GuardAPI
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Platform
internal import Synchronization
internal import Systemd

/// Updates the status line of `systemctl status` when it changes.
final class StatusLine: Sendable {
  private let board: StatusBoard
  private let queue = DispatchQueue(label: "status line")
  private let isPending = Atomic(false)
  private let last = Mutex("")

  init(board: StatusBoard) { self.board = board }

  /// Sends the line if it changed. Several calls in quick succession cause one comparison. It can be called from any
  /// thread and never waits.
  func refresh() {
    guard !isPending.exchange(true, ordering: .relaxed) else { return }
    queue.async { [self] in
      isPending.store(false, ordering: .relaxed)
      let text = self.text
      let isNew = last.withLock { last in
        defer { last = text }
        return last != text
      }
      if isNew { _ = try? Notify.send(.status(text)) }
    }
  }

  /// The current line.
  var text: String { StatusLine.text(of: board.statusDocument()).singleLine }

  /// `tethys healthy: 3/3 nodes Ready, Flux 11/11; tunnel up since 2026-11-23 08:23 UTC`. It contains
  /// no figure that changes constantly, because each new line is work for the service manager and its clients.
  ///
  /// The error of a rejected reload comes first, because `systemctl reload` itself reports success.
  static func text(of document: StatusDocument) -> String {
    let rejected = (document.configuration?.rejected?.message).map { errors in
      "reload rejected (\(errors.split(separator: "\n").first ?? "")); "
    }
    return (rejected ?? "") + clusters(of: document)
  }

  private static func clusters(of document: StatusDocument) -> String {
    let up = document.clusters.filter { $0.tunnel.state == .up }
    guard let only = document.clusters.first, document.clusters.count == 1 else {
      guard !up.isEmpty else { return document.summary }
      return
        "\(document.summary); \(ServiceStatusText.tunnelUp) in \(up.count) of \(document.clusters.count) clusters"
    }
    var text = "\(document.verdict.rawValue): \(document.summary)"
    if !up.isEmpty, let since = only.tunnel.since {
      text +=
        "; \(ServiceStatusText.tunnelUp) since \("\(since)".prefix(16).replacing("T", with: " ")) UTC"
    }
    return text
  }
}
