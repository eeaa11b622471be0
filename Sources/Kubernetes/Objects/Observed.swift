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
  /// Total size of its condition messages that are longer than one line. A repeated message is stored once.
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
