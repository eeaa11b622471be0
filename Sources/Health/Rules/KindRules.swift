internal import GuardTypes

// Rules for kinds that the server no longer serves: their objects are gone, and no condition reports it.

/// Kinds that share one problem, and the kind of that problem.
private struct KindArea {
  let problem: ProblemCode
  let subject: String
  let kinds: [String: CustomResource]

  static let all = [flux, certificates, stacks]

  static let flux = KindArea(
    problem: .flux(.kindsNotServed), subject: "kinds of Flux",
    kinds: [
      "GitRepository": CustomResource("gitrepositories.source.toolkit.fluxcd.io"),
      "OCIRepository": CustomResource("ocirepositories.source.toolkit.fluxcd.io"),
      "Bucket": CustomResource("buckets.source.toolkit.fluxcd.io"),
      "HelmRepository": CustomResource("helmrepositories.source.toolkit.fluxcd.io"),
      "HelmChart": CustomResource("helmcharts.source.toolkit.fluxcd.io"),
      "ExternalArtifact": CustomResource(
        "externalartifacts.source.toolkit.fluxcd.io", isInEveryRelease: false),
      "Kustomization": CustomResource("kustomizations.kustomize.toolkit.fluxcd.io"),
      "HelmRelease": CustomResource("helmreleases.helm.toolkit.fluxcd.io"),
      "Alert": CustomResource("alerts.notification.toolkit.fluxcd.io"),
      "Provider": CustomResource("providers.notification.toolkit.fluxcd.io"),
      "Receiver": CustomResource("receivers.notification.toolkit.fluxcd.io"),
      "ImageRepository": CustomResource("imagerepositories.image.toolkit.fluxcd.io"),
      "ImagePolicy": CustomResource("imagepolicies.image.toolkit.fluxcd.io"),
      "ImageUpdateAutomation": CustomResource("imageupdateautomations.image.toolkit.fluxcd.io"),
    ])

  static let certificates = KindArea(
    problem: .platform(.certificateKindsNotServed), subject: "kinds of cert-manager",
    kinds: ["Certificate": CustomResource("certificates.cert-manager.io")])

  static let stacks = KindArea(
    problem: .platform(.stackKindsNotServed), subject: "kinds of Pulumi",
    kinds: ["Stack": CustomResource("stacks.pulumi.com")])
}

private struct CustomResource {
  /// Name of its CustomResourceDefinition.
  let definition: String
  /// Every release of its controller has this kind.
  let isInEveryRelease: Bool

  init(_ definition: String, isInEveryRelease: Bool = true) {
    self.definition = definition
    self.isInEveryRelease = isInEveryRelease
  }
}

/// A kind that is not served, with its last known state.
private struct GoneKind {
  let name: String
  let definition: String
  let objects: Int
  /// The Deployment that controls its objects, if any.
  let controller: String?
}

extension Judgement {
  /// If controller and kind are missing for longer than this, they were removed intentionally.
  private static let removalRemembered: Duration = .seconds(86_400)

  mutating func judgeKinds(_ snapshot: Snapshot) {
    guard let served = snapshot.kinds else { return }
    remember(served, in: snapshot)
    for area in KindArea.all {
      let gone = area.kinds.sorted { $0.key < $1.key }.compactMap { name, resource in
        served.absent.contains(name) ? goneKind(name, resource, snapshot) : nil
      }
      if !gone.isEmpty { report(gone, in: area) }
    }
  }

  /// Reported are kinds whose objects were seen, and kinds whose controller is running.
  private func goneKind(_ name: String, _ resource: CustomResource, _ snapshot: Snapshot) -> GoneKind? {
    let controller = runningController(of: name, snapshot)
    let known = kinds[name]
    guard (known?.objects ?? 0) > 0 || (controller != nil && (resource.isInEveryRelease || known != nil))
    else {
      return nil
    }
    return GoneKind(
      name: name, definition: resource.definition, objects: known?.objects ?? 0, controller: controller)
  }

  private mutating func remember(_ served: ServedKinds, in snapshot: Snapshot) {
    for name in served.served {
      kinds[name] = Memory.KnownKind(objects: snapshot.objects(of: name) ?? kinds[name]?.objects ?? 0)
    }
    for name in served.absent {
      guard var known = kinds[name] else { continue }
      let since = known.goneSince ?? now
      known.goneSince = since
      let isRemoved = snapshot.workloads.value != nil && runningController(of: name, snapshot) == nil
      let isWanted = expectations.fluxVersion != nil && KindArea.flux.kinds[name] != nil
      let isOld = known.objects == 0 || now - since > Judgement.removalRemembered
      kinds[name] = isRemoved && !isWanted && isOld ? nil : known
    }
  }

  private mutating func report(_ gone: [GoneKind], in area: KindArea) {
    let names = gone.map(\.name).joined(separator: ", ")
    let controllers = Set(gone.compactMap(\.controller)).sorted()
    let kinds =
      switch controllers.count {
      case 0: "\(names) \(gone.count == 1 ? "is" : "are")"
      case 1: "\(controllers[0]) runs, but \(gone.count == 1 ? "its kind is" : "its kinds are")"
      default: "\(controllers.count) controllers run, but their kinds are"
      }
    let seen = gone.filter { $0.objects > 0 }.map {
      "\($0.objects) \($0.name)\($0.objects == 1 ? "" : "s")"
    }
    var details = ["the API server has no \(gone.map(\.definition).joined(separator: ", "))"]
    if !seen.isEmpty {
      details.append("\(seen.joined(separator: ", ")) seen before went with the definition")
    }
    if controllers.count > 1 { details.append("of \(controllers.joined(separator: ", "))") }
    let isGrave = gone.contains { $0.objects > 0 || ["Kustomization", "HelmRelease"].contains($0.name) }
    report(
      area.problem, ["kinds": kinds], subject: controllers.count == 1 ? controllers[0] : area.subject,
      detail: details.joined(separator: "; "),
      since: gone.compactMap { self.kinds[$0.name]?.goneSince }.min(),
      severity: isGrave ? .critical : .warning)
  }

  private func runningController(of kind: String, _ snapshot: Snapshot) -> String? {
    let workloads = (snapshot.workloads.value ?? []).filter {
      $0.resource.kind == "Deployment" && $0.available > 0
    }
    let controller = workloads.first { workload in
      switch kind {
      case "Certificate": workload.runs(image: "cert-manager-controller")
      case "Stack": workload.runs(image: "pulumi-kubernetes-operator")
      default:
        !kind.fluxController.isEmpty && isFluxController(workload)
          && workload.resource.name == kind.fluxController
      }
    }
    return controller?.resource.name
  }
}

extension Workload {
  /// Whether the last part of an image's name is this one.
  fileprivate func runs(image name: String) -> Bool {
    images.contains { image in
      let last = image.split(separator: "/").last ?? ""
      return last.prefix { $0 != ":" && $0 != "@" } == name
    }
  }
}

extension PollFailure {
  /// The failure of parts whose kind the server no longer has.
  static let kindIsGone = PollFailure(
    code: .badResponse, message: "the API server does not have this kind any more", step: NextStep())
}

extension Snapshot {
  /// The snapshot in which parts whose kind is gone count as failed. Their last known state stays.
  ///
  /// - Parameter known: kinds that the server had.
  func hiding(_ known: [String: Memory.KnownKind]) -> Snapshot {
    let gone = (kinds?.absent ?? []).filter { (known[$0]?.objects ?? 0) > 0 }
    guard !gone.isEmpty else { return self }
    var snapshot = self
    func hide<Value>(_ part: inout Part<Value>, _ kind: String) {
      if case .notServed = part, gone.contains(kind) { part = .failed(.kindIsGone) }
    }
    hide(&snapshot.imageRepositories, "ImageRepository")
    hide(&snapshot.imagePolicies, "ImagePolicy")
    hide(&snapshot.imageUpdateAutomations, "ImageUpdateAutomation")
    hide(&snapshot.certificates, "Certificate")
    hide(&snapshot.stacks, "Stack")
    let flux = gone.filter { !$0.hasPrefix("Image") && KindArea.flux.kinds[$0] != nil }
    switch snapshot.flux {
    case .seen: for kind in flux { snapshot.failedFluxKinds[kind] = .kindIsGone }
    case .notServed: if !flux.isEmpty { snapshot.flux = .failed(.kindIsGone) }
    case .failed: break
    }
    return snapshot
  }

  /// The number of objects of a kind; nil: unknown.
  fileprivate func objects(of kind: String) -> Int? {
    switch kind {
    case "ImageRepository": imageRepositories.value?.count
    case "ImagePolicy": imagePolicies.value?.count
    case "ImageUpdateAutomation": imageUpdateAutomations.value?.count
    case "Certificate": certificates.value?.count
    case "Stack": stacks.value?.count
    default: failedFluxKinds[kind] == nil ? flux.value?.count { $0.resource.kind == kind } : nil
    }
  }
}
