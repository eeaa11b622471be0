internal import GuardTypes

// Rules for the Flux controllers: if a controller does not work, the status of its objects stays unchanged
// forever.
extension Evaluation {
  mutating func judgeControllers(_ snapshot: Snapshot) {
    let deployments = (snapshot.workloads.value ?? []).filter(isFluxController)
    let leases = Dictionary(
      (snapshot.leaderLeases.value ?? []).map { ($0.controller, $0) }, uniquingKeysWith: { first, _ in first }
    )
    for deployment in deployments {
      let name = deployment.resource.name
      let isServing = deployment.available > 0
      if !isServing { idleControllers.insert(name) }
      let renewed = leases[name]?.renewTime
      var verdict: Verdict = isServing ? .healthy : .critical
      if isServing, let renewed, let lease = leases[name], isStill(lease, renewed) {
        idleControllers.insert(name)
        verdict = .critical
        report(
          .flux(.controllerStopped), ["controller": name, "fluxNamespace": lease.namespace],
          subject: name,
          detail: "its pod is available, but its leader last renewed its lease "
            + "\((serverNow - renewed).humanDuration) ago; its objects are not reconciled",
          since: renewed)
      }
      controllers.append(
        ControllerReport(
          name: name, verdict: verdict, distribution: deployment.version,
          version: deployment.images.first.flatMap { ImageReference($0).tag }, desired: deployment.desired,
          available: deployment.available, renewedAt: renewed))
    }
    judgeMissingControllers(snapshot)
  }

  func isFluxController(_ workload: Workload) -> Bool {
    workload.isFluxController(in: expectations.fluxNamespace)
  }

  /// True if the Lease is no longer renewed. A leader renews it every few seconds and loses it after 35 s.
  private mutating func isStill(_ lease: LeaderLease, _ renewed: Timestamp) -> Bool {
    let reference = Reference(kind: "Lease", namespace: lease.namespace, name: lease.name)
    return stillFor(reference, renewed) > .seconds(90)
  }

  /// Reports objects whose controller is missing. If no controller was ever seen with its usual name, the installation
  /// uses other names.
  private mutating func judgeMissingControllers(_ snapshot: Snapshot) {
    guard snapshot.workloads.value != nil, snapshot.failedWorkloadKinds["Deployment"] == nil else { return }
    let seen = "flux/controllers/seen"
    guard !controllers.isEmpty else {
      let wereSeen = history.firstSeen["\(cluster)/\(seen)"] != nil
      if wereSeen { _ = watch(seen) }
      guard !CustomKind.controllersOfFlux.contains(where: isUnreadableDeployment) else { return }
      guard expectations.fluxVersion != nil || wereSeen, snapshot.flux.value?.isEmpty == false else { return }
      report(
        .flux(.controllersMissing), subject: "flux",
        detail: "its objects exist, and no Deployment in \(expectations.fluxNamespace) reconciles them")
      idleControllers.formUnion(CustomKind.controllersOfFlux)
      return
    }
    _ = watch(seen)
    var kinds = (snapshot.flux.value ?? []).filter { !$0.isStatic }.map(\.resource.kind)
    kinds += (snapshot.imagePolicies.value ?? []).map(\.resource.kind)
    kinds += (snapshot.imageUpdateAutomations.value ?? []).map(\.resource.kind)
    for name in Set(kinds.map(\.fluxController)).sorted()
    where !name.isEmpty && !controllers.contains(where: { $0.name == name }) && !isUnreadableDeployment(name)
    {
      idleControllers.insert(name)
      report(
        .flux(.controllerMissing), ["controller": name], subject: name,
        detail: "its Deployment is missing, and objects depend on it")
    }
  }

  private func isUnreadableDeployment(_ name: String) -> Bool {
    isUnreadable(Reference(kind: "Deployment", namespace: expectations.fluxNamespace, name: name))
  }

  /// If all Kustomizations are overdue at the same time, that is one problem and not one per object.
  mutating func judgeIdleControllers(_ objects: [FluxObject]) {
    let name = "kustomize-controller"
    let beating = objects.filter { heartbeat(of: $0) != nil && $0.interval != nil }
    let last = beating.compactMap(heartbeat).max()
    guard beating.count > 1, let last, !idleControllers.contains(name),
      beating.allSatisfy({ object in
        guard let beat = heartbeat(of: object), let interval = object.interval else { return false }
        return Evaluation.isOverdue(beat, serverNow, interval: interval, timeout: object.ownTimeout)
      })
    else { return }
    idleControllers.insert(name)
    report(
      .flux(.controllerIdle), ["controller": name, "age": (serverNow - last).humanDuration], subject: name,
      detail: "all \(beating.count) Kustomizations are overdue, and say that they are ready", since: last)
  }

  /// Uses the labels that `flux install` sets on its controllers.
  mutating func judgeFluxVersion(_ snapshot: Snapshot) {
    let versions = Set(controllers.compactMap(\.distribution))
    fluxVersion = versions.count == 1 ? versions.first : versions.max()
    guard let wanted = expectations.fluxVersion, versions != [wanted], !controllers.isEmpty else { return }
    guard let found = fluxVersion else {
      report(
        .flux(.versionUnknown), subject: "flux",
        detail: "no controller has the label app.kubernetes.io/version, and expect.flux is \(wanted)")
      return
    }
    let others = controllers.filter { $0.distribution != wanted }.map {
      "\($0.name) \($0.distribution ?? "without a label")"
    }
    report(
      .flux(.version), ["version": versions.sorted().joined(separator: ", "), "wanted": wanted],
      subject: "flux",
      detail: found == wanted || versions.count > 1
        ? others.joined(separator: ", ")
        : "by the labels of its \(controllers.count) controllers; expect.flux is \(wanted)")
  }
}

extension Workload {
  /// - Parameter namespace: the namespace of Flux, in which a controller may have no label.
  func isFluxController(in namespace: String) -> Bool {
    resource.kind == "Deployment"
      && (partOf == "flux"
        || (resource.namespace == namespace && CustomKind.controllersOfFlux.contains(resource.name)))
  }
}
