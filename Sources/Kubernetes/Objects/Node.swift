internal import Health

extension Node {
  /// The lease comes from another list and is put in with `renewed(at:)`. Annotations are not looked at: k3s
  /// keeps its command line in them.
  init(_ object: Fields) throws {
    let resource = try Resource(object, kind: "Node", group: "")
    let labels = object.shown("metadata")?.shown("labels")
    let status = try object.object("status")
    let gpus = status?.shown("allocatable")?.text("nvidia.com/gpu")
    self.init(
      resource: resource, roles: Node.roles(labels),
      kubeletVersion: status?.shown("nodeInfo")?.text("kubeletVersion") ?? "",
      isUnschedulable: try object.object("spec")?.judgedFlag("unschedulable") ?? false,
      allocatableGPUs: gpus.flatMap { Int($0) })
  }

  // As kubectl's printer: findNodeRoles in kubernetes pkg/printers/internalversion/printers.go.
  private static func roles(_ labels: Fields?) -> [String] {
    guard let labels else { return [] }
    let prefix = "node-role.kubernetes.io/"
    var roles = Set(labels.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
    if let role = labels.text("kubernetes.io/role") { roles.insert(role) }
    roles.remove("")
    return roles.sorted()
  }

  func renewed(at time: Timestamp?) -> Node {
    Node(
      resource: resource, roles: roles, kubeletVersion: kubeletVersion, isUnschedulable: isUnschedulable,
      allocatableGPUs: allocatableGPUs, leaseRenewTime: time)
  }
}
