internal import Health

extension Workload {
  /// Counts that the server leaves out are zero (`omitempty` in the apps/v1 types); replicas default to one.
  init(_ object: Fields, kind: String) throws {
    let resource = try Resource(object, kind: kind, group: "apps")
    let spec = try object.object("spec")
    let status = try object.object("status")
    let labels = object.shown("metadata")?.shown("labels")
    func count(_ name: String) throws -> Int { Int(try status?.judgedNumber(name) ?? 0) }
    let isDaemonSet = kind == "DaemonSet"
    let containers = spec?.shown("template")?.shown("spec")?.shownObjects("containers") ?? []
    self.init(
      resource: resource,
      desired: isDaemonSet
        ? try count("desiredNumberScheduled") : Int(try spec?.judgedNumber("replicas") ?? 1),
      ready: try count(isDaemonSet ? "numberReady" : "readyReplicas"),
      available: try count(isDaemonSet ? "numberAvailable" : "availableReplicas"),
      updated: try count(isDaemonSet ? "updatedNumberScheduled" : "updatedReplicas"),
      images: containers.prefix(64).compactMap { $0.text("image") },
      partOf: labels?.text("app.kubernetes.io/part-of"), version: labels?.text("app.kubernetes.io/version"))
  }
}
