internal import Dispatch
package import GuardAPI
internal import Health
internal import Platform
internal import Synchronization
package import SystemJournal
internal import Systemd

/// Past changes, from the journal if this process writes to it and may read it, otherwise from memory.
package final class History: Sendable {
  /// The limit of pending requests. Reading a large journal takes some time.
  package static let maxPending = 16

  /// The changes since the start, for systems without a journal.
  package let memory = RecentChanges()
  private let scope: JournalScope?
  private let queue = DispatchQueue(label: "history", qos: .utility)
  private let waiting = Mutex(0)

  /// - Parameter scope: if nil, only the memory is read.
  package init(scope: JournalScope? = History.ownScope) {
    self.scope = scope
  }

  /// The journal scope of this process; nil if it does not write to the journal.
  static var ownScope: JournalScope? {
    guard Journal.isConnected() else { return nil }
    switch OwnUnit.current() {
    case .system(let unit)?: return .systemUnit(unit)
    case .user(let unit)?: return .userUnit(unit, uid: PeerCredentials.ownUID)
    case nil: return nil
    }
  }

  /// Reads on a separate queue, because a journal is on disk.
  ///
  /// - Parameter done: called once, on any thread; with nil if too many requests are pending.
  package func read(_ query: HistoryQuery, _ done: @escaping @Sendable (HistoryDocument?) -> Void) {
    let isTaken = waiting.withLock { waiting in
      guard waiting < History.maxPending else { return false }
      waiting += 1
      return true
    }
    guard isTaken else { return done(nil) }
    queue.async { [self] in
      let document = history(query)
      waiting.withLock { $0 -= 1 }
      done(document)
    }
  }

  private func history(_ query: HistoryQuery) -> HistoryDocument {
    // A journal that this process may not read appears empty or returns an error.
    guard let scope, let document = try? HistoryDocument(journal: scope, query), !document.events.isEmpty
    else {
      return memory.history(query)
    }
    return document
  }
}
