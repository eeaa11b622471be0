internal import Health

/// One object as the snapshot keeps it.
enum Observed: Hashable, Sendable {
  case node(Node)
  case nodeLease(node: String, renewTime: Timestamp?)
  case leaderLease(LeaderLease)
  case pod(Pod)
  /// Only counted: there are many.
  case wellPod
  case flux(FluxObject)
  case imageRepository(ImageRepository)
  case imagePolicy(ImagePolicy)
  case imageUpdateAutomation(ImageUpdateAutomation)
  case workload(Workload)
  case certificate(Certificate)
  case stack(Stack)
}
