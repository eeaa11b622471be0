/// A cluster node, as far as it is judged and shown.
public struct Node: Hashable, Sendable {
  public let resource: Resource
  /// Sorted suffixes of `node-role.kubernetes.io/…` labels, as `kubectl get nodes` shows them.
  public let roles: [String]
  public let kubeletVersion: String
  /// `spec.unschedulable`: the node is cordoned.
  public let isUnschedulable: Bool
  /// `nvidia.com/gpu` in `status.allocatable`; nil where the node offers none.
  public let allocatableGPUs: Int?
  /// `spec.renewTime` of the node's Lease; nil where leases could not be read.
  public let leaseRenewTime: Timestamp?

  public var name: String { resource.name }

  public init(
    resource: Resource, roles: [String] = [], kubeletVersion: String = "", isUnschedulable: Bool = false,
    allocatableGPUs: Int? = nil, leaseRenewTime: Timestamp? = nil
  ) {
    self.resource = resource
    self.roles = roles
    self.kubeletVersion = kubeletVersion
    self.isUnschedulable = isUnschedulable
    self.allocatableGPUs = allocatableGPUs
    self.leaseRenewTime = leaseRenewTime
  }
}
