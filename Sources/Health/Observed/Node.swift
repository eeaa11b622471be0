/// The fields of a cluster node that are judged and shown.
public struct Node: Hashable, Sendable {
  public let resource: Resource
  /// Sorted suffixes of `node-role.kubernetes.io/…` labels, as `kubectl get nodes` shows them.
  public let roles: [String]
  public let kubeletVersion: String
  /// `spec.unschedulable`: the node is cordoned.
  public let isUnschedulable: Bool
  /// GPUs of all vendors in `status.allocatable`; nil if it has no entry for GPUs.
  public let allocatableGPUs: Int?
  /// The same in `status.capacity`.
  public let capacityGPUs: Int?
  /// The label `nvidia.com/gpu.count`; nil if it is not set.
  public let labelledGPUs: Int?
  /// The first address of type InternalIP.
  public let internalIP: String?
  public let osImage: String?
  public let kernelVersion: String?
  public let containerRuntime: String?
  /// `spec.renewTime` of the node's Lease; nil if leases could not be read.
  public let leaseRenewTime: Timestamp?

  public var name: String { resource.name }

  public init(
    resource: Resource, roles: [String] = [], kubeletVersion: String = "", isUnschedulable: Bool = false,
    allocatableGPUs: Int? = nil, capacityGPUs: Int? = nil, labelledGPUs: Int? = nil,
    internalIP: String? = nil, osImage: String? = nil, kernelVersion: String? = nil,
    containerRuntime: String? = nil, leaseRenewTime: Timestamp? = nil
  ) {
    self.resource = resource
    self.roles = roles
    self.kubeletVersion = kubeletVersion
    self.isUnschedulable = isUnschedulable
    self.allocatableGPUs = allocatableGPUs
    self.capacityGPUs = capacityGPUs
    self.labelledGPUs = labelledGPUs
    self.internalIP = internalIP
    self.osImage = osImage
    self.kernelVersion = kernelVersion
    self.containerRuntime = containerRuntime
    self.leaseRenewTime = leaseRenewTime
  }

  /// The same node with the renewal time of its Lease.
  public func renewed(at time: Timestamp?) -> Node {
    Node(
      resource: resource, roles: roles, kubeletVersion: kubeletVersion, isUnschedulable: isUnschedulable,
      allocatableGPUs: allocatableGPUs, capacityGPUs: capacityGPUs, labelledGPUs: labelledGPUs,
      internalIP: internalIP, osImage: osImage,
      kernelVersion: kernelVersion, containerRuntime: containerRuntime, leaseRenewTime: time)
  }
}

/// An event by which K3s warns that certificates of a node expire (reason CertificateExpirationWarning).
public struct NodeCertificateWarning: Hashable, Sendable {
  public let node: String
  /// The certificates and their times, without secrets.
  public let message: String
  public let at: Timestamp?

  public init(node: String, message: String, at: Timestamp? = nil) {
    self.node = node
    self.message = message
    self.at = at
  }
}
