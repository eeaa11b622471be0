internal import Health

extension Pod {
  /// Environment, volumes and annotations are not read.
  init(_ object: Fields, _ limits: TextLimits) throws {
    let resource = try Resource(object, kind: "Pod", group: "", limits: limits)
    let status = try object.object("status")
    let containers = ["containerStatuses", "initContainerStatuses"].flatMap {
      status?.shownObjects($0).prefix(64) ?? []
    }
    let waiting = containers.lazy.compactMap { $0.shown("state")?.shown("waiting") }
      .first { ($0.word("reason") ?? "PodInitializing") != "PodInitializing" }
    let owner = Pod.owner(object.shown("metadata"), resource)
    let phase = status?.word("phase") ?? "Unknown"
    // For a running container, how its previous run ended; for a stopped one, how it ended.
    let end =
      containers.lazy.compactMap { $0.shown("lastState")?.shown("terminated") }.first
      ?? containers.lazy.compactMap { $0.shown("state")?.shown("terminated") }
      .first { $0.number("exitCode") != 0 }
    self.init(
      resource: resource, phase: phase, node: object.shown("spec")?.word("nodeName"), owner: owner,
      isReady: resource.conditions["Ready"]?.status == .isTrue,
      restarts: containers.reduce(0) { $0 + ($1.count("restartCount") ?? 0) },
      waitingReason: waiting?.word("reason"), waitingMessage: waiting?.message("message"),
      lastEnd: end.map(Pod.end),
      lastEndTime: containers.compactMap { $0.shown("lastState")?.shown("terminated")?.time("finishedAt") }
        .max(),
      failure: status?.word("reason"), failureMessage: status?.message("message"),
      images: ["Succeeded", "Failed"].contains(phase)
        ? [] : Pod.images(object.shown("spec"), containers, owner: owner ?? resource.reference))
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
