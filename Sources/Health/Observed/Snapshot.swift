public import GuardTypes

/// One part of a snapshot: the value, or the reason why there is none.
public enum Part<Value: Hashable & Sendable>: Hashable, Sendable {
  case seen(Value)
  /// The server does not have this API group. There is nothing to judge, and this is not a problem.
  case notServed
  /// The server refused this part or failed; the rest of the poll continued.
  case failed(PollFailure)

  public var value: Value? {
    if case .seen(let value) = self { value } else { nil }
  }

  public var failure: PollFailure? {
    if case .failed(let failure) = self { failure } else { nil }
  }
}

/// The reason why a poll or a part of it failed.
public struct PollFailure: Error, Hashable, Sendable {
  public let code: PollErrorCode
  /// The failed operation and its target, without secrets.
  public let message: String
  /// The next step for the operator.
  public let step: NextStep
  /// The state of K3s, as the server's port shows it; nil if it was not asked, or if it is not K3s.
  public let controlPlane: ControlPlaneState?

  public init(
    code: PollErrorCode, message: String, step: NextStep, controlPlane: ControlPlaneState? = nil
  ) {
    self.code = code
    self.message = message
    self.step = step
    self.controlPlane = controlPlane
  }

  /// - Parameter remedy: a step that is not a command.
  public init(
    code: PollErrorCode, message: String, remedy: String, controlPlane: ControlPlaneState? = nil
  ) {
    self.init(code: code, message: message, step: NextStep(note: remedy), controlPlane: controlPlane)
  }

  /// The step in one line.
  public var remedy: String { step.remedy }

  /// The server had this kind but did not list it in this poll. The next poll must confirm that. This is not a problem.
  public static let kindInDoubt = PollFailure(
    code: .badResponse, message: "the API server does not name this kind just now, and is asked once more",
    step: NextStep(command: "oceanid-ctl poll"))
}

/// The result of one poll of one cluster. Its times are by the server's clock.
public struct Snapshot: Hashable, Sendable {
  /// The server's clock (Date header) when the poll ended.
  public var serverTime: Timestamp
  /// `gitVersion` of /version.
  public var version: String?
  /// True if /readyz returned 200; nil if the response was unclear.
  public var isReady: Bool?
  /// The failed checks in the response of /readyz, for example `etcd`.
  public var failedChecks: [String]
  public var nodes: Part<[Node]>
  public var flux: Part<[FluxObject]>
  public var imageRepositories: Part<[ImageRepository]>
  public var imagePolicies: Part<[ImagePolicy]>
  public var imageUpdateAutomations: Part<[ImageUpdateAutomation]>
  public var workloads: Part<[Workload]>
  public var jobs: Part<[Job]>
  public var cronJobs: Part<[CronJob]>
  public var certificates: Part<[Certificate]>
  public var stacks: Part<[Stack]>
  public var secrets: Part<[SecretPresence]>
  public var pods: Part<PodCensus>
  /// The leader election Leases of the Flux controllers. Without them, only the Deployments show whether they
  /// work.
  public var leaderLeases: Part<[LeaderLease]>
  /// The failures of single Flux kinds while others could be listed.
  public var failedFluxKinds: [String: PollFailure]
  /// The failures of single kinds among Deployments, StatefulSets and DaemonSets.
  public var failedWorkloadKinds: [String: PollFailure]
  /// Objects that could not be decoded. The rest of their list is used.
  public var undecodable: [UndecodableObject]
  /// Kinds with more undecodable objects than `undecodable` can contain.
  public var uncountedKinds: Set<String>
  /// When the client certificate of the kubeconfig expires.
  public var clientCertificateExpiry: Timestamp?
  /// When the last certificate authority of the kubeconfig expires.
  public var authorityExpiry: Timestamp?
  /// When the certificate expires that the server showed; nil without TLS or if it was not readable.
  public var serverCertificateExpiry: Timestamp?
  /// Warnings of K3s about certificates of its nodes. None proves nothing: events are kept for an hour.
  public var certificateWarnings: [NodeCertificateWarning]
  /// The kubeconfig disables the verification of the server's certificate.
  public var isServerUnverified: Bool
  /// The failures of requests that do not belong to a part, by their topic.
  public var gaps: [String: PollFailure]
  /// The optional kinds that this server has; nil if unknown.
  public var kinds: ServedKinds?

  public init(
    serverTime: Timestamp, version: String? = nil, isReady: Bool? = nil,
    failedChecks: [String] = [], nodes: Part<[Node]> = .notServed,
    flux: Part<[FluxObject]> = .notServed, imageRepositories: Part<[ImageRepository]> = .notServed,
    imagePolicies: Part<[ImagePolicy]> = .notServed,
    imageUpdateAutomations: Part<[ImageUpdateAutomation]> = .notServed,
    workloads: Part<[Workload]> = .notServed, jobs: Part<[Job]> = .notServed,
    cronJobs: Part<[CronJob]> = .notServed, certificates: Part<[Certificate]> = .notServed,
    stacks: Part<[Stack]> = .notServed, secrets: Part<[SecretPresence]> = .notServed,
    pods: Part<PodCensus> = .notServed, leaderLeases: Part<[LeaderLease]> = .notServed,
    failedFluxKinds: [String: PollFailure] = [:], failedWorkloadKinds: [String: PollFailure] = [:],
    undecodable: [UndecodableObject] = [], uncountedKinds: Set<String> = [],
    clientCertificateExpiry: Timestamp? = nil, authorityExpiry: Timestamp? = nil,
    serverCertificateExpiry: Timestamp? = nil, certificateWarnings: [NodeCertificateWarning] = [],
    isServerUnverified: Bool = false, gaps: [String: PollFailure] = [:], kinds: ServedKinds? = nil
  ) {
    self.serverTime = serverTime
    self.version = version
    self.isReady = isReady
    self.failedChecks = failedChecks
    self.nodes = nodes
    self.flux = flux
    self.imageRepositories = imageRepositories
    self.imagePolicies = imagePolicies
    self.imageUpdateAutomations = imageUpdateAutomations
    self.workloads = workloads
    self.jobs = jobs
    self.cronJobs = cronJobs
    self.certificates = certificates
    self.stacks = stacks
    self.secrets = secrets
    self.pods = pods
    self.leaderLeases = leaderLeases
    self.failedFluxKinds = failedFluxKinds
    self.failedWorkloadKinds = failedWorkloadKinds
    self.undecodable = undecodable
    self.uncountedKinds = uncountedKinds
    self.clientCertificateExpiry = clientCertificateExpiry
    self.authorityExpiry = authorityExpiry
    self.serverCertificateExpiry = serverCertificateExpiry
    self.certificateWarnings = certificateWarnings
    self.isServerUnverified = isServerUnverified
    self.gaps = gaps
    self.kinds = kinds
  }
}

/// Optional kinds, by whether the server has them. A kind in neither set is unknown.
public struct ServedKinds: Hashable, Sendable {
  public var served: Set<String>
  public var absent: Set<String>

  public init(served: Set<String> = [], absent: Set<String> = []) {
    self.served = served
    self.absent = absent
  }
}
