/// The fields of a Deployment, StatefulSet or DaemonSet that are judged and shown.
public struct Workload: Hashable, Sendable {
  public let resource: Resource
  public let desired: Int
  /// False until a DaemonSet's status contains the desired number of pods.
  public let isDesiredKnown: Bool
  /// True if `spec.progressDeadlineSeconds` of a Deployment is set to less than its largest value.
  public let hasProgressDeadline: Bool
  public let ready: Int
  public let available: Int
  public let updated: Int
  /// The number of pods of any revision: `status.replicas` or `currentNumberScheduled`; nil if not reported.
  public let current: Int?
  /// The update strategy of a StatefulSet or DaemonSet, if it is not automatic.
  public let updates: Updates
  /// The images of the pod template's containers as written in the spec, init containers last.
  public let images: [String]
  /// The Kustomization or HelmRelease that applied it, from its labels.
  public let manager: Reference?
  /// `app.kubernetes.io/part-of`
  public let partOf: String?
  /// `app.kubernetes.io/version`
  public let version: String?

  /// The part of `spec.updateStrategy` that decides which pods count as updated.
  public enum Updates: Hashable, Sendable {
    case rolling
    /// Pods are replaced only after an operator deletes them, so a rollout does not wait for them.
    case onDelete
    /// Only pods with at least this ordinal are updated.
    case partition(Int)
  }

  public init(
    resource: Resource, desired: Int, isDesiredKnown: Bool = true, hasProgressDeadline: Bool = false,
    ready: Int, available: Int, updated: Int, current: Int? = nil, updates: Updates = .rolling,
    images: [String] = [], manager: Reference? = nil, partOf: String? = nil,
    version: String? = nil
  ) {
    self.resource = resource
    self.desired = desired
    self.isDesiredKnown = isDesiredKnown
    self.hasProgressDeadline = hasProgressDeadline
    self.ready = ready
    self.available = available
    self.updated = updated
    self.current = current
    self.updates = updates
    self.images = images
    self.manager = manager
    self.partOf = partOf
    self.version = version
  }
}

/// A cert-manager Certificate.
public struct Certificate: Hashable, Sendable {
  public let resource: Resource
  public let notAfter: Timestamp?
  public let renewalTime: Timestamp?
  /// When the last attempt to issue it failed; nil if none has failed since the last success.
  public let lastFailureTime: Timestamp?
  /// The number of consecutive failed attempts.
  public let failedAttempts: Int?

  public init(
    resource: Resource, notAfter: Timestamp? = nil, renewalTime: Timestamp? = nil,
    lastFailureTime: Timestamp? = nil, failedAttempts: Int? = nil
  ) {
    self.resource = resource
    self.notAfter = notAfter
    self.renewalTime = renewalTime
    self.lastFailureTime = lastFailureTime
    self.failedAttempts = failedAttempts
  }
}

/// A Pulumi Stack resource. Outputs are never read.
public struct Stack: Hashable, Sendable {
  public let resource: Resource
  /// `status.lastUpdate.state`: `succeeded`, `failed`.
  public let lastUpdateState: String?
  /// `status.lastUpdate.lastResyncTime`
  public let lastUpdateTime: Timestamp?
  public let lastAttemptedCommit: String?
  public let lastSuccessfulCommit: String?
  /// The interval of automatic refreshes; nil if they are off.
  public let resyncInterval: Duration?
  public let isUpdating: Bool
  /// `status.lastUpdate.message`: the error of the last update.
  public let lastUpdateMessage: String?
  /// `status.lastUpdate.permalink`: the page of the last update in Pulumi Cloud.
  public let lastUpdatePage: String?

  public init(
    resource: Resource, lastUpdateState: String? = nil, lastUpdateTime: Timestamp? = nil,
    lastAttemptedCommit: String? = nil, lastSuccessfulCommit: String? = nil, resyncInterval: Duration? = nil,
    isUpdating: Bool = false, lastUpdateMessage: String? = nil, lastUpdatePage: String? = nil
  ) {
    self.lastUpdateMessage = lastUpdateMessage
    self.lastUpdatePage = lastUpdatePage
    self.resource = resource
    self.lastUpdateState = lastUpdateState
    self.lastUpdateTime = lastUpdateTime
    self.lastAttemptedCommit = lastAttemptedCommit
    self.lastSuccessfulCommit = lastSuccessfulCommit
    self.resyncInterval = resyncInterval
    self.isUpdating = isUpdating
  }
}

/// Whether a Secret exists. Its values are never read.
public struct SecretPresence: Hashable, Sendable {
  public let namespace: String
  public let name: String
  /// nil if unknown.
  public let isPresent: Bool?
  /// Why the presence is unknown.
  public let failure: PollFailure?
  /// True if the server's cache does not have it, which only an answer from etcd can confirm.
  public let isMissingFromCache: Bool

  public init(
    namespace: String, name: String, isPresent: Bool?, failure: PollFailure? = nil,
    isMissingFromCache: Bool = false
  ) {
    self.namespace = namespace
    self.name = name
    self.isPresent = isPresent
    self.failure = failure
    self.isMissingFromCache = isMissingFromCache
  }
}
