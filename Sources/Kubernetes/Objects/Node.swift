internal import Health

extension Node {
  /// The lease comes from another list and is put in with `renewed(at:)`. Annotations are not looked at: k3s
  /// keeps its command line in them.
  init(_ object: Fields) throws {
    let resource = try Resource(object, kind: "Node", group: "")
    let labels = object.shown("metadata")?.shown("labels")
    let status = try object.object("status")
    let system = status?.shown("nodeInfo")
    self.init(
      resource: resource, roles: Node.roles(labels), kubeletVersion: system?.text("kubeletVersion") ?? "",
      isUnschedulable: try object.object("spec")?.judgedFlag("unschedulable") ?? false,
      allocatableGPUs: Node.gpus(status?.shown("allocatable")),
      capacityGPUs: Node.gpus(status?.shown("capacity")),
      labelledGPUs: labels?.text("nvidia.com/gpu.count").flatMap(Node.count),
      internalIP: status?.shownObjects("addresses").first { $0.text("type") == "InternalIP" }?.text(
        "address"),
      osImage: system?.text("osImage"), kernelVersion: system?.text("kernelVersion"),
      containerRuntime: system?.text("containerRuntimeVersion"))
  }

  /// Quantities are texts. A GPU that is shared or cut into slices goes by other names, beside which the whole one
  /// is 0.
  private static func gpus(_ resources: Fields?) -> Int? {
    guard let resources else { return nil }
    let counts = resources.names.filter(isGPU).compactMap { resources.text($0).flatMap(count) }
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }

  /// The names under which device plugins offer GPUs and accelerators like them: `nvidia.com/gpu`, `amd.com/gpu`.
  private static func isGPU(_ resource: String) -> Bool {
    resource.hasSuffix("/gpu") || resource.hasSuffix("/gpu.shared") || resource.hasPrefix("nvidia.com/mig-")
      || [
        "gpu.intel.com/i915", "gpu.intel.com/xe", "google.com/tpu", "habana.ai/gaudi",
        "aws.amazon.com/neuron",
      ].contains(resource)
  }

  /// So bounded that the sum of all that fit into one object is a number as well.
  private static func count(_ quantity: String) -> Int? {
    Int32(quantity).flatMap { $0 < 0 ? nil : Int($0) }
  }

  // As kubectl's printer: findNodeRoles in kubernetes pkg/printers/internalversion/printers.go.
  private static func roles(_ labels: Fields?) -> [String] {
    guard let labels else { return [] }
    let prefix = "node-role.kubernetes.io/"
    var roles = Set(
      labels.names.filter { $0.hasPrefix(prefix) }.map {
        String($0.dropFirst(prefix.count)).clipped.escapedName
      })
    if let role = labels.text("kubernetes.io/role") { roles.insert(role) }
    roles.remove("")
    return roles.sorted()
  }
}
