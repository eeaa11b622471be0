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
  private struct State {
    var isPending = false
    var notBefore = MonotonicTime.now
    var last = ""
    /// The version of the board that `last` describes; nil before the first comparison.
    var version: UInt64?
  }

  /// The line needs a whole document, which is large with many clusters.
  private static let interval: Duration = .seconds(1)

  private let board: StatusBoard
  private let queue = DispatchQueue(label: "status line")
  private let state = Mutex(State())

  init(board: StatusBoard) { self.board = board }

  /// Sends the line if it changed. Calls within a second cause one comparison, and none if nothing on the board
  /// changed: a call every few seconds must wake up no thread. It can be called from any thread and never waits.
  func refresh() {
    let delay = state.withLock { state -> Duration? in
      guard !state.isPending, state.version != board.version else { return nil }
      state.isPending = true
      return max(.zero, state.notBefore - .now)
    }
    guard let delay else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(delay.inMilliseconds))) { [self] in
      state.withLock { state in
        // A change after this is compared by the next call.
        state.version = board.version
        (state.isPending, state.notBefore) = (false, .now + StatusLine.interval)
      }
      let text = self.text
      let isNew = state.withLock { state in
        defer { state.last = text }
        return state.last != text
      }
      if isNew { _ = try? Notify.send(.status(text)) }
    }
  }

  /// The current line.
  var text: String { StatusLine.text(of: board.statusDocument(isOverview: true)).singleLine }

  /// `tethys healthy: 3/3 nodes Ready, Flux 11/11; tunnel up since 2026-11-23 08:23 UTC`. It contains
  /// no figure that changes constantly, because each new line is work for the service manager and its clients.
  ///
  /// The error of a rejected reload comes first, because `systemctl reload` itself reports success.
  static func text(of document: StatusDocument) -> String {
    let rejected = (document.configuration?.rejected?.message).map { errors in
      "reload rejected (\(errors.split(separator: "\n").first ?? "")); "
    }
    return (rejected ?? "") + clusters(of: document)
      + (isUnusable(document) ? "; \(ServiceStatusText.unusable)" : "")
  }

  private static func isUnusable(_ document: StatusDocument) -> Bool {
    !document.clusters.isEmpty
      && document.clusters.allSatisfy { cluster in
        guard cluster.tunnel.state != .up, cluster.poll.seenAt == nil,
          let code = cluster.tunnel.lastError.flatMap({ TunnelErrorCode(rawValue: $0.code) })
        else { return false }
        return code.isOfConfiguration
      }
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
