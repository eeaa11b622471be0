internal import Health

extension Workload {
  /// Omitted counts are zero (`omitempty` in the apps/v1 types); replicas default to one.
  init(_ object: Fields, kind: String, _ limits: TextLimits) throws {
    let resource = try Resource(object, kind: kind, group: "apps", limits: limits)
    let spec = try object.object("spec")
    let status = try object.object("status")
    let labels = object.shown("metadata")?.shown("labels")
    func count(_ name: String) throws -> Int { try status?.judgedCount(name) ?? 0 }
    let isDaemonSet = kind == "DaemonSet"
    self.init(
      resource: resource,
      desired: isDaemonSet
        ? try count("desiredNumberScheduled") : try spec?.judgedCount("replicas") ?? 1,
      isDesiredKnown: !isDaemonSet || status?.count("desiredNumberScheduled") != nil,
      hasProgressDeadline: spec?.count("progressDeadlineSeconds").map { $0 < Int32.max } ?? false,
      ready: try count(isDaemonSet ? "numberReady" : "readyReplicas"),
      available: try count(isDaemonSet ? "numberAvailable" : "availableReplicas"),
      updated: try count(isDaemonSet ? "updatedNumberScheduled" : "updatedReplicas"),
      current: try count(isDaemonSet ? "currentNumberScheduled" : "replicas"),
      updates: Workload.updates(spec?.shown("updateStrategy")),
      images: Workload.images(spec), manager: Workload.manager(labels),
      partOf: labels?.word("app.kubernetes.io/part-of"), version: labels?.word("app.kubernetes.io/version"))
  }

  private static func updates(_ strategy: Fields?) -> Updates {
    if strategy?.word("type") == "OnDelete" { return .onDelete }
    return strategy?.shown("rollingUpdate")?.count("partition").map { .partition($0) } ?? .rolling
  }

  /// The images of a pod spec, init containers last.
  static func images(_ spec: Fields?) -> [String] {
    let pod = spec?.shown("template")?.shown("spec")
    return ["containers", "initContainers"].flatMap { pod?.shownObjects($0).prefix(64) ?? [] }
      .compactMap { $0.word("image") }.within(bytes: TextLimits.list)
  }

  static func manager(_ labels: Fields?) -> Reference? {
    for (kind, group) in [("HelmRelease", "helm"), ("Kustomization", "kustomize")] {
      let prefix = "\(group).toolkit.fluxcd.io"
      if let name = labels?.word("\(prefix)/name"), let namespace = labels?.word("\(prefix)/namespace") {
        return Reference(kind: kind, namespace: namespace, name: name)
      }
    }
    return nil
  }
}
