internal import Health

/// One object as the snapshot keeps it.
enum Observed: Hashable, Sendable {
  case node(Node)
  case nodeLease(node: String, renewTime: Timestamp?)
  case leaderLease(LeaderLease)
  case pod(Pod)
  /// Counted, and what it runs: there are many.
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
