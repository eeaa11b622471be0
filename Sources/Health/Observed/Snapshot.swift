public import GuardTypes

/// One part of a snapshot: what was seen, or why nothing was.
public enum Part<Value: Hashable & Sendable>: Hashable, Sendable {
  case seen(Value)
  /// The server does not serve this API group: nothing to judge, and no problem in itself.
  case notServed
  /// The server refused or failed for this part alone; the rest of the poll went on.
  case failed(PollFailure)

  public var value: Value? {
    if case .seen(let value) = self { value } else { nil }
  }

  public var failure: PollFailure? {
    if case .failed(let failure) = self { failure } else { nil }
  }
}

/// Why a poll, or a part of one, has no answer.
public struct PollFailure: Error, Hashable, Sendable {
  public let code: PollErrorCode
  /// What failed, where; free of secrets.
  public let message: String
  /// What a person does about it.
  public let step: NextStep

  public init(code: PollErrorCode, message: String, step: NextStep) {
    self.code = code
    self.message = message
    self.step = step
  }

  /// - Parameter remedy: a step that is no command.
  public init(code: PollErrorCode, message: String, remedy: String) {
    self.init(code: code, message: message, step: NextStep(note: remedy))
  }

  /// The step in one line.
  public var remedy: String { step.remedy }

  /// Of a kind that the server had and did not name just now: it is asked once more before that is believed. No problem
  /// in itself.
  public static let kindInDoubt = PollFailure(
    code: .badResponse, message: "the API server does not name this kind just now, and is asked once more",
    step: NextStep(command: "oceanid-ctl poll"))
}

/// What one poll of one cluster saw. Times in it are the server's.
public struct Snapshot: Hashable, Sendable {
  /// The server's clock (Date header) when the poll ended.
  public var serverTime: Timestamp
  /// `gitVersion` of /version.
  public var version: String?
  /// /readyz answered 200; nil where it said neither yes nor no.
  public var isReady: Bool?
  /// The checks that /readyz names as failed: `etcd`.
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
  /// The Leases of the Flux controllers' leaders; without them the Deployments alone tell who is at work.
  public var leaderLeases: Part<[LeaderLease]>
  /// Flux kinds that could not be listed, by kind, while others could.
  public var failedFluxKinds: [String: PollFailure]
  /// The same of Deployments, StatefulSets and DaemonSets.
  public var failedWorkloadKinds: [String: PollFailure]
  /// Objects that could not be decoded: the rest of the list stands.
  public var undecodable: [UndecodableObject]
  /// Kinds of which more objects could not be decoded than `undecodable` has room for.
  public var uncountedKinds: Set<String>
  /// When the client certificate of the kubeconfig ends.
  public var clientCertificateExpiry: Timestamp?
  /// When the last of the certificate authorities of the kubeconfig ends.
  public var authorityExpiry: Timestamp?
  /// The kubeconfig says to believe whoever answers.
  public var isServerUnverified: Bool
  /// Questions beside those of the parts that found no answer, by what they are about.
  public var gaps: [String: PollFailure]
  /// Which of the kinds that are not part of every Kubernetes this server has; nil: not known.
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
    self.isServerUnverified = isServerUnverified
    self.gaps = gaps
    self.kinds = kinds
  }
}

/// Names of kinds that somebody installs, by what is believed of a server. A kind in neither set is not known.
public struct ServedKinds: Hashable, Sendable {
  public var served: Set<String>
  public var absent: Set<String>

  public init(served: Set<String> = [], absent: Set<String> = []) {
    self.served = served
    self.absent = absent
  }
}
