internal import GuardJournal
internal import GuardTypes
internal import Health
internal import Systemd
internal import Tunnel

/// Turns what happened to one cluster into journal entries, with one incident id from a fault to its end.
///
/// Belongs to the cluster's queue.
final class ClusterJournal {
  private let cluster: String
  private let log: any EventLog
  /// Subject to incident id, of what is wrong now.
  private(set) var incidents: [String: String]
  /// Open problems that the journal has, by id.
  private var open: [String: JournalMemory.OpenProblem]
  /// Subject to id of the incidents that people know as open.
  private let known: () -> [String: String]
  private var tunnelIncident: String?
  /// Attempts at a connection since the tunnel was up.
  private var attempts = 0
  /// Open while polls fail although the tunnel is up.
  private var apiIncident: String?
  /// Entries about what lasts, that were written and not taken back.
  private var standing: Set<String>
  /// Those of them that were written before the guard was restarted.
  private var inherited: Set<String>
  private let save: (JournalMemory) -> Void
  /// Something changed that `save` has not been given.
  private var isChanged = false
  private let makeIncident: () -> String

  /// - Parameters:
  ///   - memory: the entries that were written before the guard was restarted.
  ///   - save: keeps the memory over a restart; called after each entry that changes it.
  init(
    cluster: String, log: any EventLog, known: @escaping () -> [String: String] = { [:] },
    memory: JournalMemory = JournalMemory(), save: @escaping (JournalMemory) -> Void = { _ in },
    makeIncident: @escaping () -> String = { String(UInt64.random(in: .min ... .max), radix: 16) }
  ) {
    self.cluster = cluster
    self.log = log
    self.known = known
    self.save = save
    self.makeIncident = makeIncident
    incidents = memory.incidents
    open = Dictionary(memory.open.map { ($0.id, $0) }) { first, _ in first }
    tunnelIncident = memory.tunnelIncident
    apiIncident = memory.apiIncident
    standing = memory.standing
    inherited = memory.standing
  }

  private func saveChanges() {
    guard isChanged else { return }
    isChanged = false
    save(
      JournalMemory(
        open: open.values.sorted { $0.id < $1.id }, incidents: incidents, tunnelIncident: tunnelIncident,
        apiIncident: apiIncident, standing: standing))
  }

  /// Records that an entry about what lasts is written.
  ///
  /// - Returns: false where it was written before the guard was restarted, and nothing has changed since.
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

  // MARK: - The tunnel

  func write(_ event: TunnelEvent) {
    defer { saveChanges() }
    switch event {
    case .changed(let from, let to, let failure, let attempt):
      writeChange(from, to, failure, attempt)
    case .forwardListening(let listen):
      endStanding(.forwardPortBusy, "\(listen)")
      put(.forwardListening, "listening on \(listen)", subject: "forward \(listen)")
    case .forwardBusy(let listen, let holder):
      guard stands(.forwardPortBusy, "\(listen)") else { return }
      put(
        .forwardPortBusy,
        "\(listen) is taken\(holder.map { " by \($0)" } ?? ""); trying again until it is free",
        subject: "forward \(listen)", reason: "port_busy", remedy: listen.holderCommand)
    case .clientsRefused(let target, let count, let reason):
      put(
        .forwardClientRefused,
        count == 0
          ? "local connections for \(target) wait to be accepted: \(reason)"
          : "\(count) local connection\(count > 1 ? "s" : "") for \(target) reset: \(reason)",
        subject: "forward \(target)", reason: reason)
    // The problem that comes of it has an entry of its own.
    case .admissionChanged: break
    case .targetRefused(let failure):
      put(
        .forwardClientRefused, failure.message, subject: "forward", reason: failure.code.rawValue,
        remedy: failure.remedy)
    }
  }

  private func writeChange(
    _ from: TunnelState, _ to: TunnelState, _ failure: TunnelFailure?, _ attempt: Int
  ) {
    attempts = max(attempts, attempt)
    switch to {
    case .up:
      put(
        .tunnelUp, "tunnel up", subject: "tunnel", from: from.rawValue, to: to.rawValue,
        incident: tunnelIncident, attempts: attempts)
      isChanged = isChanged || tunnelIncident != nil
      tunnelIncident = nil
      attempts = 0
      endStanding(.tunnelBlocked)
    case .blocked:
      openTunnelIncident()
      guard stands(.tunnelBlocked, failure?.code.rawValue ?? "") else { return }
      put(
        .tunnelBlocked, "tunnel blocked: \(failure?.message ?? "unknown")", subject: "tunnel",
        from: from.rawValue,
        to: to.rawValue, reason: failure?.code.rawValue, remedy: failure?.remedy, incident: tunnelIncident)
    case .backoff where from == .up, .connecting where from == .up:
      openTunnelIncident()
      put(
        .tunnelDown, "tunnel down: \(failure?.message ?? "asked to reconnect")", subject: "tunnel",
        from: from.rawValue,
        to: to.rawValue, reason: failure?.code.rawValue, remedy: failure?.remedy, incident: tunnelIncident)
    case .backoff:
      openTunnelIncident()
      // One entry per doubling, not per try.
      guard attempt > 0, attempt & (attempt - 1) == 0 else { return }
      put(
        .tunnelRetry, "attempt \(attempt) failed: \(failure?.message ?? "unknown")", subject: "tunnel",
        from: from.rawValue, to: to.rawValue, reason: failure?.code.rawValue, remedy: failure?.remedy,
        incident: tunnelIncident, attempts: attempts)
    case .connecting, .stopped: break
    }
  }

  // MARK: - The API

  /// A poll failed, with the tunnel up: the first one of a row is news.
  func write(pollFailed failure: PollFailure) {
    guard apiIncident == nil else { return }
    defer { saveChanges() }
    let incident = makeIncident()
    apiIncident = incident
    isChanged = true
    put(
      .apiFailed, "the API does not answer: \(failure.message)", subject: "API of \(cluster)",
      from: "answering",
      to: "failing", reason: failure.code.rawValue, remedy: failure.remedy, incident: incident)
  }

  /// A poll succeeded: news after failed ones.
  func writePollSucceeded() {
    guard let incident = apiIncident.take() else { return }
    defer { saveChanges() }
    isChanged = true
    put(
      .apiRecovered, "the API answers again", subject: "API of \(cluster)", from: "failing", to: "answering",
      incident: incident)
  }

  /// Entries about the tunnel or the API belong to the incident of that one.
  private func incident(for problem: Problem) -> String {
    if let apiIncident, problem.kind == .api { return apiIncident }
    guard problem.kind == .tunnel else { return makeIncident() }
    openTunnelIncident()
    return tunnelIncident ?? makeIncident()
  }

  private func openTunnelIncident() {
    isChanged = isChanged || tunnelIncident == nil
    tunnelIncident =
      tunnelIncident ?? known().first { $0.key.hasPrefix("tunnel ") }?.value ?? makeIncident()
  }

  // MARK: - What the rules say

  /// A subject whose problem became another one (refused after closed) is still the same incident: it is over when
  /// nothing is left of it.
  ///
  /// A problem that can't be seen just now is not over.
  func write(from previous: ClusterReport?, to report: ClusterReport) {
    defer { saveChanges() }
    let opened = report.problems.filter { open[$0.id] == nil }
    // A problem that returns before its end was notified was never over.
    let known = opened.isEmpty ? [:] : known()
    for problem in opened {
      let incident = incidents[problem.subject] ?? known[problem.subject] ?? incident(for: problem)
      incidents[problem.subject] = incident
      put(
        .problemOpened, "\(problem.title)\(problem.detail.isEmpty ? "" : ": \(problem.detail)")",
        priority: problem.severity == .critical ? .error : .warning, subject: problem.subject, to: problem.id,
        reason: problem.detail, remedy: problem.remedy, step: problem.step, incident: incident,
        extra: ["CODE": problem.code.rawValue, "KIND": problem.kind.rawValue])
    }
    let subjects = Set(report.problems.map(\.subject))
    let gone = open.values.filter { problem in
      !subjects.contains(problem.subject) && !report.unseen.contains(problem.kind)
        && !report.unseenSubjects.contains(problem.subject)
    }
    for problem in gone.sorted(by: { $0.id < $1.id }) {
      guard let incident = incidents.removeValue(forKey: problem.subject) else { continue }
      put(
        .problemClosed, "ended: \(problem.title)", subject: problem.subject, from: problem.id,
        incident: incident)
    }
    var next = open.filter { incidents[$0.value.subject] != nil && !subjects.contains($0.value.subject) }
    for problem in report.problems { next[problem.id] = open[problem.id] ?? .init(problem) }
    isChanged = isChanged || next.count != open.count || !opened.isEmpty
    open = next
    if let previous, previous.verdict != report.verdict {
      put(
        .verdictChanged, "\(cluster) is \(report.verdict.rawValue): \(report.summary)",
        subject: "cluster \(cluster)",
        from: previous.verdict.rawValue, to: report.verdict.rawValue, reason: report.summary)
    }
  }

  private func put(
    _ event: Event, _ message: String, priority: Priority? = nil, subject: String, from: String? = nil,
    to: String? = nil, reason: String? = nil, remedy: String? = nil, step: NextStep? = nil,
    incident: String? = nil, attempts: Int? = nil, extra: [String: String] = [:]
  ) {
    log.write(
      LogRecord(
        event, "\(cluster): \(message)", priority: priority, cluster: cluster, subject: subject, from: from,
        to: to,
        reason: reason, incident: incident, remedy: remedy, command: step?.command, note: step?.note,
        extra: attempts.map { extra.merging(["ATTEMPTS": "\($0)"]) { $1 } } ?? extra))
  }
}

extension StreamAddress {
  /// The command that shows the process which has it.
  fileprivate var holderCommand: String {
    switch self {
    case .tcp(let place): "ss -ltnp 'sport = :\(place.port)'"
    case .unix(let path): "ss -lxp src \(path); ls -l \(path)"
    }
  }
}
