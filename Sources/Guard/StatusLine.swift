internal import Dispatch
internal import GuardAPI
internal import Platform
internal import Synchronization
internal import Systemd

/// The living line of `systemctl status`, sent when it changed.
final class StatusLine: Sendable {
  private static let interval: Duration = .seconds(5)

  private let timer: RepeatingTimer

  init(board: StatusBoard) {
    let last = Last()
    self.timer = RepeatingTimer(
      every: StatusLine.interval, on: DispatchQueue(label: "status line"), startsAtOnce: true
    ) {
      let text = StatusLine.text(of: board)
      if last.replace(with: text) != text { _ = try? Notify.send(.status(text)) }
    }
  }

  static func text(of board: StatusBoard) -> String { board.statusDocument().summary }

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
