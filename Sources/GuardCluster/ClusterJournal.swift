internal import GuardAPI
internal import GuardIncidents
internal import GuardJournal
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import IncidentTracking
internal import Systemd
internal import Tunnel

/// Writes the journal entries of one cluster. The ledger determines the ids of incidents, and when they begin
/// and end.
///
/// Use it on the cluster's queue only.
final class ClusterJournal {
  private let cluster: String
  private let log: any EventLog
  private let ledger: IncidentLedger
  /// The subjects of the incidents that begin before a problem is observed.
  private let tunnelSubject: String
  private let apiSubject: String
  /// Connection attempts since the tunnel was last up.
  private var attempts = 0
  /// Entries about lasting states that are written and still true: `tunnel_blocked/auth_refused`.
  private var standing: Set<String>
  /// The standing entries that were written before the guard was restarted.
  private var inherited: Set<String>
  private let socketStep: (StreamAddress) -> NextStep?
  private let save: (JournalState) -> Void
  /// True if `save` has not been called since the last change.
  private var isChanged = false

  /// - Parameters:
  ///   - host: the host of the tunnel, as in the subject of its problem.
  ///   - state: the entries that were written before the guard was restarted.
  ///   - socketStep: the next step for an address that the guard holds and its socket unit does not.
  ///   - save: saves the state for the next start; called after each entry that changes it.
  init(
    cluster: String, host: String, log: any EventLog, ledger: IncidentLedger,
    state: JournalState = JournalState(),
    socketStep: @escaping (StreamAddress) -> NextStep? = { _ in nil },
    save: @escaping (JournalState) -> Void = { _ in }
  ) {
    self.cluster = cluster
    self.log = log
    self.ledger = ledger
    self.socketStep = socketStep
    self.save = save
    tunnelSubject = "tunnel \(host)"
    apiSubject = "API of \(cluster)"
    standing = state.standing
    inherited = state.standing
    if let former = state.former { adopt(former) }
  }

  /// Adopts the incidents of a former version.
  private func adopt(_ former: JournalState.Former) {
    ledger.adopt(
      Dictionary(former.open.map { ($0.id, $0.subject) }, uniquingKeysWith: { first, _ in first }),
      of: cluster)
    if let id = former.tunnelIncident { ledger.adopt(id: id, of: tunnelSubject, .tunnel, in: cluster) }
    if let id = former.apiIncident { _ = stands(.apiFailed, id) }
    // Remove the former state at once, so that it is not adopted again when it is outdated.
    ledger.save()
    save(JournalState(standing: standing))
  }

  private func saveChanges() {
    guard isChanged else { return }
    isChanged = false
    save(JournalState(standing: standing))
  }

  /// Marks an entry about a lasting state as written.
  ///
  /// - Returns: false if it was written before the guard was restarted, and nothing has changed since.
  private func stands(_ event: Event, _ detail: String) -> Bool {
    let name = "\(event.name)/\(detail)"
    isChanged = standing.insert(name).inserted || isChanged
    return inherited.remove(name) == nil
  }

  private func endStanding(_ event: Event, _ detail: String = "") {
    let name = "\(event.name)/\(detail)"
    let over = standing.filter { $0.hasPrefix(name) }
    guard !over.isEmpty else { return }
    standing.subtract(over)
    inherited.subtract(over)
    isChanged = true
  }

  // MARK: - Tunnel

  func write(_ event: TunnelEvent) {
    defer { saveChanges() }
    switch event {
    case .changed(let from, let to, let failure, let attempt):
      writeChange(from, to, failure, attempt)
    case .forwardListening(let listen):
      endStanding(.forwardPortBusy, "\(listen)")
      let step = socketStep(listen)
      record(
        .forwardListening,
        "listening on \(listen)\(step == nil ? "" : ", which the socket unit does not hold")",
        subject: "forward \(listen)", step: step)
    case .forwardBusy(let listen, let holder):
      guard stands(.forwardPortBusy, "\(listen)") else { return }
      record(
        .forwardPortBusy,
        "\(listen) is taken\(holder.map { " by \($0)" } ?? ""); trying again until it is free",
        subject: "forward \(listen)", reason: ForwardState.portBusy.rawValue,
        step: NextStep(command: listen.holderCommand))
    case .clientsRefused(let target, let count, let reason):
      record(
        .forwardClientRefused,
        count == 0
          ? "local connections for \(target) wait to be accepted: \(reason)"
          : "\(count) local connection\(count > 1 ? "s" : "") for \(target) reset: \(reason)",
        subject: "forward \(target)", reason: reason)
    case .waits(let what):
      record(.tunnelWaits, "the login waits for \(what)", subject: "tunnel")
    // The resulting problem has its own entry.
    case .admissionChanged: break
    case .targetRefused(let failure):
      record(
        .forwardClientRefused, failure.message, subject: "forward", reason: failure.code.rawValue,
        step: NextStep(failure))
    }
  }

  private func writeChange(
    _ from: TunnelState, _ to: TunnelState, _ failure: TunnelFailure?, _ attempt: Int
  ) {
    attempts = max(attempts, attempt)
    switch to {
    case .up:
      record(
        .tunnelUp, "tunnel up", subject: "tunnel", from: from.rawValue, to: to.rawValue,
        incident: ledger.currentID(of: tunnelSubject, in: cluster), attempts: attempts)
      attempts = 0
      endStanding(.tunnelBlocked)
    case .blocked:
      let incident = tunnelIncident()
      guard stands(.tunnelBlocked, failure?.code.rawValue ?? "") else { return }
      record(
        .tunnelBlocked, "tunnel blocked: \(failure?.message ?? "unknown")", subject: "tunnel",
        from: from.rawValue,
        to: to.rawValue, reason: failure?.code.rawValue, step: failure.map(NextStep.init), incident: incident)
    case .connecting where from == .up && failure == nil:
      // A user requested it, so it is not an incident. One begins if the attempt fails.
      record(
        .tunnelDown, "tunnel reconnects on request", subject: "tunnel", from: from.rawValue, to: to.rawValue)
    case .backoff where from == .up, .connecting where from == .up:
      record(
        .tunnelDown, "tunnel down: \(failure?.message ?? "unknown")", subject: "tunnel",
        from: from.rawValue,
        to: to.rawValue, reason: failure?.code.rawValue, step: failure.map(NextStep.init),
        incident: tunnelIncident())
    case .backoff:
      // One entry per doubling, not per attempt.
      let incident = tunnelIncident()
      guard attempt > 0, attempt & (attempt - 1) == 0 else { return }
      record(
        .tunnelRetry, "attempt \(attempt) failed: \(failure?.message ?? "unknown")", subject: "tunnel",
        from: from.rawValue, to: to.rawValue, reason: failure?.code.rawValue,
        step: failure.map(NextStep.init),
        incident: incident, attempts: attempts)
    case .connecting, .stopped: break
    }
  }

  // MARK: - API

  /// A poll failed while the tunnel was up. Only the first of consecutive failures has an entry.
  func write(pollFailed failure: PollFailure) {
    guard failedAPIIncident == nil else { return }
    defer { saveChanges() }
    let incident = ledger.issueID(of: apiSubject, .api, in: cluster)
    _ = stands(.apiFailed, incident)
    record(
      .apiFailed, "the API does not answer: \(failure.message)", subject: apiSubject, from: "answering",
      to: "failing", reason: failure.code.rawValue, step: failure.step, incident: incident)
  }

  /// A poll succeeded. Writes an entry if polls failed before.
  func writePollSucceeded() {
    guard let incident = failedAPIIncident else { return }
    defer { saveChanges() }
    endStanding(.apiFailed)
    record(
      .apiRecovered, "the API answers again", subject: apiSubject, from: "failing", to: "answering",
      incident: incident)
  }

  /// The incident of the last failure, until a poll succeeds.
  private var failedAPIIncident: String? {
    let prefix = "\(Event.apiFailed.name)/"
    return standing.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  private func tunnelIncident() -> String { ledger.issueID(of: tunnelSubject, .tunnel, in: cluster) }

  // MARK: - Problems

  /// Writes the entries for the changes of a judgment.
  func write(_ events: [IncidentEvent], from previous: ClusterReport?, to report: ClusterReport) {
    for event in events { log.write(LogRecord(event)) }
    guard let previous, previous.verdict != report.verdict else { return }
    record(
      .verdictChanged, "\(cluster) is \(report.verdict.rawValue): \(report.summary)",
      subject: "cluster \(cluster)",
      from: previous.verdict.rawValue, to: report.verdict.rawValue, reason: report.summary)
  }

  private func record(
    _ event: Event, _ message: String, subject: String, from: String? = nil, to: String? = nil,
    reason: String? = nil, step: NextStep? = nil, incident: String? = nil, attempts: Int? = nil
  ) {
    log.write(
      LogRecord(
        event, "\(cluster): \(message)", cluster: cluster, subject: subject, from: from, to: to,
        reason: reason, incident: incident, remedy: step?.remedy, command: step?.command,
        note: step?.note,
        extra: attempts.map { [.attempts: "\($0)"] } ?? [:]))
  }
}

extension StreamAddress {
  /// The command that shows the process that uses the address.
  fileprivate var holderCommand: String {
    switch self {
    case .tcp(let place): "ss -ltnp 'sport = :\(place.port)'"
    case .unix(let path): "ss -lxp src \(path.shellWord)"
    }
  }
}
