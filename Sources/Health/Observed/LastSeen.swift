/// The last known state of each part of a cluster, with its time by the server's clock. It is shown for parts that
/// cannot be read now.
public struct LastSeen: Hashable, Sendable {
  struct Seen<Object: ClusterObject>: Hashable, Sendable {
    let value: [Object]
    let at: Timestamp
    /// Known objects that the last poll could not read.
    var hidden: Set<Reference> = []
  }

  private(set) var nodes: Seen<Node>?
  /// The objects of all kinds. Kinds that the last poll could list come first.
  private(set) var flux: [FluxObject] = []
  /// The time at which each kind of Flux was last listed.
  private(set) var fluxTimes: [String: Timestamp] = [:]
  /// The objects of `flux` that the last poll could not decode.
  private(set) var hiddenFlux: Set<Reference> = []
  private(set) var imageRepositories: Seen<ImageRepository>?
  private(set) var imagePolicies: Seen<ImagePolicy>?
  private(set) var imageUpdateAutomations: Seen<ImageUpdateAutomation>?
  private(set) var workloads: Seen<Workload>?
  private(set) var certificates: Seen<Certificate>?
  private(set) var stacks: Seen<Stack>?

  public init() {}

  /// Updates from a snapshot. Parts that it could not read stay, and parts that the server no longer has are removed.
  mutating func update(from snapshot: Snapshot, at time: Timestamp) {
    func newer<Object>(_ part: Part<[Object]>, _ old: Seen<Object>?) -> Seen<Object>? {
      switch part {
      case .seen(let objects):
        let hidden = LastSeen.hidden(from: snapshot, beside: objects, of: old?.value ?? [])
        // Without hidden objects, the snapshot's array is shared and needs no memory.
        return Seen(
          value: hidden.isEmpty ? objects : objects + hidden, at: time,
          hidden: Set(hidden.map(\.resource.reference)))
      case .notServed: return nil
      case .failed: return old
      }
    }
    nodes = newer(snapshot.nodes, nodes)
    imageRepositories = newer(snapshot.imageRepositories, imageRepositories)
    imagePolicies = newer(snapshot.imagePolicies, imagePolicies)
    imageUpdateAutomations = newer(snapshot.imageUpdateAutomations, imageUpdateAutomations)
    let failedWorkloads = snapshot.failedWorkloadKinds
    let oldWorkloads = workloads?.value.filter { failedWorkloads[$0.resource.kind] != nil } ?? []
    workloads = newer(snapshot.workloads, workloads).map {
      guard snapshot.workloads.value != nil, !oldWorkloads.isEmpty else { return $0 }
      return Seen(value: $0.value + oldWorkloads, at: $0.at, hidden: $0.hidden)
    }
    certificates = newer(snapshot.certificates, certificates)
    stacks = newer(snapshot.stacks, stacks)
    updateFlux(snapshot, at: time)
  }

  private mutating func updateFlux(_ snapshot: Snapshot, at time: Timestamp) {
    switch snapshot.flux {
    case .failed: break
    case .notServed: (flux, fluxTimes, hiddenFlux) = ([], [:], [])
    case .seen(let objects):
      let failed = snapshot.failedFluxKinds
      let hidden = LastSeen.hidden(from: snapshot, beside: objects, of: flux)
      hiddenFlux = Set(hidden.map(\.resource.reference))
      let unread = failed.isEmpty ? [] : flux.filter { failed[$0.resource.kind] != nil }
      let others = unread + hidden.filter { failed[$0.resource.kind] == nil }
      // Shared as in `newer`.
      flux = others.isEmpty ? objects : objects + others
      fluxTimes = fluxTimes.filter { failed[$0.key] != nil }
      for kind in Set(objects.map(\.resource.kind)) { fluxTimes[kind] = time }
    }
  }

  /// Known objects that may be among those that could not be decoded.
  private static func hidden<Object: ClusterObject>(
    from snapshot: Snapshot, beside seen: [Object], of old: [Object]
  ) -> [Object] {
    guard !old.isEmpty, !snapshot.undecodable.isEmpty || !snapshot.uncountedKinds.isEmpty else { return [] }
    let known = Set(seen.map(\.resource.reference))
    return old.filter {
      !known.contains($0.resource.reference) && snapshot.unreadableReason(of: $0.resource.reference) != nil
    }
  }
}
