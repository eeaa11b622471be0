internal import GuardTypes
internal import Redaction

/// Turns everything known of a cluster into its report. Pure: time and memory are parameters.
///
/// - Parameters:
///   - now: the guard's clock; ages of what the server wrote go by the server's own.
/// - Returns: the report, and the memory for the next judgement.
public func judge(
  _ observation: Observation, memory: Memory, now: Timestamp
) -> (report: ClusterReport, memory: Memory) {
  var judgement = Judgement(observation, memory: memory, now: now)
  judgement.judgeTunnel()
  let isFresh = judgement.judgeAccess()
  if let snapshot = judgement.snapshot {
    if isFresh { judgement.judge(snapshot) } else { judgement.remember(snapshot) }
  }
  return judgement.finish(isFresh: isFresh)
}

/// A judgement in the making: rules add to it, one concern a file.
struct Judgement {
  let observation: Observation
  let now: Timestamp
  let memory: Memory
  /// The observation's, in which the kinds that the server does not have any more are parts that can't be read.
  let snapshot: Snapshot?
  private(set) var problems: [Problem] = []
  private var partFailures: [(part: String, kind: Problem.Kind, failure: PollFailure)] = []
  /// What the parts that can't be read leave out of sight.
  private var unread: [UnreadPath] = []
  /// Subjects, and kinds of problems, of which nothing can be seen because of objects that can't be decoded.
  private var unseenSubjects: Set<String> = []
  private var unseenKinds: Set<Problem.Kind> = []
  /// Something that must be seen for the cluster to be called healthy can't be decoded.
  var isBlind = false
  /// With what the present snapshot has seen.
  let lastSeen: LastSeen
  /// Since when each reported fact has lasted.
  private var factsSince: [String: Timestamp] = [:]
  /// What is being watched, and is no problem yet.
  private var watched: [String: Timestamp] = [:]
  /// What the rules remember next time.
  var failures: [Reference: Condition] = [:]
  var renewals: [Reference: Memory.Renewal] = [:]
  var kinds: [String: Memory.KnownKind]

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
  /// Nodes whose pods can't be expected to run; their own problem has been told.
  var unwellNodes: Set<String> = []
  /// Controllers of Flux that do nothing; their own problem has been told.
  var idleControllers: Set<String> = []
  /// Workloads with a problem of their own.
  var brokenWorkloads: [Workload] = []
  /// Which Kustomization or HelmRelease put a workload there.
  var managers: [Reference: Reference] = [:]
  var unwellPods: [Pod] = []
  /// Pods whose state a problem tells already.
  var toldPods: Set<Reference> = []
  var causes = FluxCauses()
  var isFluxInstalled: Bool?
  var fluxVersion: String?
  /// The tunnel makes its first attempt and nothing is known yet: no verdict, and no alarm.
  var isStarting = false

  init(_ observation: Observation, memory: Memory, now: Timestamp) {
    self.observation = observation
    self.memory = memory
    self.now = now
    var lastSeen = memory.lastSeen
    snapshot = observation.snapshot?.hiding(memory.kinds)
    kinds = memory.kinds
    if let snapshot { lastSeen.take(snapshot, at: observation.serverTime ?? now) }
    self.lastSeen = lastSeen
  }

  var expectations: Expectations { observation.expectations }
  var cluster: String { observation.cluster }
  /// The server's clock at the last snapshot.
  var serverNow: Timestamp { observation.serverTime ?? now }

  /// How far the guard's clock is ahead of the one that the rules' times are of.
  var skew: Duration = .zero

  /// Reports a problem in the words of its declaration.
  ///
  /// - Parameters:
  ///   - facts: the values of the holes in the declaration's patterns.
  ///   - since: the fault's own time where it has one. An earlier moment at which it was seen wins: many
  ///     controllers write the time of their last attempt.
  ///   - step: nil: the declared one.
  mutating func report(
    _ code: ProblemCode, _ facts: [String: String] = [:], subject: String, detail: String = "",
    since: Timestamp? = nil, severity: Problem.Severity? = nil, rank: Problem.Rank? = nil,
    step: NextStep? = nil, hides: Set<Problem.Kind>? = nil
  ) {
    var facts = facts
    facts["fluxNamespace"] = facts["fluxNamespace"] ?? expectations.fluxNamespace
    let declaration = code.declaration
    let fact = declaration.fact.map { "\(cluster)/\($0)" } ?? declaration.id(in: cluster) { facts[$0] }
    // A time before 1970 is not a time of this fault, and far enough back it has no text.
    let begin = max(
      min(since.map { $0 + skew } ?? now, memory.firstSeen[fact] ?? now), Timestamp(milliseconds: 0))
    factsSince[fact] = min(begin, now)
    problems.append(
      Problem(
        code, facts, cluster: cluster, subject: subject, detail: redacted(detail), since: begin,
        severity: severity, rank: rank, step: step, hides: hides, access: access))
  }

  /// How long something has been so, which is no problem in itself; forgotten once it is not so any more.
  mutating func watch(_ path: String) -> Duration {
    let key = "\(cluster)/\(path)"
    let first = memory.firstSeen[key] ?? now
    watched[key] = first
    return now - first
  }

  /// How long something has been so by the time that goes with it. A missing time tells nothing, and one that is yet to
  /// come is of a clock that is ahead: then it counts from where it was first seen.
  mutating func elapsed(since time: Timestamp?, watching path: String) -> Duration {
    if let time, time <= serverNow { return serverNow - time }
    return watch(path)
  }

  /// How long a Lease has stood still. Whoever holds it may have another clock than the server: once it was seen
  /// to move, that counts.
  mutating func stillFor(_ lease: Reference, _ renewed: Timestamp) -> Duration {
    let known = memory.renewals[lease]
    let hasMoved = known.map { renewed > $0.renewTime } ?? false
    var moved = hasMoved ? serverNow : known?.renewTime == renewed ? known?.movedAt : nil
    // A time that is yet to come does not tell when it was written: the moment at which it was first seen does.
    if renewed > serverNow { moved = moved ?? serverNow }
    renewals[lease] = Memory.Renewal(renewTime: renewed, movedAt: moved)
    return serverNow - (moved.map { renewed > serverNow ? $0 : max($0, renewed) } ?? renewed)
  }

  /// A part of the poll that failed by itself: one warning, with the words of the failure.
  ///
  /// - Parameters:
  ///   - kind: what can't be seen without it.
  ///   - unread: whose memory waits until it can be read again.
  mutating func report(
    _ failure: PollFailure, part: String, of kind: Problem.Kind, unread: [UnreadPath] = []
  ) {
    partFailures.append((part, kind, failure))
    self.unread += unread
  }

  /// What an object that can't be decoded leaves out of sight: its problems are not over.
  mutating func leaveUnread(_ paths: [UnreadPath], subject: String? = nil, kind: Problem.Kind? = nil) {
    unread += paths
    if let subject { unseenSubjects.insert(subject) }
    if let kind { unseenKinds.insert(kind) }
  }

  /// A slow or broken server is one thing, however many parts it costs. Each refusal lacks a rule of its own; one
  /// refusal that costs several parts, as that of discovery does, lacks one.
  private mutating func reportPartFailures() {
    // A server that is not ready says so itself, and a kind that is gone has a problem of its own.
    guard snapshot?.isReady != false else { return }
    let told = partFailures.filter { ![.kindIsGone, .kindInDoubt].contains($0.failure) }
    for (code, failures) in Dictionary(grouping: told, by: \.failure.code) {
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

  /// - Parameter serial: tells apart causes that cost several parts each.
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

  /// Of those that no problem names.
  var firstUnreadPart: String? { partFailures.map(\.part).min() }

  /// A command for a person's terminal, for the right kubeconfig, context and port.
  func kubectl(_ arguments: String) -> String { "kubectl \(access) \(arguments)" }

  func flux(_ arguments: String) -> String { "flux \(access) \(arguments)" }

  private var access: String {
    let context = observation.context.map { "--context \($0.shellWord)" }
    return ["--kubeconfig \(observation.kubeconfig.shellWord)", context, observation.serverFlags]
      .compactMap(\.self).joined(separator: " ")
  }

  // MARK: - The end

  mutating func finish(isFresh: Bool) -> (report: ClusterReport, memory: Memory) {
    reportPartFailures()
    let sorted = problems.sorted(by: Problem.isBefore)
    let left = isFresh ? memory.left(by: unread, of: cluster) : memory
    let verdict = verdict(isFresh: isFresh, unread: left.critical)
    let report = ClusterReport(
      name: cluster, verdict: verdict, summary: Summary.line(self, verdict, sorted),
      isFluxInstalled: isFluxInstalled,
      fluxVersion: fluxVersion, nodes: nodes, flux: flux, policies: policies, repositories: repositories,
      automations: automations, workloads: workloads, certificates: certificates, stacks: stacks,
      secrets: secrets, pods: pods, controllers: controllers, problems: sorted,
      unseen: unseen(isFresh: isFresh), unseenSubjects: unseenSubjects)
    return (report, remembering(sorted, left))
  }

  /// What could not be seen, all of it or a part, goes on being as it was last seen.
  private func remembering(_ problems: [Problem], _ left: Memory) -> Memory {
    var next = left
    next.lastSeen = lastSeen
    next.kinds = kinds
    next.failures.merge(failures) { _, new in new }
    next.renewals.merge(renewals) { _, new in new }
    next.firstSeen.merge(watched) { _, new in new }
    // A tunnel that is up has ended its outage, whatever the API does then.
    if observation.tunnel.state == .up { next.firstSeen["\(cluster)/tunnel"] = nil }
    next.firstSeen.merge(factsSince) { _, new in new }
    next.critical.formUnion(problems.filter { $0.severity == .critical }.map(\.id))
    return next
  }

  private func unseen(isFresh: Bool) -> Set<Problem.Kind> {
    let all = Set(Problem.Kind.allCases)
    guard observation.tunnel.state == .up else { return all }
    guard isFresh else { return all.subtracting([.tunnel, .forward]) }
    return unseenKinds.union(partFailures.map(\.kind))
  }

  /// No data is no good news: without the nodes or a kind of Flux nobody knows how the cluster is, nor as long as
  /// something critical can't be looked after. What is known to be critical is so in any case.
  ///
  /// - Parameter unread: critical problems of parts that can't be read any more.
  private func verdict(isFresh: Bool, unread: Set<String>) -> Verdict {
    if problems.contains(where: { $0.severity == .critical }) { return .critical }
    if !isFresh || !unread.isEmpty || isBlind { return .unknown }
    if partFailures.contains(where: { [.node, .flux].contains($0.kind) }) { return .unknown }
    return problems.isEmpty ? .healthy : .degraded
  }
}
