internal import GuardTypes
internal import Redaction

/// Derives a cluster's report from an observation. Pure: the time and the history are parameters.
///
/// - Parameters:
///   - now: the time by the guard's clock. The age of a time that the server wrote is computed with the server's clock.
/// - Returns: the report and the history for the next evaluation.
public func judge(
  _ observation: Observation, history: PollHistory, now: Timestamp
) -> (report: ClusterReport, history: PollHistory) {
  var evaluation = Evaluation(observation, history: history, now: now)
  evaluation.judgeFindings()
  evaluation.judgeTunnel()
  let isFresh = evaluation.judgeAccess()
  if let snapshot = evaluation.snapshot {
    if isFresh { evaluation.judge(snapshot) } else { evaluation.restore(snapshot) }
  }
  return evaluation.finish(isFresh: isFresh)
}

/// The state of an evaluation. Rules add to it, with one concern per file.
struct Evaluation {
  let observation: Observation
  let now: Timestamp
  let history: PollHistory
  /// The observation's snapshot. Kinds that the server no longer has count as parts that cannot be read.
  let snapshot: Snapshot?
  private(set) var problems: [Problem] = []
  private var partFailures: [(part: String, kind: Problem.Kind, failure: PollFailure)] = []
  /// The paths that are hidden because a part cannot be read.
  private var unread: [UnreadPath] = []
  /// The ids of the problems of objects that cannot be read now, and the paths of their watched states.
  var keptProblems: [String] { Array(history.left(by: unread, of: cluster).firstSeen.keys) }
  /// The subjects and kinds of problems that are hidden because objects cannot be decoded.
  private var unseenSubjects: Set<String> = []
  private var unseenKinds: Set<Problem.Kind> = []
  /// True if an object that is required for the verdict "healthy" cannot be decoded.
  var isBlind = false
  /// The last known state, updated from the current snapshot.
  let lastSeen: LastSeen
  /// The start of each reported fact.
  private var factsSince: [String: Timestamp] = [:]
  /// The start of each watched state that is not yet a problem.
  private var watched: [String: Timestamp] = [:]
  /// The failures for the next evaluation's history.
  var failures: [Reference: Condition] = [:]
  var renewals: [Reference: PollHistory.Renewal] = [:]
  var kinds: [String: PollHistory.KnownKind]

  var nodes: [NodeReport] = []
  var flux: [Judged<FluxObject>] = []
  var policies: [ImagePolicyReport] = []
  var repositories: [Judged<ImageRepository>] = []
  var automations: [Judged<ImageUpdateAutomation>] = []
  var workloads: [Judged<Workload>] = []
  var certificates: [Judged<Certificate>] = []
  var stacks: [Judged<Stack>] = []
  var secrets: [SecretPresence] = []
  var pods: PodReport?
  var controllers: [ControllerReport] = []
  /// Nodes that cannot run pods. Each has its own problem, which is already reported.
  var unhealthyNodes: Set<String> = []
  /// Idle Flux controllers. Each has its own problem, which is already reported.
  var idleControllers: Set<String> = []
  /// Workloads that have their own problem.
  var brokenWorkloads: [Workload] = []
  /// The Kustomization or HelmRelease that applied each workload.
  var managers: [Reference: Reference] = [:]
  var unhealthyPods: [Pod] = []
  /// Pods whose state a problem already reports.
  var reportedPods: Set<Reference> = []
  var causes = FluxCauses()
  /// Objects of Flux that wait for others in vain, and their rows. They are judged after the others.
  var failedChecks: [(row: Int, object: FluxObject)] = []
  /// Those of the objects for which they wait that have their own problem.
  var reportedObjects: Set<Reference> = []
  /// The subjects of the problems that explain critical failures.
  var criticalSubjects: Set<String> = []
  var isFluxInstalled: Bool?
  var fluxVersion: String?
  /// True while the tunnel makes its first attempt and no state is known yet: there is no verdict and no alert.
  var isStarting = false

  init(_ observation: Observation, history: PollHistory, now: Timestamp) {
    self.observation = observation
    self.history = history
    self.now = now
    var lastSeen = history.lastSeen
    snapshot = observation.snapshot?.markingLostKinds(history.kinds, at: now)
    kinds = history.kinds
    if let snapshot { lastSeen.update(from: snapshot, at: observation.serverTime ?? now) }
    self.lastSeen = lastSeen
  }

  var expectations: Expectations { observation.expectations }
  var cluster: String { observation.cluster }
  /// The server's clock at the last snapshot.
  var serverNow: Timestamp { observation.serverTime ?? now }

  /// How far the guard's clock is ahead of the clock that the rules use.
  var skew: Duration = .zero

  /// Reports a problem with the texts of its declaration.
  ///
  /// - Parameters:
  ///   - facts: values for the placeholders of the declaration's patterns.
  ///   - since: the start time that the object itself reports, if any. An earlier observation takes precedence, because
  ///     many controllers write the time of their last attempt.
  ///   - step: nil selects the declared step.
  mutating func report(
    _ code: ProblemCode, _ facts: [String: String] = [:], subject: String, detail: String = "",
    since: Timestamp? = nil, severity: Problem.Severity? = nil, rank: Problem.Rank? = nil,
    step: NextStep? = nil, hides: Set<Problem.Kind>? = nil
  ) {
    var facts = facts
    facts["fluxNamespace"] = facts["fluxNamespace"] ?? expectations.fluxNamespace
    let declaration = code.declaration
    let fact = declaration.fact.map { "\(cluster)/\($0)" } ?? declaration.id(in: cluster) { facts[$0] }
    // A time before 1970 cannot be the start of the fault, and very early times have no text form.
    let begin = max(
      min(since.map { $0 + skew } ?? now, history.firstSeen[fact] ?? now), Timestamp(milliseconds: 0))
    factsSince[fact] = min(begin, now)
    problems.append(
      Problem(
        code, facts, cluster: cluster, subject: subject,
        detail: declaration.kind.hasRawTexts ? redacted(detail) : detail, since: begin,
        severity: severity, rank: rank, step: step, hides: hides, access: access,
        owner: observation.owner))
  }

  /// Makes the problems of these subjects critical.
  mutating func raiseProblems(of subjects: Set<String>) {
    for index in problems.indices where subjects.contains(problems[index].subject) {
      problems[index].severity = .critical
    }
  }

  /// Returns how long a state has lasted that is not a problem by itself. It is forgotten when the state ends.
  mutating func watch(_ path: String) -> Duration {
    let key = "\(cluster)/\(path)"
    let first = history.firstSeen[key] ?? now
    watched[key] = first
    return now - first
  }

  /// Keeps the start of a problem that is not reported now, but has not ended: a cause is reported for it.
  mutating func keepStart(of path: String) {
    if history.firstSeen["\(cluster)/\(path)"] != nil { _ = watch(path) }
  }

  /// Returns the age of a state by its own time. If that is missing or in the future, because the writer's clock is
  /// ahead, the first sighting counts.
  mutating func elapsed(since time: Timestamp?, watching path: String) -> Duration {
    if let time, time <= serverNow { return serverNow - time }
    return watch(path)
  }

  /// Returns for how long a Lease has not changed. Its holder's clock may differ from the server's, so after the first
  /// observed renewal only observed renewals count.
  mutating func stillFor(_ lease: Reference, _ renewed: Timestamp) -> Duration {
    let known = history.renewals[lease]
    let hasMoved = known.map { renewed > $0.renewTime } ?? false
    var moved = hasMoved ? serverNow : known?.renewTime == renewed ? known?.movedAt : nil
    // A time in the future does not show when it was written, so the first sighting counts.
    if renewed > serverNow { moved = moved ?? serverNow }
    renewals[lease] = PollHistory.Renewal(renewTime: renewed, movedAt: moved)
    return serverNow - (moved.map { renewed > serverNow ? $0 : max($0, renewed) } ?? renewed)
  }

  /// Reports one failed part of a poll as a warning with the text of the failure.
  ///
  /// - Parameters:
  ///   - kind: the kind that is hidden by the failure.
  ///   - unread: the paths whose history is kept until the part can be read again.
  mutating func report(
    _ failure: PollFailure, part: String, of kind: Problem.Kind, unread: [UnreadPath] = []
  ) {
    partFailures.append((part, kind, failure))
    self.unread += unread
  }

  /// Reports what was found outside of the cluster. Its times are not by the clock of the cluster's server.
  mutating func judgeFindings() {
    for finding in observation.findings {
      report(
        finding.code, finding.facts, subject: finding.subject, detail: finding.detail, since: finding.since,
        severity: finding.severity, step: finding.step)
    }
    unseenSubjects.formUnion(observation.unseenSubjects)
  }

  /// Records the paths that an undecodable object hides. Problems at these paths have not ended.
  mutating func markUnread(_ paths: [UnreadPath], subject: String? = nil, kind: Problem.Kind? = nil) {
    unread += paths
    if let subject { unseenSubjects.insert(subject) }
    if let kind { unseenKinds.insert(kind) }
  }

  /// Reports the failed parts. A slow or broken server is one problem for all of them. Refusals are reported
  /// separately, because each needs its own RBAC rule; but a refusal that fails several parts, such as that of
  /// discovery, is reported once.
  private mutating func reportPartFailures() {
    // A server that is not ready and a kind that no longer exists are reported as separate problems.
    guard snapshot?.isReady != false else { return }
    let reportable = partFailures.filter { ![.kindIsMissing, .kindInDoubt].contains($0.failure) }
    for (code, failures) in Dictionary(grouping: reportable, by: \.failure.code) {
      guard code == .forbidden else {
        reportPartFailure(code, failures)
        continue
      }
      let causes = Dictionary(grouping: failures, by: \.failure).values
        .sorted { ($0.first?.part ?? "") < ($1.first?.part ?? "") }
      var serial = 0
      for parts in causes {
        serial += parts.count > 1 ? 1 : 0
        reportPartFailure(code, parts, serial: serial)
      }
    }
  }

  /// - Parameter serial: distinguishes causes that each affect several parts.
  private mutating func reportPartFailure(
    _ code: PollErrorCode, _ failures: [(part: String, kind: Problem.Kind, failure: PollFailure)],
    serial: Int = 1
  ) {
    guard let first = failures.first else { return }
    if failures.count == 1 {
      report(
        .api(.partUnreadable), ["part": first.part, "error": code.rawValue], subject: first.part,
        detail: first.failure.message, step: first.failure.step, hides: [first.kind])
    } else {
      report(
        .api(.partsUnreadable),
        ["error": code.rawValue + (serial > 1 ? "/\(serial)" : ""), "count": "\(failures.count)"],
        subject: "API of \(cluster)",
        detail: "\(first.failure.message); not read: "
          + failures.map(\.part).sorted().joined(separator: ", "),
        step: first.failure.step, hides: Set(failures.map(\.kind)))
    }
  }

  /// The first failed part.
  var firstUnreadPart: String? { partFailures.map(\.part).min() }

  /// A kubectl command for the operator, with the right kubeconfig, context and server.
  func kubectl(_ arguments: String) -> String { "kubectl \(access) \(arguments)" }

  func flux(_ arguments: String) -> String { "flux \(access) \(arguments)" }

  private var access: String { observation.access }

  // MARK: - The end

  mutating func finish(isFresh: Bool) -> (report: ClusterReport, history: PollHistory) {
    reportPartFailures()
    limitRows()
    let sorted = problems.sorted(by: Problem.isBefore)
    let left = isFresh ? history.left(by: unread, of: cluster) : history
    let verdict = verdict(isFresh: isFresh, unread: left.critical)
    let report = ClusterReport(
      name: cluster, verdict: verdict, summary: Summary.line(self, verdict, sorted),
      isFluxInstalled: isFluxInstalled,
      fluxVersion: fluxVersion, nodes: nodes, flux: flux, policies: policies, repositories: repositories,
      automations: automations, workloads: workloads, certificates: certificates, stacks: stacks,
      secrets: secrets, pods: pods, controllers: controllers, problems: sorted,
      unseen: unseen(isFresh: isFresh), unseenSubjects: unseenSubjects)
    return (report, nextHistory(sorted, left))
  }

  /// Returns the history for the next evaluation. Parts that could not be seen keep their last known state.
  private func nextHistory(_ problems: [Problem], _ left: PollHistory) -> PollHistory {
    var next = left
    next.lastSeen = lastSeen
    next.kinds = kinds
    next.failures.merge(failures) { _, new in new }
    next.renewals.merge(renewals) { _, new in new }
    next.firstSeen.merge(watched) { _, new in new }
    // The outage of the tunnel ends when it is up, even if the API does not respond.
    if observation.tunnel.state == .up { next.firstSeen["\(cluster)/tunnel"] = nil }
    next.firstSeen.merge(factsSince) { _, new in new }
    next.critical.formUnion(problems.filter { $0.severity == .critical }.map(\.id))
    return next
  }

  private func unseen(isFresh: Bool) -> Set<Problem.Kind> {
    // The pipeline is seen without the cluster.
    let all = Set(Problem.Kind.allCases).subtracting([.pipeline])
    guard observation.tunnel.state == .up else { return all }
    guard isFresh else { return all.subtracting([.tunnel, .forward]) }
    return unseenKinds.union(partFailures.map(\.kind))
  }

  /// Missing data is not healthy: without the nodes or a Flux kind, while it is open whether the server still has a kind,
  /// or while a critical problem cannot be checked, the verdict is unknown. A known critical problem stays critical.
  ///
  /// - Parameter unread: critical problems in parts that can no longer be read.
  private func verdict(isFresh: Bool, unread: Set<String>) -> Verdict {
    if problems.contains(where: { $0.severity == .critical }) { return .critical }
    if !isFresh || !unread.isEmpty || isBlind { return .unknown }
    if partFailures.contains(where: { [.node, .flux].contains($0.kind) || $0.failure == .kindInDoubt }) {
      return .unknown
    }
    return problems.isEmpty ? .healthy : .degraded
  }
}
