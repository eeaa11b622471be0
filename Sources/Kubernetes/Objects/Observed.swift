internal import Health

/// One object in the form that the snapshot stores.
///
/// Large objects are stored indirectly: otherwise each element of a list, also a Lease, would have the size of the
/// largest of them.
enum Observed: Hashable, Sendable {
  indirect case node(Node)
  case nodeLease(node: String, renewTime: Timestamp?)
  case leaderLease(LeaderLease)
  indirect case pod(Pod)
  /// A healthy pod is only counted, with the images that it runs, because there are many.
  case healthyPod([PodImage])
  indirect case flux(FluxObject)
  indirect case imageRepository(ImageRepository)
  indirect case imagePolicy(ImagePolicy)
  indirect case imageUpdateAutomation(ImageUpdateAutomation)
  indirect case workload(Workload)
  indirect case job(Job)
  indirect case cronJob(CronJob)
  indirect case certificate(Certificate)
  indirect case stack(Stack)
}

extension Observed {
  /// nil for pods that are only counted, and for leases.
  var resource: Resource? {
    switch self {
    case .node(let object): object.resource
    case .pod(let object): object.resource
    case .flux(let object): object.resource
    case .imageRepository(let object): object.resource
    case .imagePolicy(let object): object.resource
    case .imageUpdateAutomation(let object): object.resource
    case .workload(let object): object.resource
    case .job(let object): object.resource
    case .cronJob(let object): object.resource
    case .certificate(let object): object.resource
    case .stack(let object): object.resource
    case .nodeLease, .leaderLease, .healthyPod: nil
    }
  }

  /// The objects without duplicates: of several with the same name, the last one stays.
  static func latest(of objects: [Observed]) -> [Observed] {
    var seen: Set<Reference> = []
    seen.reserveCapacity(objects.count)
    let latest = objects.reversed().filter {
      ($0.resource?.reference).map { seen.insert($0).inserted } ?? true
    }
    return latest.count == objects.count ? objects : latest.reversed()
  }

  /// Total size of its texts that are longer than a line. Repeated messages count once, because they are stored once.
  var longTexts: Int {
    guard let resource else { return 0 }
    let finalizers = resource.finalizers.reduce(0) { $0 + $1.utf8.count }
    let texts =
      Set(resource.conditions.map(\.message)).map(\.utf8.count) + resource.conditions.map(\.reason.utf8.count)
    return (texts + [finalizers]).reduce(0) { $0 + ($1 > TextLimits.line ? $1 : 0) }
  }

  /// Total size of the texts of its conditions.
  var conditionTexts: Int {
    guard let resource else { return 0 }
    return resource.conditions.reduce(0) {
      $0 + $1.type.utf8.count + $1.reason.utf8.count + $1.message.utf8.count
    }
  }
}
