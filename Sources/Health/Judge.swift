/// What the rules remember from one judgement to the next.
public struct Memory: Hashable, Sendable {
  /// Problem id to the moment when it was first seen.
  public var firstSeen: [String: Timestamp]

  public init(firstSeen: [String: Timestamp] = [:]) {
    self.firstSeen = firstSeen
  }
}

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
  if let snapshot = observation.snapshot {
    if isFresh { judgement.judge(snapshot) } else { judgement.remember(snapshot) }
  }
  return judgement.finish(isFresh: isFresh)
}

/// A judgement in the making: rules add to it, one concern a file.
struct Judgement {
  let observation: Observation
  let now: Timestamp
  private let memory: Memory
  private(set) var problems: [Problem] = []

  var nodes: [NodeReport] = []
  var flux: [Judged<FluxObject>] = []
  var policies: [ImagePolicyReport] = []
  var repositories: [Judged<ImageRepository>] = []
  var automations: [Judged<ImageUpdateAutomation>] = []
  var workloads: [Judged<Workload>] = []
  var certificates: [Judged<Certificate>] = []
  var stacks: [Judged<Stack>] = []
  var secrets: [SecretPresence] = []
  var isFluxInstalled: Bool?
  var fluxVersion: String?
  /// The tunnel makes its first attempt and nothing is known yet: no verdict, and no alarm.
  var isStarting = false

  init(_ observation: Observation, memory: Memory, now: Timestamp) {
    self.observation = observation
    self.memory = memory
    self.now = now
  }

  var expectations: Expectations { observation.expectations }
  var cluster: String { observation.cluster }
  /// The server's clock at the last snapshot.
  var serverNow: Timestamp { observation.snapshot?.serverTime ?? now }

  /// - Parameters:
  ///   - path: what comes after the cluster's name in the id.
  ///   - since: the fault's own time where it has one; else the first time that it was seen.
  mutating func report(
    _ path: String, _ severity: Problem.Severity, subject: String, title: String, detail: String = "",
    since: Timestamp? = nil, remedy: String
  ) {
    let id = "\(cluster)/\(path)"
    problems.append(
      Problem(
        id: id, severity: severity, cluster: cluster, subject: subject, title: title,
        detail: redacted(detail),
        since: since ?? memory.firstSeen[id] ?? now, remedy: remedy))
  }

  /// A part of the poll that failed by itself: one warning, with the words of the failure.
  mutating func report(_ failure: PollFailure, part: String) {
    report(
      "api/\(part)/\(failure.code.rawValue)", .warning, subject: part, title: "\(part) can't be read",
      detail: failure.message, remedy: failure.remedy)
  }

  /// A command for a person's terminal, with the right kubeconfig.
  func kubectl(_ arguments: String) -> String { "KUBECONFIG=\(observation.kubeconfig) kubectl \(arguments)" }

  func flux(_ arguments: String) -> String { "KUBECONFIG=\(observation.kubeconfig) flux \(arguments)" }

  // MARK: - The end

  func finish(isFresh: Bool) -> (report: ClusterReport, memory: Memory) {
    let sorted = problems.sorted {
      $0.severity == $1.severity ? $0.id < $1.id : $0.severity == .critical
    }
    let verdict = verdict(isFresh: isFresh)
    let report = ClusterReport(
      name: cluster, verdict: verdict, summary: Summary.line(self, verdict, sorted),
      isFluxInstalled: isFluxInstalled,
      fluxVersion: fluxVersion, nodes: nodes, flux: flux, policies: policies, repositories: repositories,
      automations: automations, workloads: workloads, certificates: certificates, stacks: stacks,
      secrets: secrets,
      problems: sorted)
    let seen = Dictionary(sorted.map { ($0.id, memory.firstSeen[$0.id] ?? now) }) { first, _ in first }
    return (report, Memory(firstSeen: seen))
  }

  private func verdict(isFresh: Bool) -> Verdict {
    if problems.contains(where: { $0.severity == .critical }) { return .critical }
    if !isFresh { return .unknown }
    return problems.isEmpty ? .healthy : .degraded
  }
}
