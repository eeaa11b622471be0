internal import Health

extension Poll {
  /// The snapshot; or the failure of the poll as a whole, when not one list came home.
  ///
  /// - Parameter localTime: stands in for a server that sends no Date.
  func outcome(
    of kubeconfig: Kubeconfig, secrets names: [Expectations.Name], clientCertificateExpiry: Timestamp?,
    localTime: Timestamp, limits: PollLimits
  ) -> Result<Snapshot, PollFailure> {
    let nodes = part([.node])
    if !listings.values.contains(where: { $0.outcome == .whole }), let failure = nodes.failure {
      return .failure((tellingFailure ?? failure).naming(failedChecks))
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
        kinds: known.beliefs.isEmpty ? nil : known.summary)
    )
  }

  // Leases make nodes more telling; without them nodes are judged by their conditions, and the gap is told.
  private var allGaps: [String: PollFailure] {
    var gaps = gaps
    if case .failed(let failure) = part(.lease) { gaps["node-leases"] = failure }
    return gaps
  }

  /// The lists of some kinds as one part. One that failed fails the part: half of it would look like all.
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
      // Every API server has them: one that answers 404 is another server, and nothing is missing from its cluster. One
      // that is not ready has not all of its own kinds yet.
      guard kind.name == Kind.node.name || kind.group == "apps" || isReady == false else { return .notServed }
      return .failed(
        PollFailure(
          code: .badResponse, message: "the server has no \(kind.plural) to list: it answers 404",
          remedy: "Check that the forward's target and the kubeconfig's server are the API server."))
    case .asking, nil:
      if let failure = discoveryFailure ?? discovery?.failure(of: kind) { return .failed(failure) }
      return unnamed(kind)
    }
  }

  private func unnamed(_ kind: Kind) -> Part<[Observed]> {
    isInDoubt(kind) ? .failed(.kindInDoubt) : .notServed
  }

  /// The lists of some kinds, of which each may fail by itself; all failures are told, and of which kind.
  private func part<Value>(
    ofKinds kinds: [Kind], _ pick: (Observed) -> Value?
  ) -> (Part<[Value]>, failures: [String: PollFailure]) {
    var seen: [Value]?
    var failures: [(kind: String, failure: PollFailure)] = []
    for kind in kinds {
      switch part(kind) {
      case .failed(let failure): failures.append((kind.name, failure))
      case .notServed: break
      case .seen(let objects): seen = (seen ?? []) + objects.compactMap(pick)
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
            namespace: name.namespace, name: name.name, isPresent: isPresent, failure: failure)
        }
        return switch secrets[name] {
        case .success(let isPresent): secret(isPresent)
        case .failure(let failure): secret(nil, failure)
        case nil: nil
        }
      })
  }

  /// Pods that are well are only counted.
  private var podsPart: Part<PodCensus> {
    switch part(.pod) {
    case .notServed: .notServed
    case .failed(let failure): .failed(failure)
    case .seen(let objects):
      .seen(
        PodCensus(
          total: objects.count,
          unwell: objects.compactMap { object in
            if case .pod(let pod) = object { pod } else { nil }
          },
          images: objects.reduce(into: []) { images, object in
            switch object {
            case .pod(let pod): images.formUnion(pod.images)
            case .wellPod(let own): images.formUnion(own)
            default: break
            }
          }))
    }
  }

  /// - Returns: as many as are shown, and the kinds of those that are left out.
  private func undecodable(limit: Int) -> ([UndecodableObject], uncounted: Set<String>) {
    let all = (Kind.builtIn + Kind.discovered).flatMap { listings[$0.name]?.undecodable ?? [] }
    return (Array(all.prefix(limit)), Set(all.dropFirst(limit).map(\.kind)))
  }
}

extension PollFailure {
  /// The same failure, with the parts of the server that have failed by its own account.
  fileprivate func naming(_ checks: [String]) -> PollFailure {
    guard !checks.isEmpty else { return self }
    return PollFailure(
      code: code, message: "\(message); failed checks of /readyz: \(checks.joined(separator: ", "))",
      remedy: remedy)
  }
}

extension Part<[Observed]> {
  fileprivate func picking<Object>(_ pick: (Observed) -> Object?) -> Part<[Object]> {
    switch self {
    case .seen(let objects): .seen(objects.compactMap(pick))
    case .notServed: .notServed
    case .failed(let failure): .failed(failure)
    }
  }
}
