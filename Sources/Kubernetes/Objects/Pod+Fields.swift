internal import Health

extension Pod {
  /// Environment, volumes and annotations are not read.
  init(_ object: Fields, _ limits: TextLimits) throws {
    let resource = try Resource(object, kind: "Pod", group: "", limits: limits)
    let status = try object.object("status")
    let containers = ["containerStatuses", "initContainerStatuses"].flatMap {
      status?.shownObjects($0).prefix(64) ?? []
    }
    let explaining = Pod.explaining(among: containers)
    let waiting = explaining.flatMap(Pod.waiting)
    let owner = Pod.owner(object.shown("metadata"), resource)
    let phase = status?.word("phase") ?? "Unknown"
    // For a running container, how its previous run ended; for a stopped one, how it ended.
    let end =
      explaining.flatMap(Pod.previousEnd)
      ?? explaining?.shown("state")?.shown("terminated").flatMap { $0.number("exitCode") != 0 ? $0 : nil }
    self.init(
      resource: resource, phase: phase, node: object.shown("spec")?.word("nodeName"), owner: owner,
      isReady: resource.conditions["Ready"]?.status == .isTrue
        || Pod.isCompleting(resource, object.shown("spec"), status?.shownObjects("containerStatuses") ?? []),
      restarts: containers.reduce(0) { $0 + ($1.count("restartCount") ?? 0) },
      waitingReason: waiting?.word("reason"), waitingMessage: waiting?.message("message"),
      lastEnd: end.map(Pod.end),
      lastEndTime: explaining.flatMap(Pod.previousEnd)?.time("finishedAt"),
      failure: status?.word("reason"), failureMessage: status?.message("message"),
      images: ["Succeeded", "Failed"].contains(phase)
        ? [] : Pod.images(object.shown("spec"), containers, owner: owner ?? resource.reference),
      container: containers.count < 2
        ? nil
        : explaining.map { Container(name: $0.word("name") ?? "", restarts: $0.count("restartCount") ?? 0) },
      initializing: Pod.initializing(status, object.shown("spec")), lastEndMessage: end?.message("message"),
      isUnstartable: end?.word("reason").map(Pod.startErrors.contains) ?? false,
      lastRun: end.flatMap { end in
        end.time("startedAt").flatMap { started in end.time("finishedAt").map { max(.zero, $0 - started) } }
      },
      isPreparing: containers.contains { container in
        container.shown("state")?.shown("waiting")?.word("reason").map(Pod.preparations.contains) ?? false
      })
  }

  /// The reasons with which a container runtime ends a container that it could not start (CRI-O, containerd, dockershim).
  private static let startErrors: Set = ["StartError", "ContainerCannotRun", "RunContainerError"]

  /// True if a pod that runs to its end, such as that of a Job, is not ready only because some of its containers have
  /// already succeeded.
  private static func isCompleting(_ resource: Resource, _ spec: Fields?, _ containers: [Fields]) -> Bool {
    guard resource.conditions["Ready"]?.reason == "ContainersNotReady",
      ["Never", "OnFailure"].contains(spec?.word("restartPolicy"))
    else { return false }
    let unready = containers.filter { (try? $0.judgedFlag("ready")) != true }
    return unready.count < containers.count
      && unready.allSatisfy { $0.shown("state")?.shown("terminated")?.number("exitCode") == 0 }
  }

  private static func waiting(_ container: Fields) -> Fields? {
    container.shown("state")?.shown("waiting").flatMap {
      ($0.word("reason") ?? "PodInitializing") == "PodInitializing" ? nil : $0
    }
  }

  private static func previousEnd(_ container: Fields) -> Fields? {
    container.shown("lastState")?.shown("terminated")
  }

  /// The container that explains the state of the pod. In this order: a container that waits (after an error first);
  /// the one that was restarted (five times or more first, then the latest); one that has failed.
  private static func explaining(among containers: [Fields]) -> Fields? {
    let waiting = containers.filter { self.waiting($0) != nil }
    if let explaining = waiting.first(where: { self.waiting($0)?.word("reason") != "ContainerCreating" })
      ?? waiting.first
    {
      return explaining
    }
    func rank(_ container: Fields) -> (Int, Int64) {
      let isOften = (container.count("restartCount") ?? 0) >= 5
      return (isOften ? 1 : 0, previousEnd(container)?.time("finishedAt")?.milliseconds ?? 0)
    }
    return containers.filter { previousEnd($0) != nil }.max { rank($0) < rank($1) }
      ?? containers.first { ($0.shown("state")?.shown("terminated")?.number("exitCode") ?? 0) != 0 }
  }

  /// Containers that restart always are sidecars, which run beside the others.
  private static func initializing(_ status: Fields?, _ spec: Fields?) -> Initializing? {
    let sidecars = Set(
      (spec?.shownObjects("initContainers") ?? []).prefix(64)
        .filter { $0.word("restartPolicy") == "Always" }.compactMap { $0.word("name") })
    return (status?.shownObjects("initContainerStatuses") ?? []).prefix(64).compactMap {
      container -> Initializing? in
      guard let running = container.shown("state")?.shown("running"), let name = container.word("name"),
        !sidecars.contains(name)
      else { return nil }
      return Initializing(container: name, since: running.time("startedAt"))
    }.first
  }

  /// Images with the names from the pod's spec, because the node may report other names.
  private static func images(_ spec: Fields?, _ statuses: [Fields], owner: Reference) -> [PodImage] {
    var left = TextLimits.list
    return (spec?.shownObjects("containers") ?? []).prefix(64).compactMap { container in
      guard left >= 0 else { return nil }
      guard let image = container.word("image"), let name = container.word("name") else { return nil }
      let pulled = statuses.first { $0.word("name") == name }?.word("imageID")
      // `docker.io/library/nginx@sha256:…`; without a repository it is the digest of the configuration.
      let digest = pulled.flatMap { ImageReference($0).digest }
      left -= image.utf8.count
      return PodImage(image: image, digest: digest, owner: owner)
    }
  }

  /// A Deployment owns its pods through a ReplicaSet, named after the Deployment with the hash of the template.
  private static func owner(_ metadata: Fields?, _ resource: Resource) -> Reference? {
    guard let owner = metadata?.shownObjects("ownerReferences").first, let kind = owner.word("kind"),
      let name = owner.word("name")
    else { return nil }
    let hash = metadata?.shown("labels")?.word("pod-template-hash") ?? ""
    guard kind == "ReplicaSet", !hash.isEmpty, name.hasSuffix("-\(hash)") else {
      return Reference(kind: kind, namespace: resource.namespace, name: name)
    }
    return Reference(
      kind: "Deployment", namespace: resource.namespace, name: String(name.dropLast(hash.count + 1)))
  }

  private static func end(_ terminated: Fields) -> String {
    let code = terminated.number("exitCode").map { "exit code \($0)" }
    let reason = terminated.word("reason").flatMap { ["Error", "Completed"].contains($0) ? nil : $0 }
    return [reason, code].compactMap(\.self).joined(separator: ", ")
  }
}
