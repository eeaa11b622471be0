import DemoCluster
import Foundation
import GuardTypes
import Health
import Kubernetes

/// The demo's cluster without a tunnel: polled over TLS and judged, with a clock that a test sets.
final class WatchedCluster: Sendable {
  let demo: DemoCluster
  private let folder: TemporaryFolder
  private let client: ClusterClient

  private static let shared = Result {
    let folder = try TemporaryFolder()
    return (folder, try Certificates.make(in: folder.path + "/pki"))
  }

  static let expectations = Expectations(
    nodes: ["srv712429", "srv712695", "calypso"], gpus: ["calypso": 1], fluxVersion: "v2.6.4",
    workloads: [.init(namespace: "cloudflared", name: "cloudflared")],
    secrets: [.init(namespace: "flux-system", name: "github-token")])

  init() throws {
    folder = try TemporaryFolder()
    demo = try DemoCluster.start(certificates: try WatchedCluster.shared.get().1)
    let path = folder.path + "/kubeconfig"
    try demo.writeKubeconfig(to: path)
    client = ClusterClient(
      kubeconfig: try Kubeconfig.load(path: path, context: "default"),
      dial: .tcp(host: "127.0.0.1", port: UInt16(demo.port)))
  }

  deinit {
    // Closes the connections, because a stopping server waits some seconds for clients that do not close.
    client.reconnect()
    demo.stop()
  }

  /// Polls and judges with the cluster's clock.
  func look(_ history: inout PollHistory) async throws -> ClusterReport {
    let snapshot = try await client.pollOnDedicatedThread(secrets: WatchedCluster.expectations.secrets).get()
    let observation = Observation(
      cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/etc/oceanid/kubeconfig", context: "default",
      tunnel: TunnelHealth(state: .up, since: snapshot.serverTime, host: "tethys"), snapshot: snapshot,
      snapshotAt: snapshot.serverTime, pollFailure: nil, pollInterval: .seconds(15),
      expectations: WatchedCluster.expectations)
    let (report, next) = judge(observation, history: history, now: snapshot.serverTime)
    history = next
    return report
  }
}
