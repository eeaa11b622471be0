/// A pod, as far as it tells why a workload is not served.
public struct Pod: Hashable, Sendable {
  public let resource: Resource
  /// `Pending`, `Running`, `Failed` …
  public let phase: String
  public let node: String?
  /// The Deployment, StatefulSet, DaemonSet or Job that it belongs to.
  public let owner: Reference?
  public let isReady: Bool
  /// Of all its containers together.
  public let restarts: Int
  /// Why a container waits: `CrashLoopBackOff`, `ImagePullBackOff`.
  public let waitingReason: String?
  public let waitingMessage: String?
  /// How a container ended last: `OOMKilled`, `exit code 1`.
  public let lastEnd: String?
  /// When that was.
  public let lastEndTime: Timestamp?
  /// Why the kubelet ended the whole pod: `Evicted`, `NodeShutdown`.
  public let failure: String?
  public let failureMessage: String?
  /// What its containers run; none once it has ended.
  public let images: [PodImage]

  public init(
    resource: Resource, phase: String, node: String? = nil, owner: Reference? = nil, isReady: Bool = false,
    restarts: Int = 0, waitingReason: String? = nil, waitingMessage: String? = nil, lastEnd: String? = nil,
    lastEndTime: Timestamp? = nil, failure: String? = nil, failureMessage: String? = nil,
    images: [PodImage] = []
  ) {
    self.resource = resource
    self.phase = phase
    self.node = node
    self.owner = owner
    self.isReady = isReady
    self.restarts = restarts
    self.waitingReason = waitingReason
    self.waitingMessage = waitingMessage
    self.lastEnd = lastEnd
    self.lastEndTime = lastEndTime
    self.failure = failure
    self.failureMessage = failureMessage
    self.images = images
  }

  /// From this many restarts on it is looked at when the last one was.
  static let manyRestarts = 5

  /// Nothing to say about it, at any time: it serves, or it has done its work.
  public var isWell: Bool {
    guard resource.deletionTimestamp == nil else { return false }
    return phase == "Succeeded" || (phase == "Running" && isReady && restarts < Pod.manyRestarts)
  }
}

/// An image that a pod runs.
public struct PodImage: Hashable, Sendable {
  /// As its container names it.
  public let image: String
  /// `sha256:…` that the node has pulled for it; nil where the node does not say.
  public let digest: String?
  /// The Deployment, Job or other owner of the pod; the pod where it has none.
  public let owner: Reference

  public init(image: String, digest: String?, owner: Reference) {
    self.image = image
    self.digest = digest
    self.owner = owner
  }
}

/// The pods of a cluster: how many, and those that may not be as they should be.
public struct PodCensus: Hashable, Sendable {
  public let total: Int
  public let unwell: [Pod]
  /// What all of them run, each once.
  public let images: Set<PodImage>

  public init(total: Int, unwell: [Pod], images: Set<PodImage> = []) {
    self.total = total
    self.unwell = unwell
    self.images = images
  }
}

/// What the rules say of the pods: counts, and the worst by name.
public struct PodReport: Hashable, Sendable {
  public let total: Int
  public let crashLooping: [Pod]
  public let pending: [Pod]
  /// Running for long without being ready.
  public let notReady: [Pod]
  /// Still there long after their grace period.
  public let terminating: [Pod]
  /// Ended in failure, and replaced by no controller.
  public let failed: [Pod]

  public init(
    total: Int, crashLooping: [Pod] = [], pending: [Pod] = [], notReady: [Pod] = [], terminating: [Pod] = [],
    failed: [Pod] = []
  ) {
    self.total = total
    self.crashLooping = crashLooping
    self.pending = pending
    self.notReady = notReady
    self.terminating = terminating
    self.failed = failed
  }
}
