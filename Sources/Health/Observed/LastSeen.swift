/// What was seen last of each part of a cluster, and when by the server's clock: what is shown of a part that can't be
/// read just now.
public struct LastSeen: Hashable, Sendable {
  struct Seen<Value: Hashable & Sendable>: Hashable, Sendable {
    let value: Value
    let at: Timestamp
  }

  private(set) var nodes: Seen<[Node]>?
  /// Of all kinds, those that could be listed last time first.
  private(set) var flux: [FluxObject] = []
  /// When each kind of Flux was listed.
  private(set) var fluxTimes: [String: Timestamp] = [:]
  private(set) var imageRepositories: Seen<[ImageRepository]>?
  private(set) var imagePolicies: Seen<[ImagePolicy]>?
  private(set) var imageUpdateAutomations: Seen<[ImageUpdateAutomation]>?
  private(set) var workloads: Seen<[Workload]>?
  private(set) var certificates: Seen<[Certificate]>?
  private(set) var stacks: Seen<[Stack]>?

  public init() {}

  /// Takes in what a poll saw. What it could not read stays as it was; what the server does not have is gone.
  mutating func take(_ snapshot: Snapshot, at time: Timestamp) {
    func newer<Value>(_ part: Part<Value>, _ old: Seen<Value>?) -> Seen<Value>? {
      switch part {
      case .seen(let value): Seen(value: value, at: time)
      case .notServed: nil
      case .failed: old
      }
    }
    nodes = newer(snapshot.nodes, nodes)
    imageRepositories = newer(snapshot.imageRepositories, imageRepositories)
    imagePolicies = newer(snapshot.imagePolicies, imagePolicies)
    imageUpdateAutomations = newer(snapshot.imageUpdateAutomations, imageUpdateAutomations)
    workloads = newer(snapshot.workloads, workloads)
    certificates = newer(snapshot.certificates, certificates)
    stacks = newer(snapshot.stacks, stacks)
    takeFlux(snapshot, at: time)
  }

  private mutating func takeFlux(_ snapshot: Snapshot, at time: Timestamp) {
    switch snapshot.flux {
    case .failed: break
    case .notServed: (flux, fluxTimes) = ([], [:])
    case .seen(let objects):
      let failed = snapshot.failedFluxKinds
      flux = objects + (failed.isEmpty ? [] : flux.filter { failed[$0.resource.kind] != nil })
      fluxTimes = fluxTimes.filter { failed[$0.key] != nil }
      for kind in Set(objects.map(\.resource.kind)) { fluxTimes[kind] = time }
    }
  }
}
