internal import Health

extension Node {
  /// The lease comes from another list and is set by `renewed(at:)`. Annotations are not read, because k3s stores its
  /// command line in them.
  init(_ object: Fields, _ limits: TextLimits) throws {
    let resource = try Resource(object, kind: "Node", group: "", limits: limits)
    let labels = object.shown("metadata")?.shown("labels")
    let status = try object.object("status")
    let system = status?.shown("nodeInfo")
    self.init(
      resource: resource, roles: Node.roles(labels),
      kubeletVersion: system?.word("kubeletVersion")?.shared ?? "",
      isUnschedulable: try object.object("spec")?.judgedFlag("unschedulable") ?? false,
      allocatableGPUs: Node.gpus(status?.shown("allocatable")),
      capacityGPUs: Node.gpus(status?.shown("capacity")),
      labeledGPUs: labels?.word("nvidia.com/gpu.count").flatMap(Node.count),
      internalIP: status?.shownObjects("addresses").first { $0.word("type") == "InternalIP" }?.text(
        "address"),
      osImage: system?.word("osImage")?.shared, kernelVersion: system?.word("kernelVersion")?.shared,
      containerRuntime: system?.word("containerRuntimeVersion")?.shared,
      gpuResources: Array(
        Set(["capacity", "allocatable"].flatMap { status?.shown($0)?.names.filter(Node.isGPU) ?? [] })
          .sorted().prefix(16).map(\.clipped.escapedName)),
      lostDevices: Node.lostDevices(status?.shown("capacity"), status?.shown("allocatable")),
      taints: (object.shown("spec")?.shownObjects("taints") ?? []).prefix(64).compactMap { taint in
        taint.word("key").map {
          Taint(key: $0, effect: taint.word("effect") ?? "", addedAt: taint.time("timeAdded"))
        }
      })
  }

  /// Extended resources have the domain of their vendor in their names. Those of Kubernetes itself are no devices.
  private static func lostDevices(_ capacity: Fields?, _ allocatable: Fields?) -> [Device] {
    guard let capacity, let allocatable else { return [] }
    let names = capacity.names.filter { name in
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0] != "kubernetes.io" && !parts[0].hasSuffix(".kubernetes.io")
        && !isGPU(name)
    }
    let devices = names.sorted().compactMap { name -> Device? in
      let (all, offered) = (capacity.word(name, limit: 32) ?? "", allocatable.word(name) ?? "")
      guard isPositive(all) else { return nil }
      let device = name.clipped.escapedName
      guard isPositive(offered) else { return Device(resource: device, capacity: all) }
      guard let total = count(all), let left = count(offered), left < total else { return nil }
      return Device(resource: device, capacity: all, lost: total - left)
    }
    return Array(devices.prefix(16))
  }

  /// True for a quantity above zero, with or without a unit: `8`, `1k`.
  private static func isPositive(_ quantity: String) -> Bool {
    quantity.utf8.first.map { $0 != UInt8(ascii: "-") } == true
      && quantity.utf8.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
  }

  /// Quantities are strings. A GPU that is shared or partitioned has other resource names, and the whole-GPU resource
  /// is then 0.
  private static func gpus(_ resources: Fields?) -> Int? {
    guard let resources else { return nil }
    let counts = resources.names.filter(isGPU).compactMap { resources.word($0).flatMap(count) }
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }

  /// Resource names of device plugins for GPUs and similar accelerators: `nvidia.com/gpu`, `amd.com/gpu`.
  private static func isGPU(_ resource: String) -> Bool {
    resource.hasSuffix("/gpu") || resource.hasSuffix("/gpu.shared") || resource.hasPrefix("nvidia.com/mig-")
      || [
        "gpu.intel.com/i915", "gpu.intel.com/xe", "google.com/tpu", "habana.ai/gaudi",
        "aws.amazon.com/neuron",
      ].contains(resource)
  }

  /// Bounded, so that the sum over all resources of an object cannot overflow.
  private static func count(_ quantity: String) -> Int? {
    Int32(quantity).flatMap { $0 < 0 ? nil : Int($0) }
  }

  // As in kubectl's printer: findNodeRoles in kubernetes pkg/printers/internalversion/printers.go.
  private static func roles(_ labels: Fields?) -> [String] {
    guard let labels else { return [] }
    let prefix = "node-role.kubernetes.io/"
    var roles = Set(
      labels.names.filter { $0.hasPrefix(prefix) }.map {
        String($0.dropFirst(prefix.count)).clipped.withoutCredentials.escapedName
      })
    if let role = labels.word("kubernetes.io/role") { roles.insert(role) }
    roles.remove("")
    return roles.sorted().within(bytes: TextLimits.list)
  }
}
