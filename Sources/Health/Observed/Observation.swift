public import GuardTypes

/// The input of the rules for one cluster. The time and the history are separate parameters.
public struct Observation: Hashable, Sendable {
  public let cluster: String
  /// The local address through which the API is reached, for remedies, for example `127.0.0.1:16443`.
  public let listen: String
  /// The path of the kubeconfig, for remedies.
  public let kubeconfig: String
  /// The context in it, for remedies; nil for the file's current context.
  public let context: String?
  /// Further options for a command on this machine: `--server …` if the kubeconfig has another address than the
  /// forward.
  public let serverFlags: String?
  /// The context and server that the kubeconfig selects; nil before it was read.
  public let target: KubeconfigTarget?
  /// The reason why kubectl on this machine does not reach the forward with the kubeconfig; nil: it does, or the file was
  /// not read yet.
  public let mismatch: KubeconfigMismatch?
  /// The prefix of commands that read the kubeconfig: `sudo -u oceanid `. Empty if the reader of a remedy may read it.
  public let owner: String
  public let tunnel: TunnelHealth
  /// The target of the guard's own requests as the server resolves it; nil if not yet known.
  public let apiTarget: String?
  /// The snapshot of the last successful poll. It stays while polls fail.
  public let snapshot: Snapshot?
  /// When that snapshot was taken, by the guard's clock.
  public let snapshotAt: Timestamp?
  /// The failure of the last poll; nil if it succeeded or none has ended yet.
  public let pollFailure: PollFailure?
  /// The state of K3s's service on its machine, requested over SSH while the API does not answer; nil if it was not.
  public let service: ServiceReport?
  public let pollInterval: Duration
  public let expectations: Expectations
  /// Problems that were found outside of the cluster: in its pipeline.
  public let findings: [Finding]
  /// The subjects of the pipeline of which nothing is known yet. If none of their problems is listed, that proves
  /// nothing.
  public let unseenSubjects: Set<String>

  /// A problem that was found elsewhere, with the facts of its declaration.
  public struct Finding: Hashable, Sendable {
    public let code: ProblemCode
    /// Values for the placeholders of the declaration's patterns.
    public let facts: [String: String]
    public let subject: String
    public let detail: String
    /// By the clock of the server that reports it; nil if it reports none.
    public let since: Timestamp?
    /// nil for the declared severity.
    public let severity: Problem.Severity?
    /// nil for the declared step.
    public let step: NextStep?

    public init(
      _ code: ProblemCode, _ facts: [String: String], subject: String, detail: String = "",
      since: Timestamp? = nil, severity: Problem.Severity? = nil, step: NextStep? = nil
    ) {
      self.code = code
      self.facts = facts
      self.subject = subject
      self.detail = detail
      self.since = since
      self.severity = severity
      self.step = step
    }

    /// The id of its problem.
    public func id(in cluster: String) -> String { code.declaration.id(in: cluster) { facts[$0] } }
  }

  public init(
    cluster: String, listen: String, kubeconfig: String, context: String? = nil, serverFlags: String? = nil,
    target: KubeconfigTarget? = nil, mismatch: KubeconfigMismatch? = nil, owner: String = "",
    tunnel: TunnelHealth, apiTarget: String? = nil,
    snapshot: Snapshot?, snapshotAt: Timestamp?,
    pollFailure: PollFailure?, service: ServiceReport? = nil,
    pollInterval: Duration, expectations: Expectations, findings: [Finding] = [],
    unseenSubjects: Set<String> = []
  ) {
    self.cluster = cluster
    self.listen = listen
    self.kubeconfig = kubeconfig
    self.context = context
    self.serverFlags = serverFlags
    self.target = target
    self.mismatch = mismatch
    self.owner = owner
    self.tunnel = tunnel
    self.apiTarget = apiTarget
    self.snapshot = snapshot
    self.snapshotAt = snapshotAt
    self.pollFailure = pollFailure
    self.service = service
    self.pollInterval = pollInterval
    self.expectations = expectations
    self.findings = findings
    self.unseenSubjects = unseenSubjects
  }

  /// True if the snapshot is of the last poll, and the tunnel is up.
  package var isFresh: Bool { snapshot != nil && pollFailure == nil && tunnel.state == .up }

  /// The options with which kubectl and flux reach the cluster.
  package var access: String {
    let context = context.map { "--context \($0.shellWord)" }
    return ["--kubeconfig \(kubeconfig.shellWord)", context, serverFlags]
      .compactMap(\.self).joined(separator: " ")
  }

  /// The time of the last snapshot by the server's clock if that is plausible; otherwise by this machine's clock.
  public var serverTime: Timestamp? {
    guard let snapshot, let snapshotAt else { return snapshot?.serverTime }
    return isPlausible(snapshotAt - snapshot.serverTime) ? snapshot.serverTime : snapshotAt
  }

  /// How far the guard's clock is ahead of the cluster's. A difference that a slow poll can explain counts as
  /// zero.
  public var clockSkew: Duration {
    guard let snapshot, let snapshotAt else { return .zero }
    let skew = snapshotAt - snapshot.serverTime
    guard isPlausible(skew) else { return .zero }
    return skew > .seconds(-15) && skew < .seconds(15) ? .zero : skew
  }

  /// A clock that was never set is wrong by hours. A Date on another day is not plausible and would make ages wrong.
  private func isPlausible(_ skew: Duration) -> Bool { skew > .seconds(-86_400) && skew < .seconds(86_400) }
}

/// The cluster's required state (`expect` in the configuration).
public struct Expectations: Hashable, Sendable {
  /// Written as `namespace/name`.
  public struct Name: Hashable, Sendable, CustomStringConvertible {
    public let namespace: String
    public let name: String

    public init(namespace: String, name: String) {
      self.namespace = namespace
      self.name = name
    }

    public var description: String { "\(namespace)/\(name)" }
  }

  /// If empty, any set of nodes is accepted.
  public var nodes: [String]
  /// The required number of GPUs by node name.
  public var gpus: [String: Int]
  /// For example `v2.6.4`; nil accepts any version.
  public var fluxVersion: String?
  public var fluxNamespace: String
  public var workloads: [Name]
  public var secrets: [Name]

  public init(
    nodes: [String] = [], gpus: [String: Int] = [:], fluxVersion: String? = nil,
    fluxNamespace: String = "flux-system", workloads: [Name] = [], secrets: [Name] = []
  ) {
    self.nodes = nodes
    self.gpus = gpus
    self.fluxVersion = fluxVersion
    self.fluxNamespace = fluxNamespace
    self.workloads = workloads
    self.secrets = secrets
  }
}
