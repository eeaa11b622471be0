internal import GuardAPI
internal import GuardState
internal import Health
internal import Synchronization

/// The latest changes, for systems without a journal. Thread-safe.
package final class RecentChanges: Sendable {
  static let capacity = 2000

  private struct State {
    var changes: [ChangeDocument] = []
    /// The index of the oldest change, once the memory is full.
    var oldest = 0
    var knownSince: Timestamp
  }

  private let state: Mutex<State>

  init(since: Timestamp = .now) {
    state = Mutex(State(knownSince: since))
  }

  func add(_ change: ChangeDocument) {
    state.withLock { state in
      guard state.changes.count == RecentChanges.capacity else { return state.changes.append(change) }
      state.changes[state.oldest] = change
      state.oldest = (state.oldest + 1) % RecentChanges.capacity
      state.knownSince = state.changes[state.oldest].at
    }
  }

  func history(_ query: HistoryQuery) -> HistoryDocument {
    let state = state.withLock { $0 }
    let all = state.changes[state.oldest...] + state.changes[..<state.oldest]
    let wanted = all.filter(query.includes)
    return HistoryDocument(
      source: .memory, knownSince: state.knownSince, truncated: wanted.count > query.limit,
      events: Array(wanted.suffix(query.limit)))
  }
}
