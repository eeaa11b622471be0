internal import GuardTypes
internal import Health
internal import Synchronization
internal import Tunnel

/// What happened to one cluster since the guard started, counted. One lock; told by the cluster, read by the metrics.
final class Tally: Sendable {
  struct Counts: Hashable, Sendable {
    var polls = 0
    /// By the code of the document's `poll.error`.
    var pollFailures: [String: Int] = [:]
    /// Losses of a tunnel that was up, by the code of `tunnel.lastError`; `asked` for a reconnect that was asked for.
    var losses: [String: Int] = [:]
  }

  private let state = Mutex(Counts())

  var counts: Counts { state.withLock(\.self) }

  func note(_ event: TunnelEvent) {
    guard case .changed(from: .up, _, let failure, _) = event else { return }
    state.withLock { $0.losses[failure?.code.rawValue ?? "asked", default: 0] += 1 }
  }

  func note(_ result: Result<Snapshot, PollFailure>) {
    state.withLock { counts in
      counts.polls += 1
      if case .failure(let failure) = result { counts.pollFailures[failure.code.rawValue, default: 0] += 1 }
    }
  }
}
