internal import GuardTypes
package import Health
internal import Synchronization
package import Tunnel

/// Counts the polls of a cluster and the losses of its tunnel since the guard started. Thread-safe.
package final class ClusterCounters: Sendable {
  /// A snapshot of the counts.
  package struct Counts: Hashable, Sendable {
    var polls = 0
    /// By the code of the document's `poll.error`.
    var pollFailures: [String: Int] = [:]
    /// Losses of a tunnel that was up, by the code of `tunnel.lastError`; `asked` for a requested reconnect.
    var losses: [String: Int] = [:]
  }

  private let state = Mutex(Counts())

  package init() {}

  /// The current counts.
  package var counts: Counts { state.withLock(\.self) }

  /// Counts a loss of the tunnel.
  package func record(_ event: TunnelEvent) {
    guard case .changed(from: .up, _, let failure, _) = event else { return }
    state.withLock { $0.losses[failure?.code.rawValue ?? "asked", default: 0] += 1 }
  }

  /// Counts a poll.
  package func record(_ result: Result<Snapshot, PollFailure>) {
    state.withLock { counts in
      counts.polls += 1
      if case .failure(let failure) = result { counts.pollFailures[failure.code.rawValue, default: 0] += 1 }
    }
  }
}
