import DemoCluster
import Foundation
import Health
import TestSupport
import Testing

@testable import Kubernetes

@Suite(.blocking) struct SimultaneousRequestsTests {
  /// One request after each response would wake the guard, the tunnel and the server for each of them.
  @Test func overHTTP2APollSendsAllRequestsAtOnce() async throws {
    let folder = try TestSupport.TemporaryFolder()
    let cluster = try DemoCluster.start(certificates: Certificates.make(in: folder.file("pki")))
    defer { cluster.stop() }
    try cluster.writeKubeconfig(to: folder.file("config"))
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: folder.file("config")),
      dial: .tcp(host: "127.0.0.1", port: UInt16(cluster.port)))
    #expect(try await client.pollOnDedicatedThread().get().nodes.value?.count == 3)
    let all = cluster.requests.count
    cluster.clearRequests()
    cluster.apply(.answersWrong(.hangs, on: "/"))
    _ = await client.pollOnDedicatedThread(timeout: .seconds(2))
    // Discovery and what comes with it are not requested again.
    #expect(cluster.requests.count > all / 2)
  }
}
