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

  public init(
    resource: Resource, phase: String, node: String? = nil, owner: Reference? = nil, isReady: Bool = false,
    restarts: Int = 0, waitingReason: String? = nil, waitingMessage: String? = nil, lastEnd: String? = nil
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
  }

  /// Nothing to say about it: it serves, or it has done its work.
  public var isWell: Bool { phase == "Succeeded" || (phase == "Running" && isReady) }
}

/// The pods of a cluster: how many, and those that are not as they should be.
public struct PodCensus: Hashable, Sendable {
  public let total: Int
  public let unwell: [Pod]

  public init(total: Int, unwell: [Pod]) {
    self.total = total
    self.unwell = unwell
  }
}

/// What the rules say of the pods: counts, and the worst by name.
public struct PodReport: Hashable, Sendable {
  public let total: Int
  public let crashLooping: [Pod]
  public let pending: [Pod]

  public init(total: Int, crashLooping: [Pod] = [], pending: [Pod] = []) {
    self.total = total
    self.crashLooping = crashLooping
    self.pending = pending
  }
}
