import DemoCluster
import Foundation
import TestSupport
import Testing

/// The demo cluster with a real kubectl, which uses its own discovery, tables and pagination.
@Suite(.blocking, .serialized, .enabled(if: program("kubectl") != nil, "kubectl is not installed"))
struct KubectlTests {
  let cluster: DemoCluster
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cluster = try DemoCluster.start(certificates: try Certificates.make(in: folder.file("pki")))
    try cluster.writeKubeconfig(to: folder.file("kubeconfig"))
  }

  private func kubectl(_ line: String) throws -> String {
    let arguments =
      ["--kubeconfig", folder.file("kubeconfig"), "--request-timeout", "20s"]
      + line.split(separator: " ").map(String.init)
    // kubectl caches discovery results under HOME.
    let result = try run(
      "kubectl", arguments, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path])
    #expect(result.exit == .exited(0), "\(line): \(result.errors)")
    return result.output
  }

  /// The cells of each non-empty line.
  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  @Test func kubectlListsAllKinds() throws {
    let text = try kubectl("get nodes,gitrepositories,kustomizations,helmreleases,imagepolicies -A")
    let rows = rows(text)
    #expect(rows.contains(["node/srv712429", "Ready", "control-plane,master", "365d", "v1.33.4+k3s1"]))
    for name in [
      "gitrepository.source.toolkit.fluxcd.io/flux-system", "kustomization.kustomize.toolkit.fluxcd.io/apps",
      "helmrelease.helm.toolkit.fluxcd.io/cert-manager", "imagepolicy.image.toolkit.fluxcd.io/cloudflared",
    ] {
      #expect(rows.contains { $0.contains(name) }, "\(text)")
    }
  }

  @Test func kubectlShowsNodes() throws {
    cluster.apply(.nodeNotReady("calypso"))
    cluster.apply(.nodeCordoned("srv712695"))
    #expect(
      rows(try kubectl("get nodes")) == [
        ["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
        ["calypso", "NotReady", "<none>", "365d", "v1.33.4+k3s1"],
        ["srv712429", "Ready", "control-plane,master", "365d", "v1.33.4+k3s1"],
        ["srv712695", "Ready,SchedulingDisabled", "<none>", "365d", "v1.33.4+k3s1"],
      ])
  }

  /// Commands from the guard's remedies.
  @Test(arguments: [
    "describe node calypso", "-n kube-node-lease get lease calypso -o yaml", "get nodes -o wide",
    "-n flux-system describe kustomization.kustomize.toolkit.fluxcd.io apps",
    "-n flux-system get deployments",
    "-n cloudflared describe deployment cloudflared", "-n cloudflared describe certificate oceanid-tls",
    "-n pulumi-system describe stacks.pulumi.com oceanid-cluster", "-n flux-system get secrets",
    "get --raw /readyz?verbose",
  ])
  func commandsInRemediesWork(_ line: String) throws {
    #expect(!(try kubectl(line)).isEmpty)
  }

  @Test func kubectlSelectsPods() throws {
    cluster.apply(.begins(.podsCrashing("cloudflared/cloudflared")))
    let rows = rows(try kubectl("get pods -A --field-selector=status.phase!=Succeeded -l app=cloudflared"))
    #expect(rows.count == 3)
    #expect(rows.dropFirst().allSatisfy { $0.contains("CrashLoopBackOff") })
    #expect(self.rows(try kubectl("get pods -A --field-selector=spec.nodeName=calypso")).isEmpty)
  }

  @Test func kubectlReadsPages() throws {
    #expect(rows(try kubectl("get pods -A --chunk-size=3")).count > 10)
  }
}
