internal import GuardTypes
internal import Health

extension Poll {
  /// The snapshot, or the failure of the whole poll if no list was received.
  ///
  /// - Parameter localTime: used if the server sends no Date header.
  func outcome(
    of kubeconfig: Kubeconfig, secrets names: [Expectations.Name], clientCertificateExpiry: Timestamp?,
    localTime: Timestamp, limits: PollLimits
  ) -> Result<Snapshot, PollFailure> {
    let nodes = part([.node])
    if !listings.values.contains(where: { $0.outcome == .whole }), let failure = nodes.failure {
      return .failure((specificFailure ?? failure).naming(failedChecks))
    }
    let renewals = leaseRenewals
    let (flux, failedFluxKinds) = part(ofKinds: Kind.flux) { object -> FluxObject? in
      if case .flux(let value) = object { value } else { nil }
    }
    let (workloads, failedWorkloadKinds) = part(ofKinds: Kind.workloads) { object -> Workload? in
      if case .workload(let value) = object { value } else { nil }
    }
    let (undecodable, uncountedKinds) = undecodable(limit: limits.undecodable)
    return .success(
      Snapshot(
        serverTime: serverTime ?? localTime, version: version, isReady: isReady,
        failedChecks: failedChecks,
        nodes: nodes.picking { (object: Observed) -> Node? in
          guard case .node(let node) = object else { return nil }
          return node.renewed(at: renewals[node.name])
        },
        flux: flux,
        imageRepositories: part([.imageRepository]).picking { object in
          if case .imageRepository(let value) = object { value } else { nil }
        },
        imagePolicies: part([.imagePolicy]).picking { object in
          if case .imagePolicy(let value) = object { value } else { nil }
        },
        imageUpdateAutomations: part([.imageUpdateAutomation]).picking { object in
          if case .imageUpdateAutomation(let value) = object { value } else { nil }
        },
        workloads: workloads,
        jobs: part([.job]).picking { object in
          if case .job(let value) = object { value } else { nil }
        },
        cronJobs: part([.cronJob]).picking { object in
          if case .cronJob(let value) = object { value } else { nil }
        },
        certificates: part([.certificate]).picking { object in
          if case .certificate(let value) = object { value } else { nil }
        },
        stacks: part([.stack]).picking { object in
          if case .stack(let value) = object { value } else { nil }
        },
        secrets: secretsPart(names), pods: podsPart,
        leaderLeases: part([.lease]).picking { object in
          if case .leaderLease(let value) = object, value.isOfFlux { value } else { nil }
        }, failedFluxKinds: failedFluxKinds,
        failedWorkloadKinds: failedWorkloadKinds, undecodable: undecodable, uncountedKinds: uncountedKinds,
        clientCertificateExpiry: clientCertificateExpiry,
        authorityExpiry: kubeconfig.authorityExpiry, isServerUnverified: kubeconfig.isInsecure, gaps: allGaps,
        kinds: known.states.isEmpty ? nil : known.summary)
    )
  }

  // Without leases, nodes are judged by their conditions only, and the gap is reported.
  private var allGaps: [String: PollFailure] {
    var gaps = gaps
    if case .failed(let failure) = part(.lease) { gaps["node-leases"] = failure }
    return gaps
  }

  /// Combines the lists of several kinds. If one failed, the whole part fails, because an incomplete part would look
  /// complete.
  private func part(_ kinds: [Kind]) -> Part<[Observed]> {
    var seen: [Observed]?
    for kind in kinds {
      switch part(kind) {
      case .failed(let failure): return .failed(failure)
      case .notServed: break
      case .seen(let objects): seen = (seen ?? []) + objects
      }
    }
    return seen.map { .seen($0) } ?? .notServed
  }

  private func part(_ kind: Kind) -> Part<[Observed]> {
    switch listings[kind.name]?.outcome {
    case .whole: return .seen(listings[kind.name]?.objects ?? [])
    case .failed(let failure):
      if missing.contains(kind.name), listings[kind.name]?.isLost == true { return unnamed(kind) }
      return .failed(failure)
    case .notServed:
      // Every API server has these kinds. A 404 means that another kind of server answered, not that the cluster has
      // none. A server that is not ready may not serve all of its own kinds yet.
      let isOfEveryServer = Kind.builtIn.contains { $0.name == kind.name && $0.group == kind.group }
      guard isOfEveryServer || isReady == false else { return .notServed }
      return .failed(
        PollFailure(
          code: .badResponse, message: "the server returned 404 for the list of \(kind.plural)",
          remedy: "check that the forward's target and the kubeconfig's server are the API server"))
    case .asking, nil:
      if let failure = discoveryFailure ?? discovery?.failure(of: kind) { return .failed(failure) }
      return unnamed(kind)
    }
  }

  private func unnamed(_ kind: Kind) -> Part<[Observed]> {
    isUnconfirmed(kind) ? .failed(.kindInDoubt) : .notServed
  }

  /// Combines the lists of several kinds, each of which may fail on its own. All failures are reported with their
  /// kind.
  private func part<Value>(
    ofKinds kinds: [Kind], _ pick: (Observed) -> Value?
  ) -> (Part<[Value]>, failures: [String: PollFailure]) {
    var seen: [Value]?
    var failures: [(kind: String, failure: PollFailure)] = []
    for kind in kinds {
      switch part(kind) {
      case .failed(let failure): failures.append((kind.name, failure))
      case .notServed: break
      case .seen(let objects): seen = (seen ?? []) + objects.picking(pick)
      }
    }
    let byKind = Dictionary(failures.map { ($0.kind, $0.failure) }) { first, _ in first }
    return (seen.map { .seen($0) } ?? failures.first.map { .failed($0.failure) } ?? .notServed, byKind)
  }

  private var leaseRenewals: [String: Timestamp] {
    var renewals: [String: Timestamp] = [:]
    for object in listings[Kind.lease.name]?.objects ?? [] {
      if case .nodeLease(let node, let time?) = object { renewals[node] = time }
    }
    return renewals
  }

  private func secretsPart(_ names: [Expectations.Name]) -> Part<[SecretPresence]> {
    .seen(
      names.compactMap { name in
        func secret(_ isPresent: Bool?, _ failure: PollFailure? = nil) -> SecretPresence {
          SecretPresence(
            namespace: name.namespace, name: name.name, isPresent: isPresent, failure: failure,
            isMissingFromCache: secretsMissingFromCache.contains(name))
        }
        return switch secrets[name] {
        case .success(let isPresent): secret(isPresent)
        case .failure(let failure): secret(nil, failure)
        case nil: nil
        }
      })
  }

  /// Healthy pods are only counted.
  private var podsPart: Part<PodCensus> {
    switch part(.pod) {
    case .notServed: .notServed
    case .failed(let failure): .failed(failure)
    case .seen(let objects):
      .seen(
        PodCensus(
          total: objects.count,
          unhealthy: objects.compactMap { object in
            if case .pod(let pod) = object { pod } else { nil }
          },
          images: objects.reduce(into: []) { images, object in
            if case .pod(let pod) = object { images.formUnion(pod.images) }
            if case .healthyPod(let own) = object { images.formUnion(own) }
          }))
    }
  }

  /// - Returns: the entries to show, and the kinds of those beyond the limit.
  private func undecodable(limit: Int) -> ([UndecodableObject], uncounted: Set<String>) {
    let all = (Kind.builtIn + Kind.discovered).flatMap { listings[$0.name]?.undecodable ?? [] }
    return (Array(all.prefix(limit)), Set(all.dropFirst(limit).map(\.kind)))
  }
}

extension PollFailure {
  /// The same failure, with the server's failed readiness checks.
  fileprivate func naming(_ checks: [String]) -> PollFailure {
    guard !checks.isEmpty else { return self }
    return PollFailure(
      code: code, message: "\(message); failed checks of /readyz: \(checks.joined(separator: ", "))",
      step: step, controlPlane: .unhealthy(checks: checks))
  }
}

extension [Observed] {
  /// Like `compactMap`, in an array of the right size. One that grows needs twice its memory for a moment, and keeps up
  /// to half of it unused.
  fileprivate func picking<Object>(_ pick: (Observed) -> Object?) -> [Object] {
    var picked: [Object] = []
    picked.reserveCapacity(count { pick($0) != nil })
    for object in self { if let value = pick(object) { picked.append(value) } }
    return picked
  }
}

extension Part<[Observed]> {
  fileprivate func picking<Object>(_ pick: (Observed) -> Object?) -> Part<[Object]> {
    switch self {
    case .seen(let objects): .seen(objects.picking(pick))
    case .notServed: .notServed
    case .failed(let failure): .failed(failure)
    }
  }
}
