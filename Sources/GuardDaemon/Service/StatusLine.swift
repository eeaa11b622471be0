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
  private static let interval: Duration = .seconds(5)

  private let timer: RepeatingTimer

  init(board: StatusBoard) {
    let last = Last()
    self.timer = RepeatingTimer(
      every: StatusLine.interval, on: DispatchQueue(label: "status line"), startsAtOnce: true
    ) {
      let text = StatusLine.text(of: board)
      if last.replace(with: text) != text { _ = try? Notify.send(.status(text.singleLine)) }
    }
  }

  static func text(of board: StatusBoard) -> String { text(of: board.statusDocument()) }

  /// `tethys healthy: 3/3 nodes Ready, Flux 11/11; tunnel up since 2026-11-23 08:23 UTC`. Contains no value
  /// that changes permanently, because each new line is work for the service manager and its watchers.
  static func text(of document: StatusDocument) -> String {
    guard let only = document.clusters.first, document.clusters.count == 1 else { return document.summary }
    var text = "\(document.verdict.rawValue): \(document.summary)"
    if only.tunnel.state == .up, let since = only.tunnel.since {
      text += "; tunnel up since \("\(since)".prefix(16).replacing("T", with: " ")) UTC"
    }
    return text
  }

  private final class Last: Sendable {
    private let text = Mutex("")

    func replace(with next: String) -> String {
      text.withLock { text in
        defer { text = next }
        return text
      }
    }
  }
}
