internal import GuardTypes

// Rules for kinds that the server no longer serves, and for kinds of Flux that have lost all of their objects: these do
// not exist any more, and no condition reports it.

/// Kinds that share one problem, and its code.
private struct KindArea {
  let problem: ProblemCode
  let subject: String
  let kinds: [CustomKind]

  static let all = [
    KindArea(problem: .flux(.kindsNotServed), subject: "kinds of Flux", kinds: CustomKind.ofFlux),
    KindArea(
      problem: .platform(.certificateKindsNotServed), subject: "kinds of cert-manager", kinds: [.certificate]),
    KindArea(problem: .platform(.stackKindsNotServed), subject: "kinds of Pulumi", kinds: [.stack]),
  ]
}

/// A kind that is not served, with its last known state.
private struct MissingKind {
  let name: String
  let definition: String
  let objects: Int
  /// The Deployment that reconciles its objects, if any.
  let controller: String?
}

extension Evaluation {
  /// If the controller and the kind are missing for longer than this, they were removed intentionally.
  private static let removalConfirmationTime: Duration = .seconds(86_400)

  mutating func judgeKinds(_ snapshot: Snapshot) {
    guard let served = snapshot.kinds else { return }
    record(served, in: snapshot)
    for area in KindArea.all {
      let missing = area.kinds.sorted { $0.name < $1.name }.compactMap { kind in
        served.absent.contains(kind.name) ? missingKind(kind, snapshot) : nil
      }
      if !missing.isEmpty { report(missing, in: area) }
    }
    reportEmptied()
  }

  /// A kind counts as missing if it had objects, or if its controller runs and needs it.
  private func missingKind(_ kind: CustomKind, _ snapshot: Snapshot) -> MissingKind? {
    let controller = runningController(of: kind, snapshot)
    let known = kinds[kind.name]
    guard (known?.objects ?? 0) > 0 || (controller != nil && (kind.isInEveryRelease || known != nil))
    else {
      return nil
    }
    return MissingKind(
      name: kind.name, definition: kind.definition, objects: known?.objects ?? 0, controller: controller)
  }

  private mutating func record(_ served: ServedKinds, in snapshot: Snapshot) {
    for name in served.served {
      kinds[name] = recordedKind(name)
    }
    for name in served.absent {
      guard var known = kinds[name] else { continue }
      let since = known.goneSince ?? now
      known.goneSince = since
      let controller = CustomKind.all.first { $0.name == name }.flatMap {
        runningController(of: $0, snapshot)
      }
      let isRemoved = snapshot.workloads.value != nil && controller == nil
      let isWanted = expectations.fluxVersion != nil && CustomKind.ofFlux.contains { $0.name == name }
      let isOld = known.objects == 0 || now - since > Evaluation.removalConfirmationTime
      kinds[name] = isRemoved && !isWanted && isOld ? nil : known
    }
  }

  /// A kind that is served: its objects, and those that it has lost.
  private func recordedKind(_ name: String) -> PollHistory.KnownKind {
    var known = kinds[name] ?? PollHistory.KnownKind(objects: 0)
    guard let count = observation.snapshot?.objects(of: name) else { return known }
    guard count == 0, known.objects > 0, CustomKind.isOfFlux(name) else {
      return PollHistory.KnownKind(objects: count)
    }
    // A server that is starting may not have read its objects yet.
    guard observation.snapshot?.isReady != false else { return known }
    if known.goneSince != nil { (known.goneSince, known.emptySince, known.isRecreated) = (nil, now, true) }
    let since = known.emptySince ?? now
    known.emptySince = since
    let isWanted = expectations.fluxVersion != nil && name == PollHistory.KnownKind.appliesOthers
    let isConfirmed =
      known.isMinor(name) && known.objects < 2
      || !isWanted && now - since > Evaluation.removalConfirmationTime
    return isConfirmed ? PollHistory.KnownKind(objects: 0) : known
  }

  /// Kinds that are served without the objects that they had.
  private mutating func reportEmptied() {
    let lost = kinds.filter { $0.value.emptySince != nil && $0.value.goneSince == nil }
      .sorted { $0.key < $1.key }
    guard !lost.isEmpty else { return }
    let names = lost.map { name, known in
      known.objects == 1 ? "the only object of \(name)" : "all \(known.objects) objects of \(name)"
    }
    let isOne = lost.count == 1 && lost[0].value.objects == 1
    report(
      .flux(.objectsGone), ["objects": names.joined(separator: ", ") + (isOne ? " is" : " are")],
      subject: "kinds of Flux",
      detail: lost.contains { $0.value.isRecreated }
        ? "they were deleted with their definition, which is back"
        : "the kind is served and its list is empty",
      since: lost.compactMap(\.value.emptySince).min(),
      severity: lost.contains { !$0.value.isMinor($0.key) } ? .critical : .warning)
  }

  private mutating func report(_ missing: [MissingKind], in area: KindArea) {
    let names = missing.map(\.name).joined(separator: ", ")
    let controllers = Set(missing.compactMap(\.controller)).sorted()
    let kinds =
      switch controllers.count {
      case 0: "\(names) \(missing.count == 1 ? "is" : "are")"
      case 1: "\(controllers[0]) runs, but \(missing.count == 1 ? "its kind is" : "its kinds are")"
      default: "\(controllers.count) controllers run, but their kinds are"
      }
    let seen = missing.filter { $0.objects > 0 }.map {
      "\($0.objects) \($0.objects == 1 ? "object" : "objects") of \($0.name)"
    }
    var details = ["the API server has no \(missing.map(\.definition).joined(separator: ", "))"]
    if !seen.isEmpty {
      details.append("deleted with their CustomResourceDefinition: \(seen.joined(separator: ", "))")
    }
    if controllers.count > 1 { details.append("controllers: \(controllers.joined(separator: ", "))") }
    let isCritical = missing.contains {
      $0.objects > 0 || ["Kustomization", "HelmRelease"].contains($0.name)
    }
    report(
      area.problem, ["kinds": kinds], subject: controllers.count == 1 ? controllers[0] : area.subject,
      detail: details.joined(separator: "; "),
      since: missing.compactMap { self.kinds[$0.name]?.goneSince }.min(),
      severity: isCritical ? .critical : .warning)
  }

  private func runningController(of kind: CustomKind, _ snapshot: Snapshot) -> String? {
    let workloads = (snapshot.workloads.value ?? []).filter {
      $0.resource.kind == "Deployment" && $0.available > 0
    }
    let controller = workloads.first { workload in
      switch kind.controller {
      case .flux(let name): isFluxController(workload) && workload.resource.name == name
      case .image(let image): workload.runs(image: image)
      case nil: false
      }
    }
    return controller?.resource.name
  }
}

extension Workload {
  /// True if the last part of an image's name is `name`.
  fileprivate func runs(image name: String) -> Bool {
    images.contains { image in
      let last = image.split(separator: "/").last ?? ""
      return last.prefix { $0 != ":" && $0 != "@" } == name
    }
  }
}

extension PollHistory.KnownKind {
  /// The kind whose objects apply the objects of all kinds from Git.
  static let appliesOthers = "Kustomization"

  /// True if the loss of its objects is a warning: they can be applied again, and may have been removed in Git.
  func isMinor(_ name: String) -> Bool { !isRecreated && name != Self.appliesOthers }
}

extension CustomKind {
  fileprivate static func isOfFlux(_ name: String) -> Bool { ofFlux.contains { $0.name == name } }
}

extension PollFailure {
  /// The failure of parts whose kind, or all objects of it, the server no longer has.
  static let kindIsMissing = PollFailure(
    code: .badResponse, message: "the API server does not have these objects any more", step: NextStep())
}

extension Snapshot {
  /// Returns a copy in which the parts of lost kinds are marked as failed, so that their last known state is kept.
  ///
  /// - Parameter known: kinds that the server had.
  func markingLostKinds(_ known: [String: PollHistory.KnownKind], at now: Timestamp) -> Snapshot {
    let emptied = (kinds?.served ?? []).filter { name in
      guard let known = known[name], known.objects > 0, CustomKind.isOfFlux(name), objects(of: name) == 0
      else { return false }
      // A list that is empty only for a moment ends no incident. A single object may have been removed in Git.
      let isRecent = known.emptySince.map { now - $0 < .seconds(300) } ?? true
      return known.goneSince != nil || !known.isMinor(name) || known.objects > 1 && isRecent
    }
    let missing = (kinds?.absent ?? []).filter { (known[$0]?.objects ?? 0) > 0 }.union(emptied)
    guard !missing.isEmpty else { return self }
    var snapshot = self
    func markLost<Value>(_ part: inout Part<Value>, _ kind: String) {
      switch part {
      case .notServed where missing.contains(kind): part = .failed(.kindIsMissing)
      case .seen where emptied.contains(kind): part = .failed(.kindIsMissing)
      case .notServed, .seen, .failed: break
      }
    }
    markLost(&snapshot.imageRepositories, "ImageRepository")
    markLost(&snapshot.imagePolicies, "ImagePolicy")
    markLost(&snapshot.imageUpdateAutomations, "ImageUpdateAutomation")
    markLost(&snapshot.certificates, "Certificate")
    markLost(&snapshot.stacks, "Stack")
    let flux = missing.filter { name in CustomKind.flux.contains { $0.name == name } }
    switch snapshot.flux {
    case .seen: for kind in flux { snapshot.failedFluxKinds[kind] = .kindIsMissing }
    case .notServed: if !flux.isEmpty { snapshot.flux = .failed(.kindIsMissing) }
    case .failed: break
    }
    return snapshot
  }

  /// The number of objects of a kind; nil if unknown.
  fileprivate func objects(of kind: String) -> Int? {
    guard !uncountedKinds.contains(kind), !undecodable.contains(where: { $0.kind == kind }) else {
      return nil
    }
    return switch kind {
    case "ImageRepository": imageRepositories.value?.count
    case "ImagePolicy": imagePolicies.value?.count
    case "ImageUpdateAutomation": imageUpdateAutomations.value?.count
    case "Certificate": certificates.value?.count
    case "Stack": stacks.value?.count
    default: failedFluxKinds[kind] == nil ? flux.value?.count { $0.resource.kind == kind } : nil
    }
  }
}
