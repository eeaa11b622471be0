internal import Health

/// One object in the form that the snapshot stores.
enum Observed: Hashable, Sendable {
  case node(Node)
  case nodeLease(node: String, renewTime: Timestamp?)
  case leaderLease(LeaderLease)
  case pod(Pod)
  /// A healthy pod is only counted, with the images that it runs, because there are many.
  case wellPod([PodImage])
  case flux(FluxObject)
  case imageRepository(ImageRepository)
  case imagePolicy(ImagePolicy)
  case imageUpdateAutomation(ImageUpdateAutomation)
  case workload(Workload)
  case job(Job)
  case cronJob(CronJob)
  case certificate(Certificate)
  case stack(Stack)
}

extension Observed {
  /// The object's name; nil for pods that are only counted.
  private var reference: Reference? {
    switch self {
    case .node(let object): object.resource.reference
    case .pod(let object): object.resource.reference
    case .flux(let object): object.resource.reference
    case .imageRepository(let object): object.resource.reference
    case .imagePolicy(let object): object.resource.reference
    case .imageUpdateAutomation(let object): object.resource.reference
    case .workload(let object): object.resource.reference
    case .job(let object): object.resource.reference
    case .cronJob(let object): object.resource.reference
    case .certificate(let object): object.resource.reference
    case .stack(let object): object.resource.reference
    case .nodeLease, .leaderLease, .wellPod: nil
    }
  }

  /// The objects without duplicates: of several with the same name, the last one stays.
  static func latest(of objects: [Observed]) -> [Observed] {
    var seen: Set<Reference> = []
    seen.reserveCapacity(objects.count)
    let latest = objects.reversed().filter { $0.reference.map { seen.insert($0).inserted } ?? true }
    return latest.count == objects.count ? objects : latest.reversed()
  }

  /// Total size of its condition messages that are longer than a line. Repeated messages count once, because they are
  /// stored once.
  var longMessages: Int {
    let conditions: [Condition]
    switch self {
    case .flux(let object): conditions = object.resource.conditions
    case .imageRepository(let object): conditions = object.resource.conditions
    case .imagePolicy(let object): conditions = object.resource.conditions
    case .imageUpdateAutomation(let object): conditions = object.resource.conditions
    case .certificate(let object): conditions = object.resource.conditions
    case .stack(let object): conditions = object.resource.conditions
    case .node, .nodeLease, .leaderLease, .pod, .wellPod, .workload, .job, .cronJob: return 0
    }
    return Set(conditions.map(\.message)).reduce(0) { bytes, message in
      bytes + (message.utf8.count > ListReader.messageLine ? message.utf8.count : 0)
    }
  }
}
