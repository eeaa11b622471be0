public import GuardTypes

/// The leader election Lease of a Flux controller. Its leader renews it every few seconds.
public struct LeaderLease: Hashable, Sendable {
  public let namespace: String
  /// For example `kustomize-controller-leader-election`.
  public let name: String
  public let renewTime: Timestamp?

  public init(namespace: String, name: String, renewTime: Timestamp?) {
    self.namespace = namespace
    self.name = name
    self.renewTime = renewTime
  }

  public var isOfFlux: Bool { CustomKind.controllersOfFlux.contains(controller) }

  /// The name of the controller, derived from the usual name of the Lease.
  var controller: String { name.hasSuffix("-leader-election") ? String(name.dropLast(16)) : name }
}

/// A controller of Flux: its release, and whether it is working.
public struct ControllerReport: Hashable, Sendable {
  public let name: String
  public let verdict: Verdict
  /// The distribution version from its label.
  public let distribution: String?
  /// The tag of its image.
  public let version: String?
  public let desired: Int
  public let available: Int
  /// When its leader last renewed its Lease; nil if the Lease cannot be read.
  public let renewedAt: Timestamp?

  public init(
    name: String, verdict: Verdict, distribution: String? = nil, version: String? = nil, desired: Int = 1,
    available: Int = 1, renewedAt: Timestamp? = nil
  ) {
    self.name = name
    self.verdict = verdict
    self.distribution = distribution
    self.version = version
    self.desired = desired
    self.available = available
    self.renewedAt = renewedAt
  }
}
