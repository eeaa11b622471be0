/// A Deployment, StatefulSet or DaemonSet, as far as it is judged and shown.
public struct Workload: Hashable, Sendable {
  public let resource: Resource
  public let desired: Int
  public let ready: Int
  public let available: Int
  public let updated: Int
  /// Images of the pod template's containers, as written in the spec.
  public let images: [String]
  /// `app.kubernetes.io/part-of`
  public let partOf: String?
  /// `app.kubernetes.io/version`
  public let version: String?

  public init(
    resource: Resource, desired: Int, ready: Int, available: Int, updated: Int, images: [String] = [],
    partOf: String? = nil, version: String? = nil
  ) {
    self.resource = resource
    self.desired = desired
    self.ready = ready
    self.available = available
    self.updated = updated
    self.images = images
    self.partOf = partOf
    self.version = version
  }
}

/// A cert-manager Certificate.
public struct Certificate: Hashable, Sendable {
  public let resource: Resource
  public let notAfter: Timestamp?
  public let renewalTime: Timestamp?

  public init(resource: Resource, notAfter: Timestamp? = nil, renewalTime: Timestamp? = nil) {
    self.resource = resource
    self.notAfter = notAfter
    self.renewalTime = renewalTime
  }
}

/// A Pulumi Stack resource. Outputs are never read.
public struct Stack: Hashable, Sendable {
  public let resource: Resource
  /// `status.lastUpdate.state`: `succeeded`, `failed`.
  public let lastUpdateState: String?
  public let lastUpdateTime: Timestamp?

  public init(resource: Resource, lastUpdateState: String? = nil, lastUpdateTime: Timestamp? = nil) {
    self.resource = resource
    self.lastUpdateState = lastUpdateState
    self.lastUpdateTime = lastUpdateTime
  }
}

/// Whether a Secret is there. Its values are never read.
public struct SecretPresence: Hashable, Sendable {
  public let namespace: String
  public let name: String
  public let isPresent: Bool

  public init(namespace: String, name: String, isPresent: Bool) {
    self.namespace = namespace
    self.name = name
    self.isPresent = isPresent
  }
}
