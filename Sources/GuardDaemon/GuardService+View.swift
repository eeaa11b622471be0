internal import GuardDoctor
internal import Health
internal import Synchronization
internal import Tunnel

extension GuardService {
  /// The connections to the clusters as this process sees them.
  var view: GuardView {
    let (configuration, clusters, inherited) = state.withLock {
      ($0.configuration, $0.clusters, $0.inherited)
    }
    return GuardView(
      configuration: configuration, clusters: clusters, board: board, environment: environment,
      socketStep: { inherited.step(holdingAlone: $0) })
  }

  /// The next step for an address that the guard holds and the socket unit does not.
  func step(holdingAlone listen: StreamAddress) -> NextStep? {
    state.withLock { $0.inherited.step(holdingAlone: listen) }
  }
}
