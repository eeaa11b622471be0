import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardTerminal

/// The pages of nodes, Flux and images.
@Suite struct ObjectPageTests {
  private func terminal(_ width: Int?) -> Terminal {
    Terminal(width: width, hasColor: false, now: Scene.now)
  }

  @Test func nodesAsKubectlPrintsThem() {
    let page = NodesPage.page(Scene.healthy.status, terminal(nil))
    #expect(
      page.text(for: terminal(nil)) == """
        NAME        STATUS   ROLES                  AGE    VERSION
        calypso     Ready    gpu                    120d   v1.33.4+k3s1
        srv712429   Ready    control-plane,master   120d   v1.33.4+k3s1
        srv712695   Ready    <none>                 120d   v1.33.4+k3s1

        """)
  }

  @Test func staleDataIsMarkedFirst() {
    #expect(
      NodesPage.page(Scene.backoff.status, terminal(nil)).text(for: terminal(nil)) == """
        stale  last seen 04:12:04Z (12m); tunnel_down: the tunnel is down

        NAME        STATUS   ROLES                  AGE    VERSION
        calypso     Ready    gpu                    120d   v1.33.4+k3s1
        srv712429   Ready    control-plane,master   120d   v1.33.4+k3s1
        srv712695   Ready    <none>                 120d   v1.33.4+k3s1

        CRITICAL  the SSH tunnel to tethys is down
          since  04:12:07Z (12m)
          why    192.0.2.7:22 refuses connections
          next   ssh -v tethys true

        """)
    for page in [
      FluxPage.page(Scene.forbidden.status, terminal(80)),
      ImagesPage.page(Scene.backoff.status, terminal(80)),
    ] {
      #expect(page.lines.first?.text.hasPrefix("stale  last seen 04:12:04Z (12m); ") == true)
    }
  }

  @Test func fluxObjectsAsTheFluxCommandPrintsThem() {
    let page = FluxPage.page(Scene.healthy.status, terminal(nil))
    #expect(
      page.text(for: terminal(nil)) == """
        NAMESPACE     NAME                        REVISION             SUSPENDED   READY   MESSAGE
        flux-system   gitrepository/flux-system   main@sha1:8f3c1a2b   False       True    stored artifact for revision 'main@sha1:8f3c1a2b'
        flux-system   kustomization/flux-system   main@sha1:8f3c1a2b   False       True    Applied revision: main@sha1:8f3c1a2b

        """)
  }

  @Test func fluxKeepsItsMessagesOnANarrowTerminal() {
    let page = FluxPage.page(Scene.healthy.status, terminal(80))
    #expect(
      page.text(for: terminal(80)) == """
        NAMESPACE     NAME                        REVISION             SUSPENDED   READY
        flux-system   gitrepository/flux-system   main@sha1:8f3c1a2b   False       True
            stored artifact for revision 'main@sha1:8f3c1a2b'
        flux-system   kustomization/flux-system   main@sha1:8f3c1a2b   False       True
            Applied revision: main@sha1:8f3c1a2b

        """)
  }

  @Test(arguments: [60, 70, 80, 100])
  func namesAreNotCut(_ width: Int) {
    let view = terminal(width)
    let flux = FluxPage.page(Scene.healthy.status, view).text(for: view)
    #expect(flux.contains("gitrepository/flux-system") && flux.contains("kustomization/flux-system"))
    let images = ImagesPage.page(Scene.nodeDown.status, view).text(for: view)
    #expect(images.contains(" cert-manager ") && images.contains(" cloudflared "))
  }

  @Test func imagesShowWorkloadsBehind() {
    let text = ImagesPage.page(Scene.nodeDown.status, terminal(80)).text(for: terminal(80))
    #expect(
      text.hasPrefix(
        """
        NAMESPACE    NAME          LATEST    RUNNING           READY  IMAGE
        flux-system  cert-manager  v1.18.2   v1.18.1 (behind)  True   quay.io/jetstack/…
            semver 1.18.x; behind for 6h24m, stuck at push; Latest image tag for
            quay.io/jetstack/cert-manager-controller resolved to v1.18.2
        flux-system  cloudflared   2026.2.0  2026.2.0          True   docker.io/cloudfl…
            semver 1.18.x; Latest image tag for docker.io/cloudflare/cloudflared resolv…

        """))
  }

  /// A cluster with many kinds of problems.
  private var troubled: StatusDocument {
    let report = Scene.report(verdict: .degraded, behind: true)
    let resource = Resource(kind: "ImageUpdateAutomation", namespace: "flux-system", name: "flux-system")
    return Scene.document(
      ClusterReport(
        name: report.name, verdict: report.verdict, summary: report.summary, isFluxInstalled: true,
        fluxVersion: "v2.6.4",
        nodes: [
          NodeReport(
            node: Node(
              resource: Resource(
                kind: "Node", name: "calypso", creationTimestamp: at("2023-12-01T00:00:00Z"),
                conditions: [
                  Condition(type: "Ready", status: .isTrue), Condition(type: "EtcdIsVoter", status: .isTrue),
                  Condition(type: "DiskPressure", status: .isTrue, reason: "KubeletHasDiskPressure"),
                ]), allocatableGPUs: 0, capacityGPUs: 1, internalIP: "10.0.0.3"), verdict: .critical,
            status: "Ready", isExpected: true)
        ], flux: report.flux, policies: report.policies, repositories: report.repositories,
        automations: [
          Judged(
            value: ImageUpdateAutomation(
              resource: resource, lastRunTime: at("2026-03-01T04:24:00Z"),
              lastPushTime: at("2026-02-27T04:24:00Z")), verdict: .healthy, message: "repository up-to-date")
        ],
        pods: PodReport(
          total: 41,
          crashLooping: [
            Pod(
              resource: Resource(kind: "Pod", namespace: "apps", name: "web-1"), phase: "Running",
              restarts: 57,
              waitingReason: "CrashLoopBackOff")
          ]),
        controllers: [
          ControllerReport(
            name: "kustomize-controller", verdict: .critical, distribution: "v2.6.4", version: "v1.6.1",
            renewedAt: at("2026-03-01T04:20:07Z")),
          ControllerReport(
            name: "source-controller", verdict: .healthy, distribution: "v2.6.4", version: "v1.6.2"),
        ]))
  }

  @Test(arguments: [60, 80, 200])
  func pagesWithProblemsFitTheWidth(_ width: Int) {
    let view = terminal(width)
    for page in [
      StatusPage.page(troubled, view, isWide: true), NodesPage.page(troubled, view, isWide: true),
      FluxPage.page(troubled, view), ImagesPage.page(troubled, view),
    ] {
      for line in page.lines { #expect(line.text.displayWidth <= width, "\(line.text)") }
    }
  }

  @Test func controllersPodsAndPushBranchesAreShown() {
    let view = terminal(80)
    let flux = FluxPage.page(troubled, view).text(for: view)
    #expect(
      flux.hasSuffix(
        """

        CONTROLLER             VERSION   FLUX     AVAILABLE   LEASE
        kustomize-controller   v1.6.1    v2.6.4   1/1         4m ago
        source-controller      v1.6.2    v2.6.4   1/1         <unknown>

        """))
    #expect(StatusPage.page(troubled, view).text(for: view).contains("1 crash-looping of 41 pods"))
    let images = ImagesPage.page(troubled, terminal(nil)).text(for: terminal(nil))
    #expect(images.contains("2026-03-01T04:24:00Z   2026-02-27T04:24:00Z   False"))
    #expect(images.contains("cert-manager   120    2026-03-01T04:20:00Z"))
  }

  @Test func aNodeWithoutAVersionLeavesTheColumnEmptyAsKubectlDoes() {
    let wide = NodesPage.page(troubled, terminal(nil), isWide: true).text(for: terminal(nil))
    #expect(wide.contains("calypso   Ready    <none>   2y91d             10.0.0.3      0 of 1   yes"))
    #expect(wide.contains("DiskPressure=True KubeletHasDiskPressure"))
    #expect(!wide.contains("EtcdIsVoter"))
  }
}
