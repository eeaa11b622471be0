/// The common fields of all judged Kubernetes objects.
public struct Resource: Hashable, Sendable {
  public let kind: String
  /// API group, empty for the core group.
  public let group: String
  /// Empty for cluster-scoped objects.
  public let namespace: String
  public let name: String
  public let creationTimestamp: Timestamp?
  public let deletionTimestamp: Timestamp?
  public let generation: Int64?
  public let observedGeneration: Int64?
  public let conditions: [Condition]
  /// The finalizers, which are only relevant while the object is being deleted.
  public let finalizers: [String]

  public init(
    kind: String, group: String = "", namespace: String = "", name: String,
    creationTimestamp: Timestamp? = nil, deletionTimestamp: Timestamp? = nil, generation: Int64? = nil,
    observedGeneration: Int64? = nil, conditions: [Condition] = [], finalizers: [String] = []
  ) {
    self.kind = kind
    self.group = group
    self.namespace = namespace
    self.name = name
    self.creationTimestamp = creationTimestamp
    self.deletionTimestamp = deletionTimestamp
    self.generation = generation
    self.observedGeneration = observedGeneration
    self.conditions = conditions
    self.finalizers = finalizers
  }

  public var reference: Reference { Reference(kind: kind, namespace: namespace, name: name) }
}

/// The name of an object, as other objects refer to it.
public struct Reference: Hashable, Sendable, CustomStringConvertible {
  public let kind: String
  public let namespace: String
  public let name: String

  public init(kind: String, namespace: String, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// For example `kustomization flux-system/apps`.
  public var description: String {
    namespace.isEmpty ? "\(kind.lowercased()) \(name)" : "\(kind.lowercased()) \(namespace)/\(name)"
  }
}

/// An object of the cluster with its common fields.
package protocol ClusterObject: Hashable, Sendable {
  var resource: Resource { get }
}

extension Node: ClusterObject {}
extension FluxObject: ClusterObject {}
extension ImageRepository: ClusterObject {}
extension ImagePolicy: ClusterObject {}
extension ImageUpdateAutomation: ClusterObject {}
extension Workload: ClusterObject {}
extension Certificate: ClusterObject {}
extension Stack: ClusterObject {}

/// A Kubernetes status condition (metav1.Condition and its predecessors).
public struct Condition: Hashable, Sendable {
  /// The status of a condition. Any unknown value is `.unknown`.
  public enum Status: String, Codable, Sendable, CaseIterable {
    case isTrue = "True"
    case isFalse = "False"
    case unknown = "Unknown"
  }

  public let type: String
  public let status: Status
  public let reason: String
  public let message: String
  public let lastTransitionTime: Timestamp?

  public init(
    type: String, status: Status, reason: String = "", message: String = "",
    lastTransitionTime: Timestamp? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransitionTime = lastTransitionTime
  }
}

extension [Condition] {
  /// The first condition of this type, as kstatus looks it up.
  public subscript(type: String) -> Condition? { first { $0.type == type } }
}
