import DemoCluster
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// A cluster whose lists have several pages.
@Suite(.blocking) struct ManyObjectsTests {
  @Test func everyPageIsReceived() async throws {
    let folder = try TemporaryFolder()
    let cluster = try DemoCluster.start(
      certificates: Certificates.make(in: "\(folder.path)/pki"),
      with: ExtraObjects(nodes: 1100, kustomizations: 600)
    )
    try cluster.writeKubeconfig(to: "\(folder.path)/config")
    let client = ClusterClient(
      kubeconfig: try Kubernetes.Kubeconfig.load(path: "\(folder.path)/config"),
      dial: .tcp(host: "127.0.0.1", port: UInt16(cluster.port)))
    let snapshot = try await client.pollOnDedicatedThread(timeout: .seconds(60)).get()
    #expect(snapshot.nodes.value?.count == 1103, "\(String(describing: snapshot.nodes.failure))")
    #expect(snapshot.flux.value?.filter { $0.resource.kind == "Kustomization" }.count == 603)
    #expect(snapshot.failedFluxKinds.isEmpty)
    #expect(snapshot.nodes.value?.allSatisfy { $0.resource.conditions.count == 4 } == true)
    #expect(cluster.requests.filter { $0.target.hasPrefix("/api/v1/nodes") }.count == 3)
  }
}
