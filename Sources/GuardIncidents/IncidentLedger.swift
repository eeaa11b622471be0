package import GuardAPI
package import GuardJournal
internal import GuardState
package import GuardStatus
package import Health
package import IncidentTracking
internal import Platform
internal import Synchronization
internal import Systemd

/// Owns the guard's `IncidentTracker`, which covers all clusters and is saved across restarts. Delivers its
/// notices.
///
/// A notice is delivered exactly once as far as a file system allows: the tracker is saved with the notice before the
/// channels get it, and again once they have it. If the guard ends in between, the next start delivers the notice once
/// more, with the same keys, and the channels skip the entries that they have.
///
/// The tracker has one lock; notices are delivered outside of it.
package final class IncidentLedger: Sendable {
  private struct State {
    var tracker: IncidentTracker
    /// The revision of the file; nil if unknown.
    var saved: UInt64?
    /// The clusters of the configuration; nil until they are set.
    var clusters: [String]?
  }

  private let state: Mutex<State>
  private let saving = Mutex(())
  private let file: IncidentFile?
  private let log: any EventLog
  private let deliver: @Sendable (IncidentNotice) -> Void
  private let board: StatusBoard?
  /// There was no readable file: earlier incidents and notices are unknown.
  package let isNew: Bool

  /// - Parameters:
  ///   - board: gets the active silences.
  ///   - makeID: creates the ids of new incidents; nil for random ones.
  ///   - deliver: saves a notice for the channels before it returns; called by `pass`.
  package init(
    file: IncidentFile?, log: any EventLog, board: StatusBoard? = nil,
    makeID: (@Sendable () -> String)? = nil,
    deliver: @escaping @Sendable (IncidentNotice) -> Void = { _ in }
  ) {
    self.file = file
    self.log = log
    self.deliver = deliver
    self.board = board
    var loaded: IncidentTracker?
    if let file {
      do {
        loaded = try file.load()
      } catch {
        file.setAside()
        log.write(
          LogRecord(
            nil, "\(file.path) can't be read, so known incidents are notified again: \(error)",
            priority: .warning, remedy: "look at \(file.path)\(StateFile.damaged)"))
      }
    }
    isNew = loaded == nil
    var tracker = loaded ?? IncidentTracker()
    if let makeID { tracker.makeID = makeID }
    let unsent = tracker.unsent(at: .now)
    state = Mutex(State(tracker: tracker, saved: isNew ? nil : tracker.revision))
    board?.setSilences(tracker.silences)
    deliverAll(unsent)
    save()
  }

  // MARK: - Input

  /// Records the problems of a cluster.
  ///
  /// Saves the tracker if something opened or closed, so that after a restart its entries keep their ids and are not
  /// repeated.
  @discardableResult
  package func observe(_ observation: ProblemObservation, at now: Timestamp = .now) -> IncidentUpdate {
    let update = state.withLock { $0.tracker.observe(observation, at: now) }
    if !update.events.isEmpty { save() }
    return update
  }

  /// The machine slept.
  package func resume(at now: Timestamp = .now) { state.withLock { $0.tracker.resume(at: now) } }

  /// Sets the clusters of the configuration, and ends the incidents of all others.
  package func retain(clusters: [String], at now: Timestamp = .now) {
    let events = state.withLock {
      $0.clusters = clusters
      return $0.tracker.retain(clusters: clusters, at: now)
    }
    if !events.isEmpty { save() }
    for event in events { log.write(LogRecord(event)) }
  }

  /// Adopts the open problems that a former version saved with a cluster's journal: id to subject.
  package func adopt(_ openProblems: [String: String], of cluster: String) {
    state.withLock { $0.tracker.adopt(openProblems, of: cluster) }
  }

  /// Adopts the id of an outage without an observed problem from a former version.
  package func adopt(id: String, of subject: String, _ kind: Problem.Kind, in cluster: String) {
    state.withLock { $0.tracker.adopt(id: id, of: subject, kind, in: cluster) }
  }

  /// Delivers the notices that are due, and saves changes. Call it after each observation, and every few
  /// seconds.
  package func pass(at now: Timestamp = .now) {
    let (notices, expired) = state.withLock { ($0.tracker.advance(to: now), $0.tracker.drainExpired()) }
    for silence in expired { log.write(LogRecord(expired: silence)) }
    save()
    guard !notices.isEmpty else { return }
    deliverAll(notices)
    save()
  }

  /// Passes notices to the channels, which save them.
  private func deliverAll(_ notices: [IncidentNotice]) {
    for notice in notices {
      for entry in notice.entries { log.write(LogRecord(entry)) }
      deliver(notice)
    }
    state.withLock { $0.tracker.sent(notices) }
  }

  /// True if time alone may change something within seconds.
  package var isInMotion: Bool { state.withLock { $0.tracker.isInMotion } }

  /// True if the file is up to date, so that a restart repeats nothing.
  package var isSaved: Bool { state.withLock { $0.tracker.revision == $0.saved } }

  /// Updates the file. After a failure, which the state folder reports as a problem, every pass tries again.
  package func save() {
    board?.setSilences(state.withLock { $0.tracker.silences })
    // Requests, observations and passes run on different threads, and there is one draft file.
    saving.withLock { _ in
      let tracker = state.withLock { $0.tracker.revision == $0.saved ? nil : $0.tracker }
      guard let tracker else { return }
      do {
        try file?.save(tracker)
        state.withLock { $0.saved = tracker.revision }
      } catch {
        state.withLock { $0.saved = nil }
      }
    }
  }

  // MARK: - Silences

  /// Limits the number of silences, because every incident is compared with every silence.
  private static let maxSilences = 100

  /// - Returns: nil if there are too many.
  package func silence(_ request: SilenceRequest, by author: String, at now: Timestamp = .now) -> Silence? {
    let silence = Silence(
      id: String(UInt32.random(in: 1 << 28 ... .max), radix: 16), cluster: request.cluster,
      pattern: request.pattern, reason: request.reason, author: author, createdAt: now,
      expiresAt: now + request.duration)
    let isTaken = state.withLock { state in
      guard state.tracker.silences.count < IncidentLedger.maxSilences else { return false }
      state.tracker.add(silence)
      return true
    }
    guard isTaken else { return nil }
    log.write(LogRecord(begun: silence))
    save()
    return silence
  }

  /// True if the cluster can have incidents; an empty name is the guard itself.
  func isGuarded(_ cluster: String) -> Bool {
    cluster.isEmpty || state.withLock { $0.clusters?.contains(cluster) ?? true }
  }

  /// The effect of the silence on the incidents that are open now.
  package func reach(of silence: Silence) -> SilenceReach {
    SilenceReach(silence, open: state.withLock { $0.tracker.open })
  }

  /// - Returns: false if there is no such silence.
  package func endSilence(id: String, by author: String) -> Bool {
    guard state.withLock({ $0.tracker.removeSilence(id: id) }) else { return false }
    log.write(
      LogRecord(
        .silenceEnded, "silence \(id) ended by \(author)", subject: "silence \(id)",
        reason: "ended by \(author)"))
    save()
    return true
  }

  // MARK: - Ids

  /// The id of the subject's incident, for an entry that is written before the subject's problem is observed.
  package func issueID(of subject: String, _ kind: Problem.Kind, in cluster: String) -> String {
    state.withLock { $0.tracker.issueID(of: subject, kind, in: cluster) }
  }

  /// The id of the incident to which the subject's current problem, or an interruption, belongs.
  package func currentID(of subject: String, in cluster: String) -> String? {
    state.withLock { $0.tracker.currentID(of: subject, in: cluster) }
  }

  // MARK: - Output

  /// Open incidents that were notified.
  package var notified: [Incident] { state.withLock { $0.tracker.notified } }

  /// The number of open incidents that are not pending, by severity.
  package var firing: [Problem.Severity: Int] {
    state.withLock { state in
      state.tracker.open.reduce(into: [:]) { counts, incident in
        if incident.state != .pending { counts[incident.severity, default: 0] += 1 }
      }
    }
  }

  /// The document of open and past incidents.
  ///
  /// - Parameter channels: the number of alert channels; nil if unknown.
  package func document(channels: Int? = nil) -> IncidentsDocument {
    let tracker = state.withLock { $0.tracker }
    return IncidentsDocument(
      open: tracker.open.map { IncidentDocument($0, silence: tracker.silence(of: $0)) },
      past: tracker.past.reversed().map { IncidentDocument($0, silence: nil) },
      silences: tracker.silences.map(SilenceDocument.init), ignored: tracker.ignored,
      channels: channels)
  }
}
