/// The fields of a pod that show why a workload is not running.
public struct Pod: Hashable, Sendable {
  public let resource: Resource
  /// `Pending`, `Running`, `Failed` …
  public let phase: String
  public let node: String?
  /// The Deployment, StatefulSet, DaemonSet or Job that owns it.
  public let owner: Reference?
  public let isReady: Bool
  /// The number of restarts of all its containers.
  public let restarts: Int
  /// The container that the following fields are about: it waits, or it ended last. nil if it is the only one.
  public let container: Container?
  /// The init container that runs at present.
  public let initializing: Initializing?
  /// Why a container waits: `CrashLoopBackOff`, `ImagePullBackOff`.
  public let waitingReason: String?
  public let waitingMessage: String?
  /// How a container last ended: `OOMKilled`, `exit code 1`.
  public let lastEnd: String?
  /// The message of that end.
  public let lastEndMessage: String?
  /// True if the container has never run: the runtime could not start it, so that there is no log.
  public let isUnstartable: Bool
  /// How long the container had run until that end.
  public let lastRun: Duration?
  /// True if its images are pulled or its containers are created.
  public let isPreparing: Bool
  /// The time of `lastEnd`.
  public let lastEndTime: Timestamp?
  /// Why the kubelet ended the pod: `Evicted`, `NodeShutdown`.
  public let failure: String?
  public let failureMessage: String?
  /// The images of its containers; empty after it has ended.
  public let images: [PodImage]

  /// The reasons with which the kubelet pulls images and creates containers. Every other reason to wait is an error.
  public static let preparations: Set = ["ContainerCreating", "PodInitializing"]

  /// One of several containers.
  public struct Container: Hashable, Sendable {
    public let name: String
    public let restarts: Int

    public init(name: String, restarts: Int) {
      self.name = name
      self.restarts = restarts
    }
  }

  /// An init container that runs. The other containers start after it.
  public struct Initializing: Hashable, Sendable {
    public let container: String
    public let since: Timestamp?

    public init(container: String, since: Timestamp?) {
      self.container = container
      self.since = since
    }
  }

  public init(
    resource: Resource, phase: String, node: String? = nil, owner: Reference? = nil, isReady: Bool = false,
    restarts: Int = 0, waitingReason: String? = nil, waitingMessage: String? = nil, lastEnd: String? = nil,
    lastEndTime: Timestamp? = nil, failure: String? = nil, failureMessage: String? = nil,
    images: [PodImage] = [], container: Container? = nil, initializing: Initializing? = nil,
    lastEndMessage: String? = nil, isUnstartable: Bool = false, lastRun: Duration? = nil,
    isPreparing: Bool = false
  ) {
    self.lastRun = lastRun
    self.isPreparing = isPreparing
    self.lastEndMessage = lastEndMessage
    self.isUnstartable = isUnstartable
    self.container = container
    self.initializing = initializing
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

  /// The number of restarts from which on the time of the last one is considered.
  static let manyRestarts = 5

  /// The pod is ready or has completed, so no rule applies to it.
  public var isHealthy: Bool {
    guard resource.deletionTimestamp == nil else { return false }
    return phase == "Succeeded" || (phase == "Running" && isReady && restarts < Pod.manyRestarts)
  }
}

/// An image that a pod runs.
public struct PodImage: Hashable, Sendable {
  /// The name in the container's spec.
  public let image: String
  /// The pulled digest, `sha256:…`; nil if the node does not report it.
  public let digest: String?
  /// The Deployment, Job or other owner of the pod; the pod itself if it has none.
  public let owner: Reference

  public init(image: String, digest: String?, owner: Reference) {
    self.image = image
    self.digest = digest
    self.owner = owner
  }
}

/// The pods of a cluster: their number, and those that may have a problem.
public struct PodCensus: Hashable, Sendable {
  public let total: Int
  public let unhealthy: [Pod]
  /// The images of all pods, without duplicates.
  public let images: Set<PodImage>

  public init(total: Int, unhealthy: [Pod], images: Set<PodImage> = []) {
    self.total = total
    self.unhealthy = unhealthy
    self.images = images
  }
}

/// The result of the rules for pods: counts, and the worst pods by name.
public struct PodReport: Hashable, Sendable {
  public let total: Int
  public let crashLooping: [Pod]
  public let pending: [Pod]
  /// Pods that have been running for a long time without becoming ready.
  public let notReady: [Pod]
  /// Pods that still exist long after their grace period.
  public let terminating: [Pod]
  /// Failed pods that are not replaced by a controller.
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
