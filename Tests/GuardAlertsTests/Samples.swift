import Foundation
import GuardAPI
import Platform
import Synchronization
import TestSupport
import Tunnel

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardJournal
@testable import GuardState
@testable import Health
@testable import IncidentTracking

let moment = Timestamp(seconds: 1_800_000_000)

extension Incident {
  /// One that fires, of `node a` unless said otherwise.
  static func sample(
    _ id: String, _ severity: Problem.Severity = .critical, cluster: String = "tethys",
    subject: String? = nil,
    problem: String? = nil, title: String? = nil, notices: Int = 1, endedAt: Timestamp? = nil
  ) -> Incident {
    let subject = subject ?? "node \(id)"
    let code = problem.flatMap { ProblemCode.of(id: $0).first } ?? .node(.notReady)
    var incident = Incident(
      id: id,
      of: Problem(
        code, id: problem ?? "\(cluster)/node/\(id)/not-ready", severity: severity,
        cluster: cluster,
        subject: subject,
        title: title ?? "\(subject) is NotReady", detail: "kubelet stopped posting node status",
        since: moment - .seconds(60), step: NextStep(command: "kubectl describe node \(id)")))
    incident.state = endedAt == nil ? .firing : .ended
    incident.firedAt = moment
    incident.endedAt = endedAt
    incident.notices = notices
    return incident
  }
}

extension IncidentNotice {
  static func sample(_ change: Change, _ incidents: Incident..., at: Timestamp = moment) -> IncidentNotice {
    IncidentNotice(
      at: at, cluster: incidents.first?.cluster ?? "", entries: incidents.map { .init(change, $0) })
  }
}

extension IncidentNotice {
  /// `opened a/1`: changes with incidents and the number of notices.
  var words: [String] { entries.map { "\($0.change.rawValue) \($0.incident.id)/\($0.incident.notices)" } }
}

extension Spool {
  /// One whose folder is a state directory of its own.
  init(path: String) {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    self.init(
      name: String(path[path.index(after: slash)...]), in: StateFolder(folder: String(path[..<slash])))
  }
}

extension AlertDelivery {
  func refresh(firing incidents: [Incident], critical: [Problem] = [], unknown: [String] = []) {
    refresh(AlertContext(firing: incidents, critical: critical, unknown: unknown))
  }
}

final class LogMemory: EventLog {
  private let records = Mutex<[LogRecord]>([])
  func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
  var all: [LogRecord] { records.withLock { $0 } }
  var events: [String] { all.compactMap { $0.event?.name } }
  var text: String { all.map { "\($0)" }.joined(separator: "\n") }
}

/// A channel in memory.
final class MemoryChannel: DeliveryChannel {
  let description = "memory"
  let renewsEvery: Duration?
  let hearsNotices: Bool
  let countsFloods: Bool
  private let state = Mutex(State())

  private struct State {
    var notices: [IncidentNotice] = []
    var renewals: [[Incident]] = []
    var failure: DeliveryError?
    var hangs = false
    var attempts = 0
  }

  init(renewsEvery: Duration? = nil, hearsNotices: Bool = true, countsFloods: Bool = true) {
    self.renewsEvery = renewsEvery
    self.hearsNotices = hearsNotices
    self.countsFloods = countsFloods
  }

  var failure: DeliveryError? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }
  var hangs: Bool {
    get { state.withLock { $0.hangs } }
    set { state.withLock { $0.hangs = newValue } }
  }
  var attempts: Int { state.withLock { $0.attempts } }
  var notices: [IncidentNotice] { state.withLock { $0.notices } }
  var renewals: [[Incident]] { state.withLock { $0.renewals } }
  var words: [String] { notices.flatMap(\.words) }

  private func attempt(_ isCancelled: () -> Bool) throws(DeliveryError) {
    state.withLock { $0.attempts += 1 }
    while hangs, !isCancelled() { usleep(5000) }
    if hangs { throw DeliveryError(.passing, "cancelled", remedy: "") }
    if let failure { throw failure }
  }

  func deliver(_ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError) {
    try attempt(isCancelled)
    state.withLock { $0.notices.append(notice) }
  }

  func renew(_ firing: [Incident], at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError) {
    try attempt(isCancelled)
    state.withLock { $0.renewals.append(firing) }
  }
}

extension DeliveryError {
  static let down = DeliveryError(.passing, "nobody listens", remedy: "curl")
  static let unauthorized = DeliveryError(.refused, "HTTP 401", remedy: "check the token")
  static let malformed = DeliveryError(.unfit, "HTTP 400", remedy: "check the address")
}

extension Configuration.AlertChannel {
  /// A channel that tests put something else in the place of.
  static func named(_ name: String, _ filter: Filter = Filter()) -> Configuration.AlertChannel {
    Configuration.AlertChannel(name: name, means: .command(.init(run: ["/bin/true"])), filter: filter)
  }
}

extension LocalEnvironment {
  static func test(credentials: String? = nil) -> LocalEnvironment {
    LocalEnvironment(home: "/tmp", localUser: "test", agentSocket: nil, credentialsDirectory: credentials)
  }
}
