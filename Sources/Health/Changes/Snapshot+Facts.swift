/// The facts in a snapshot.
struct ObservedFacts {
  /// An object without a known fact has none; that it exists is known.
  private(set) var objects: [(reference: Reference, facts: [Fact])] = []
  /// The kinds whose objects could be listed. An object of another kind may exist although it was not seen.
  private(set) var kinds: Set<String> = []

  /// Objects of the other Flux kinds have no revision, or, like the index of a HelmRepository, one that changes
  /// without any effect on the cluster.
  private static let kindsWithRevision = Set(
    CustomKind.flux.map(\.name).filter { !["HelmRepository", "Receiver", "Provider", "Alert"].contains($0) })

  init(_ snapshot: Snapshot, fluxNamespace: String) {
    if let version = snapshot.version {
      add("API", [(Reference.kubernetesAPI, [Fact(.kubernetes, version)])])
    }
    if let nodes = snapshot.nodes.value {
      add("Node", nodes.map { ($0.resource.reference, $0.facts) })
    }
    if let objects = snapshot.flux.value {
      for (kind, objects) in Dictionary(grouping: objects, by: \.resource.kind)
      where ObservedFacts.kindsWithRevision.contains(kind) {
        add(
          kind, objects.map { ($0.resource.reference, $0.revision.map { [Fact(.revision, $0)] } ?? []) })
      }
      // Kinds that the server has and that have no objects.
      kinds.formUnion(ObservedFacts.kindsWithRevision.intersection(snapshot.kinds?.served ?? []))
      kinds.subtract(snapshot.failedFluxKinds.keys)
    }
    if let policies = snapshot.imagePolicies.value {
      add(
        "ImagePolicy",
        policies.map { ($0.resource.reference, $0.latestImage.map { [Fact(.policy, $0)] } ?? []) })
    }
    if let workloads = snapshot.workloads.value {
      let all = ["Deployment", "StatefulSet", "DaemonSet"]
      for kind in all where snapshot.failedWorkloadKinds[kind] == nil {
        add(
          kind,
          workloads.filter { $0.resource.kind == kind }.map {
            ($0.resource.reference, $0.facts(fluxNamespace: fluxNamespace))
          })
      }
    }
    if let cronJobs = snapshot.cronJobs.value {
      add("CronJob", cronJobs.map { ($0.resource.reference, Fact.images($0.images)) })
    }
  }

  private mutating func add(_ kind: String, _ objects: [(reference: Reference, facts: [Fact])]) {
    kinds.insert(kind)
    self.objects += objects
  }
}

extension Reference {
  /// The API server itself.
  static let kubernetesAPI = Reference(kind: "API", namespace: "", name: "kubernetes")

  /// The name in the entry of a change: `node calypso`.
  var subject: String { self == .kubernetesAPI ? "Kubernetes API" : description }
}

extension Node {
  fileprivate var facts: [Fact] {
    let attributes: [(Fact.Kind, String?)] = [
      (.kubelet, kubeletVersion), (.kernel, kernelVersion), (.os, osImage), (.runtime, containerRuntime),
    ]
    return [Fact(.node, Fact.present)]
      + attributes.compactMap { kind, value in
        value.flatMap { $0.isEmpty ? nil : Fact(kind, $0) }
      }
  }
}

extension Workload {
  fileprivate func facts(fluxNamespace: String) -> [Fact] {
    guard isFluxController(in: fluxNamespace), let first = images.first else { return Fact.images(images) }
    let image = ImageReference(first)
    // Another image of the controller belongs to a sidecar.
    return (version.map { [Fact(.flux, $0)] } ?? [])
      + [Fact(.controller, image.tag ?? image.digest ?? first)] + Fact.images(Array(images.dropFirst()))
  }
}

extension Fact {
  /// One fact per repository. Containers may run different tags of one image.
  fileprivate static func images(_ images: [String]) -> [Fact] {
    guard images.count > 1 else {
      return images.map { Fact(.image, $0, detail: ImageReference($0).repository) }
    }
    return Dictionary(grouping: Set(images)) { ImageReference($0).repository }
      .map { Fact(.image, $0.value.sorted().joined(separator: ", "), detail: $0.key) }
      .sorted { $0.detail < $1.detail }
  }
}
