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
  public let labeledGPUs: Int?
  /// The names of these resources: `nvidia.com/gpu`.
  public let gpuResources: [String]
  /// Other devices that the node has and does not offer.
  public let lostDevices: [Device]
  /// `spec.taints`
  public let taints: [Taint]
  /// The first address of type InternalIP.
  public let internalIP: String?
  public let osImage: String?
  public let kernelVersion: String?
  public let containerRuntime: String?
  /// `spec.renewTime` of the node's Lease; nil if leases could not be read.
  public private(set) var leaseRenewTime: Timestamp?

  /// An extended resource, for example `furiosa.ai/npu`.
  public struct Device: Hashable, Sendable {
    public let resource: String
    /// The quantity in `status.capacity`.
    public let capacity: String
    /// The number of those that are lost; nil if all are.
    public let lost: Int?

    public init(resource: String, capacity: String, lost: Int? = nil) {
      self.resource = resource
      self.capacity = capacity
      self.lost = lost
    }
  }

  /// A taint, which keeps pods away that do not tolerate it.
  public struct Taint: Hashable, Sendable {
    public let key: String
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`
    public let effect: String
    /// When it was set; nil if the server does not record it.
    public let addedAt: Timestamp?

    public init(key: String, effect: String, addedAt: Timestamp? = nil) {
      self.key = key
      self.effect = effect
      self.addedAt = addedAt
    }
  }

  public var name: String { resource.name }

  public init(
    resource: Resource, roles: [String] = [], kubeletVersion: String = "", isUnschedulable: Bool = false,
    allocatableGPUs: Int? = nil, capacityGPUs: Int? = nil, labeledGPUs: Int? = nil,
    internalIP: String? = nil, osImage: String? = nil, kernelVersion: String? = nil,
    containerRuntime: String? = nil, leaseRenewTime: Timestamp? = nil, gpuResources: [String] = [],
    lostDevices: [Device] = [], taints: [Taint] = []
  ) {
    self.taints = taints
    self.gpuResources = gpuResources
    self.lostDevices = lostDevices
    self.resource = resource
    self.roles = roles
    self.kubeletVersion = kubeletVersion
    self.isUnschedulable = isUnschedulable
    self.allocatableGPUs = allocatableGPUs
    self.capacityGPUs = capacityGPUs
    self.labeledGPUs = labeledGPUs
    self.internalIP = internalIP
    self.osImage = osImage
    self.kernelVersion = kernelVersion
    self.containerRuntime = containerRuntime
    self.leaseRenewTime = leaseRenewTime
  }

  /// The same node with the renewal time of its Lease.
  public func renewed(at time: Timestamp?) -> Node {
    var node = self
    node.leaseRenewTime = time
    return node
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
