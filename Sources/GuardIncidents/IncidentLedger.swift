package import GuardAPI
package import GuardJournal
internal import GuardState
package import GuardStatus
package import Health
package import IncidentTracking
internal import Platform
internal import Synchronization
internal import Systemd

/// The guard's incidents: one tracker for all clusters, kept over restarts, and the notices that follow from it.
///
/// A notice is delivered exactly once as far as a file system allows: the tracker records it, and is saved, before the
/// channels get it; it is saved again once they have it. Where the guard ends in between, the next start hands the notice
/// over once more, with the same keys, and channels skip what they have already.
///
/// The tracker has one lock; notices are handed on outside of it.
package final class IncidentLedger: Sendable {
  private struct State {
    var tracker: IncidentTracker
    /// The revision that the file has; nil where that is unknown.
    var saved: UInt64?
    /// Those of the configuration; nil until they are set.
    var clusters: [String]?
  }

  private let state: Mutex<State>
  private let saving = Mutex(())
  private let file: IncidentFile?
  private let log: any EventLog
  private let deliver: @Sendable (IncidentNotice) -> Void
  private let board: StatusBoard?
  /// There was no file: earlier notices are unknown.
  package let isNew: Bool

  /// - Parameters:
  ///   - board: gets the silences in force.
  ///   - deliver: saves a notice for the channels before it returns; called by `pass`.
  package init(
    file: IncidentFile?, log: any EventLog, board: StatusBoard? = nil,
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
            priority: .warning, remedy: "look at \(file.path).unreadable"))
      }
    }
    isNew = loaded == nil
    let tracker = loaded ?? IncidentTracker()
    let unsent = tracker.unsent(at: .now)
    state = Mutex(State(tracker: tracker, saved: isNew ? nil : tracker.revision))
    board?.setSilences(tracker.silences)
    handOver(unsent)
    save()
  }

  // MARK: - In

  /// Records the problems of a cluster at a moment.
  package func observe(_ observation: ProblemObservation, at now: Timestamp = .now) {
    state.withLock { $0.tracker.observe(observation, at: now) }
  }

  /// The machine slept.
  package func resume(at now: Timestamp = .now) { state.withLock { $0.tracker.resume(at: now) } }

  /// The clusters of the configuration; the incidents of others are over.
  package func keep(_ clusters: [String], at now: Timestamp = .now) {
    state.withLock {
      $0.clusters = clusters
      $0.tracker.keep(clusters, at: now)
    }
  }

  /// Lets time pass: hands on what is due, and keeps what is new. To be called after each observation, and every few
  /// seconds.
  package func pass(at now: Timestamp = .now) {
    let (notices, expired) = state.withLock { ($0.tracker.advance(to: now), $0.tracker.takeExpired()) }
    if !expired.isEmpty {
      board?.setSilences(state.withLock { $0.tracker.silences })
      for silence in expired { log.write(LogRecord(expired: silence)) }
    }
    save()
    guard !notices.isEmpty else { return }
    handOver(notices)
    save()
  }

  /// Gives notices into the channels' keeping.
  private func handOver(_ notices: [IncidentNotice]) {
    for notice in notices {
      for entry in notice.entries { log.write(LogRecord(entry)) }
      deliver(notice)
    }
    state.withLock { $0.tracker.sent(notices) }
  }

  /// Time alone may change something within seconds.
  package var isInMotion: Bool { state.withLock { $0.tracker.isInMotion } }

  /// The file has everything: a restart repeats nothing.
  package var isSaved: Bool { state.withLock { $0.tracker.revision == $0.saved } }

  /// Writes what the file does not have. Tried again with every pass while it fails; the state folder reports
  /// that as a problem.
  package func save() {
    board?.setSilences(state.withLock { $0.tracker.silences })
    // A silence comes in on another thread than a pass; two writers would spoil each other's draft.
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

  /// At most so many at once: each is asked for every incident.
  private static let mostSilences = 100

  /// - Returns: nil where there are too many.
  package func silence(_ request: SilenceRequest, by author: String, at now: Timestamp = .now) -> Silence? {
    let silence = Silence(
      id: String(UInt32.random(in: .min ... .max), radix: 16), cluster: request.cluster,
      pattern: request.pattern, reason: request.reason, author: author, createdAt: now,
      expiresAt: now + request.duration)
    let isTaken = state.withLock { state in
      guard state.tracker.silences.count < IncidentLedger.mostSilences else { return false }
      state.tracker.add(silence)
      return true
    }
    guard isTaken else { return nil }
    log.write(LogRecord(begun: silence))
    save()
    return silence
  }

  /// Whether there may be incidents of the cluster: empty is the guard itself.
  func isGuarded(_ cluster: String) -> Bool {
    cluster.isEmpty || state.withLock { $0.clusters?.contains(cluster) ?? true }
  }

  /// The open incidents that the silence applies to at this moment.
  package func reach(of silence: Silence) -> SilenceReach {
    SilenceReach(silence, open: state.withLock { $0.tracker.open })
  }

  /// - Returns: false when there is no such silence.
  package func endSilence(id: String, by author: String) -> Bool {
    guard state.withLock({ $0.tracker.removeSilence(id: id) }) else { return false }
    log.write(
      LogRecord(
        .silenceEnded, "silence \(id) ended by \(author)", subject: "silence \(id)",
        reason: "ended by \(author)"))
    save()
    return true
  }

  // MARK: - Out

  /// Subject to id of a cluster's open incidents: what comes back within one is still the same.
  package func openIDs(of cluster: String) -> [String: String] {
    state.withLock { $0.tracker.openIDs(of: cluster) }
  }

  /// Incidents that were notified and whose end was not.
  package var told: [Incident] { state.withLock { $0.tracker.told } }

  /// Those that fired and are not over, by severity.
  package var firing: [Problem.Severity: Int] {
    state.withLock { state in
      state.tracker.open.reduce(into: [:]) { counts, incident in
        if incident.state != .pending { counts[incident.severity, default: 0] += 1 }
      }
    }
  }

  /// The document of open and past incidents.
  package func document() -> IncidentsDocument {
    let tracker = state.withLock { $0.tracker }
    return IncidentsDocument(
      open: tracker.open.map { IncidentDocument($0, silence: tracker.silence(of: $0)) },
      past: tracker.past.reversed().map { IncidentDocument($0, silence: nil) },
      silences: tracker.silences.map(SilenceDocument.init), ignored: tracker.ignored)
  }
}

extension LogRecord {
  /// The log entry of a notice.
  package init(_ entry: IncidentNotice.Entry) {
    let incident = entry.incident
    let cluster = incident.cluster.isEmpty ? "" : "\(incident.cluster): "
    let event: Event
    let text: String
    switch entry.change {
    case .opened: (event, text) = (.incidentOpened, incident.title)
    case .worsened: (event, text) = (.incidentWorsened, "now critical: \(incident.title)")
    case .flapping: (event, text) = (.incidentFlapping, "flapping: \(incident.title)")
    case .reminder: (event, text) = (.incidentReminder, "ongoing: \(incident.title)")
    case .ended: (event, text) = (.incidentEnded, "ended: \(incident.title)")
    }
    self.init(
      event, "\(cluster)\(text)", cluster: incident.cluster.isEmpty ? nil : incident.cluster,
      subject: incident.subject,
      from: entry.change == .ended ? incident.problem : nil,
      to: entry.change == .ended ? nil : incident.problem, reason: incident.detail, incident: incident.id,
      remedy: entry.change == .ended ? nil : incident.remedy,
      command: entry.change == .ended ? nil : incident.command,
      note: entry.change == .ended ? nil : incident.note,
      extra: ["SEVERITY": incident.severity.rawValue, "KIND": incident.kind.rawValue]
        .merging(incident.code.map { ["CODE": $0] } ?? [:]) { $1 })
  }

  fileprivate init(begun silence: Silence) {
    self.init(
      .silenceBegun,
      "\(silence.what) is silenced until \(silence.expiresAt.toTheSecond) by \(silence.author): \(silence.reason)",
      cluster: silence.cluster, subject: "silence \(silence.id)", to: silence.pattern ?? "everything",
      reason: silence.reason)
  }

  fileprivate init(expired silence: Silence) {
    self.init(
      .silenceEnded, "silence \(silence.id) expired: \(silence.what) is notified again",
      cluster: silence.cluster, subject: "silence \(silence.id)", from: silence.pattern ?? "everything",
      reason: "expired")
  }
}

extension Silence {
  fileprivate var what: String { (pattern ?? "everything") + (cluster.map { " of \($0)" } ?? "") }
}
