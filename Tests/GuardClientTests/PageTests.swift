import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardTerminal

@Suite struct PageTests {
  @Test func oldTunnelErrorIsNotShownAfterReconnect() {
    var status = Scene.starting.status
    status.clusters[0].tunnel.state = .up
    status.clusters[0].poll = Scene.poll(.tunnelDown, "the tunnel is not up")
    let terminal = Terminal(width: 80, hasColour: false, now: Scene.now)
    for page in [StatusPage.page(status, terminal, isWide: false), NodesPage.page(status, terminal)] {
      #expect(!page.text(for: terminal).contains("not up"))
      #expect(!page.text(for: terminal).contains("without the tunnel"))
    }
  }

  private func terminal(_ width: Int?, colour: Bool = false, blocks: Bool = false) -> Terminal {
    Terminal(width: width, hasColour: colour, drawsBlocks: blocks, now: Scene.now)
  }

  private func status(_ scene: Scene, _ width: Int? = 80) -> String {
    StatusPage.page(scene.status, terminal(width)).text(for: terminal(width))
  }

  @Test(arguments: [6, 7, 20, 21, 500])
  func manyProblemsFitOneScreen(_ count: Int) throws {
    var status = Scene.nodeDown.status
    let problem = try #require(status.problems.first)
    status.problems = (1...count).map { number in
      var other = problem
      other.id = "tethys/node/n\(number)/not-ready"
      other.subject = "node n\(number)"
      other.title = "node n\(number) is not ready"
      return other
    }
    let terminal = terminal(80)
    let text = StatusPage.page(status, terminal).text(for: terminal)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 60)
    #expect(text.ranges(of: "  next   ").count == (count == 6 ? 6 : 5))
    #expect(lines.count { $0.hasPrefix("CRITICAL  node n") } == min(count, 20))
    #expect(text.contains("full details: oceanid-ctl status -o wide") == (count > 6))
    #expect(text.contains("and \(count - 20) more problem") == (count > 20))
    #expect(lines.allSatisfy { String($0).displayWidth <= 80 })
    let whole = StatusPage.page(status, terminal, isWide: true).text(for: terminal)
    #expect(whole.ranges(of: "  next   ").count == count)
  }

  @Test func healthyClusterIsOneBlock() {
    #expect(
      status(.healthy) == """
        tethys  HEALTHY  3 nodes Ready, Flux v2.6.4, 2 image policies
          Tunnel   up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
                   127.0.0.1:16443 -> localhost:6443, 2 connections open
          API      v1.33.4+k3s1 ready, polled 3s ago (87 ms)
          Nodes    3 of 3 Ready: calypso, srv712429, srv712695
          Flux     v2.6.4, 2 of 2 objects healthy
          Images   2 policies, all images current
          Others   1 of 1 workload healthy, 1 of 1 secret present

        """)
  }

  @Test func nodeIsDown() {
    #expect(
      status(.nodeDown) == """
        tethys  CRITICAL  node calypso is not ready
          Tunnel   up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
                   127.0.0.1:16443 -> localhost:6443, 2 connections open
          API      v1.33.4+k3s1 ready, polled 3s ago (87 ms)
          Nodes    2 of 3 Ready; calypso NotReady
          Flux     v2.6.4, 2 of 2 objects healthy
          Images   2 policies; behind: cert-manager
          Others   1 of 1 workload healthy, 1 of 1 secret present

        CRITICAL  node calypso is not ready
          since  04:12:07Z (12m)
          why    NodeStatusUnknown: Kubelet stopped posting node status.
          next   ssh calypso systemctl status k3s-agent

        WARNING  imagepolicy flux-system/cert-manager: runs v1.18.1 instead of v1.18.2
          since  2026-02-28 22:00:00Z (6h24m)
          why    deployment cert-manager/cert-manager still runs
                 quay.io/jetstack/cert-manager:v1.18.1
          next   flux get image update -n flux-system

        """)
  }

  @Test func tunnelIsRetrying() {
    #expect(
      status(.backoff) == """
        tethys  CRITICAL  the tunnel to tethys is down: connect_refused
          Tunnel   down since 04:12:07Z (12m), 7 attempts, next in 12s
                   connect_refused: 192.0.2.7:22 refuses connections
                   127.0.0.1:16443 -> localhost:6443
          API      unreachable while the tunnel is down; last successful poll 04:12:04Z (12m)
          Nodes    unknown; 3 of 3 Ready (12m ago)
          Flux     unknown; v2.6.4, 2 of 2 objects healthy (12m ago)
          Images   unknown; 2 policies (12m ago)

        CRITICAL  the SSH tunnel to tethys is down
          since  04:12:07Z (12m)
          why    192.0.2.7:22 refuses connections
          next   ssh -v tethys true

        """)
  }

  @Test func tunnelIsBlocked() {
    let text = status(.blocked)
    #expect(text.contains("  Tunnel   blocked since 04:12:07Z (12m), 3 attempts, next in 3m\n"))
    #expect(text.contains("host_key_changed: tethys shows another host key than known_hosts has\n"))
    // What is to be copied stays one line.
    #expect(
      text.contains(
        "  next   compare with the console of tethys, then: ssh-keygen -R tethys && ssh tethys true\n"))
  }

  @Test func apiForbidsARequest() {
    let text = status(.forbidden, 200)
    #expect(
      text.contains(
        "  API      forbidden: GET /api/v1/nodes: 403 Forbidden for user \"guard\"; last successful poll 04:12:04Z (12m)\n"
      ))
    #expect(text.contains("  Nodes    unknown; 3 of 3 Ready (12m ago)\n"))
  }

  /// What a refused list leaves in the document is of before.
  @Test func unreadPartsAreUnknown() {
    let text = status(.unread, 200)
    for line in [
      "  Nodes    unknown; last seen: 3 of 3 Ready\n",
      "  Flux     v2.6.4, 1 of 2 objects healthy; 1 unknown\n",
      "  Images   2 policies; unknown: cert-manager, cloudflared; scan or update unknown: cert-manager\n",
      "  Others   1 workload unknown, 1 secret unknown\n",
    ] { #expect(text.contains(line), "\(line)") }
    let view = terminal(nil)
    func first(_ page: Page) -> String? { page.lines.first?.text }
    #expect(
      first(NodesPage.page(Scene.unread.status, view))
        == "stale  last seen before 04:20:07Z (4m); nodes can't be read")
    #expect(
      first(FluxPage.page(Scene.unread.status, view))
        == "stale  1 of 2 last seen before 04:20:07Z (4m); Kustomization can't be read")
    #expect(
      first(ImagesPage.page(Scene.unread.status, view))
        == "stale  1 of 3 last seen before 04:20:07Z (4m); image repositories can't be read")
    // Which one it is, its own line says.
    let flux = FluxPage.page(Scene.unread.status, view).text(for: view)
    #expect(flux.contains("True    last seen at 2026-03-01T04:20:04Z\n"))
    #expect(flux.contains("True    stored artifact"))
    #expect(flux.ranges(of: "CRITICAL").isEmpty && flux.contains("WARNING  Kustomization can't be read"))
  }

  @Test func unreadNodesAreUnknownAndNotZero() {
    var status = Scene.unread.status
    status.clusters[0].nodes = []
    func nodes() -> String? {
      StatusPage.page(status, terminal(80)).lines.map(\.text).first { $0.hasPrefix("  Nodes ") }
    }
    #expect(nodes() == "  Nodes    unknown")
    status.problems = []
    #expect(nodes() == "  Nodes    none seen")
  }

  @Test func partlyUnreadWorkloads() {
    var status = Scene.healthy.status
    status.clusters[0].workloads += status.clusters[0].workloads
    status.clusters[0].workloads[1].verdict = .unknown
    status.clusters[0].images.policies[1].behind = nil
    let text = StatusPage.page(status, terminal(nil)).text(for: terminal(nil))
    #expect(text.contains("  Others   1 of 2 workloads healthy (1 unknown), 1 of 1 secret present\n"))
    #expect(text.contains("  Images   2 policies; unknown: cloudflared\n"))
  }

  @Test func missingNodeIsCounted() {
    func nodes(_ seen: [NodeReport]) -> String? {
      let missing = Problem(
        .node(.missing), id: "tethys/node/srv712695/missing", severity: .critical, cluster: "tethys",
        subject: "node srv712695", title: "node srv712695 is missing", detail: "", since: Scene.now,
        step: NextStep(command: "look"))
      let status = Scene.document(Scene.report(verdict: .critical, nodes: seen, problems: [missing]))
      return StatusPage.page(status, terminal(nil)).lines.map(\.text).first { $0.hasPrefix("  Nodes ") }
    }
    #expect(
      nodes(Array(Scene.nodes().prefix(2)))
        == "  Nodes    2 of 3 Ready: calypso, srv712429; missing: srv712695")
    #expect(
      nodes(Array(Scene.nodes(calypso: .critical).prefix(2)))
        == "  Nodes    1 of 3 Ready; calypso NotReady; missing: srv712695")
    #expect(nodes([]) == "  Nodes    0 of 1 Ready; missing: srv712695")
  }

  @Test func guardHasJustStarted() {
    #expect(
      status(.starting) == """
        tethys  UNKNOWN  starting
          Tunnel   connecting to tethys since 04:24:06Z (1s)
                   127.0.0.1:16443 -> localhost:6443
          API      waiting for the first poll

        """)
  }

  @Test func noCluster() {
    #expect(status(.noCluster) == "guard   no cluster is configured\n")
  }

  /// Every line except a remedy fits the width in every situation.
  @Test(arguments: Scene.allCases, [60, 80, 200])
  func pagesFitTheWidth(_ scene: Scene, _ width: Int) {
    let view = terminal(width)
    for page in [
      StatusPage.page(scene.status, view), StatusPage.page(scene.status, view, isWide: true),
      NodesPage.page(scene.status, view), NodesPage.page(scene.status, view, isWide: true),
      FluxPage.page(scene.status, view), ImagesPage.page(scene.status, view),
      TunnelPage.page(scene.status, view),
    ] {
      #expect(!page.lines.isEmpty)
      for line in page.lines where !line.text.hasPrefix("  next ") {
        #expect(line.text.displayWidth <= width, "\(line.text)")
      }
    }
  }

  @Test(arguments: [true, false])
  func controlCharactersFromTheClusterAreEscaped(_ colour: Bool) {
    let view = terminal(80, colour: colour)
    for page in [
      StatusPage.page(Scene.hostile.status, view, isWide: true), NodesPage.page(Scene.hostile.status, view),
    ] {
      let text = page.text(for: view)
      // Whatever follows an escape is ours: colour and nothing else.
      for part in text.split(separator: "\u{1B}").dropFirst() {
        #expect(part.prefixMatch(of: /\[[0-9;]+m/) != nil)
      }
      #expect(
        !text.unicodeScalars.contains { ($0.value < 32 && $0 != "\n" && $0 != "\u{1B}") || $0 == "\u{9B}" })
      #expect(!text.contains("\nfaked"))
    }
    #expect(!CheckLine.text(Scene.hostile.status, section: nil, now: Scene.now).contains("\u{1B}"))
  }

  @Test func nodesMatchKubectl() {
    let page = NodesPage.page(Scene.healthy.status, terminal(nil))
    #expect(
      page.text(for: terminal(nil)) == """
        NAME        STATUS   ROLES                  AGE    VERSION
        calypso     Ready    gpu                    120d   v1.33.4+k3s1
        srv712429   Ready    control-plane,master   120d   v1.33.4+k3s1
        srv712695   Ready    <none>                 120d   v1.33.4+k3s1

        """)
  }

  @Test func oldDataIsMarkedFirst() {
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

  @Test func fluxMatchesItsCommand() {
    let page = FluxPage.page(Scene.healthy.status, terminal(nil))
    #expect(
      page.text(for: terminal(nil)) == """
        NAMESPACE     NAME                        REVISION             SUSPENDED   READY   MESSAGE
        flux-system   gitrepository/flux-system   main@sha1:8f3c1a2b   False       True    stored artifact for revision 'main@sha1:8f3c1a2b'
        flux-system   kustomization/flux-system   main@sha1:8f3c1a2b   False       True    Applied revision: main@sha1:8f3c1a2b

        """)
  }

  @Test func fluxMessagesAreKeptOnANarrowTerminal() {
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

  @Test func imagesShowPoliciesThatAreBehind() {
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

  /// What a cluster in many kinds of trouble has to show, in both widths.
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
  func failingObjectsFitTheWidth(_ width: Int) {
    let view = terminal(width)
    for page in [
      StatusPage.page(troubled, view, isWide: true), NodesPage.page(troubled, view, isWide: true),
      FluxPage.page(troubled, view), ImagesPage.page(troubled, view),
    ] {
      for line in page.lines { #expect(line.text.displayWidth <= width, "\(line.text)") }
    }
  }

  @Test func controllersAndPodsAndPushesAreShown() {
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

  @Test func nodeWithoutAVersionHasAnEmptyColumn() {
    let wide = NodesPage.page(troubled, terminal(nil), isWide: true).text(for: terminal(nil))
    #expect(wide.contains("calypso   Ready    <none>   2y91d             10.0.0.3      0 of 1   yes"))
    #expect(wide.contains("DiskPressure=True KubeletHasDiskPressure"))
    #expect(!wide.contains("EtcdIsVoter"))
  }

  @Test func tunnelShowsTrafficAndHistory() {
    let view = terminal(80, blocks: true)
    #expect(
      TunnelPage.page(Scene.healthy.status, view).text(for: view) == """
        State       up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
        Host        tethys
        Peer        192.0.2.7:22
        User        root
        Host key    SHA256:2b8fQ6Yc1mZkq0cXl1yB3n7Wv9t5s4r3q2p1o0NmLkJ
        Cipher      aes128-ctr
        Round trip  41 ms
        Reconnects  3
        Forward     127.0.0.1:16443 -> localhost:6443, listening
        History     1 outage in 6 h, 3 min 2 s in all
                    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                    2026-02-28 22:24:07Z          each 6 min           04:24:07Z
                    down 01:12:09Z to 01:15:11Z, 3 min 2 s, keepalive_timeout

        FORWARD           OPEN   TOTAL   REFUSED   RECEIVED   RATE       SENT     RATE
        127.0.0.1:16443   2      91      0         1.5 MiB    12 KiB/s   40 KiB   0 B/s

        Last connections
        FROM              AGE     LASTED   RECEIVED   SENT      END
        127.0.0.1:51302   12s     open     800 KiB    2.0 KiB
        127.0.0.1:51298   2m5s    87ms     34 KiB     1.9 KiB   closed by client
        127.0.0.1:51001   3h18m   6m57s    684 KiB    29 KiB    tunnel lost
        127.0.0.1:50998   3h19m   4ms      0 B        0 B
            refused: connect failed: Connection refused by localhost port 6443

        """)
  }

  @Test func figuresAreNotCut() {
    let text = TunnelPage.page(Scene.healthy.status, terminal(60)).text(for: terminal(60))
    #expect(text.contains(/127\.0\.0\.1:16443 2 +91 +0 +1\.5 MiB +12 KiB\/s +40 KiB +0 B\/s/))
  }

  @Test func pipedHistoryIsASCII() {
    let text = TunnelPage.page(Scene.healthy.status, terminal(nil)).text(for: terminal(nil))
    #expect(text.contains("\n            ............................+...............................\n"))
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [(60, 36), (80, 60), (120, 90), (200, 180)])
  func historyUsesTheWidth(_ width: Int, _ cells: Int) throws {
    let strip = HistoryStrip(history: Scene.history, range: .seconds(6 * 3600), now: Scene.now)
    let lines = strip.lines(margin: 12, terminal(width))
    let line = try #require(lines.first { $0.text.contains("....") })
    #expect(line.text.count == 12 + cells)
  }

  @Test(arguments: [
    ("10m", 600, "10 s", 60), ("1m", 60, "1 s", 60), ("24h", 86_400, "30 min", 48),
    ("30d", 2_592_000, "12 h", 60),
  ])
  func historyCoversTheRequestedRange(_ name: String, _ seconds: Int, _ cell: String, _ count: Int) throws {
    let history = [StateSpanDocument(state: .up, since: at("2025-02-26T01:12:44Z"))]
    let lines = HistoryStrip(history: history, range: .seconds(seconds), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(
      lines[1].text == String(repeating: " ", count: 12) + String(repeating: ".", count: count), "\(name)")
    #expect(lines[2].text.contains("each \(cell)"))
  }

  @Test func timesAndLengthOfAnOutageAgree() throws {
    let history = [
      StateSpanDocument(
        state: .down, since: at("2026-03-01T04:00:00.900Z"), until: at("2026-03-01T04:00:16.100Z"),
        code: "peer_closed")
    ]
    let lines = HistoryStrip(history: history, range: .seconds(3600), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.last?.text.hasSuffix("down 04:00:00Z to 04:00:16Z, 16 s, peer_closed") == true)
  }

  @Test func ongoingOutageIsCountedUpToNow() {
    let history = [
      StateSpanDocument(state: .up, since: at("2026-03-01T04:00:00Z"), until: at("2026-03-01T04:12:07Z")),
      StateSpanDocument(state: .blocked, since: at("2026-03-01T04:12:07Z"), code: "host_key_changed"),
    ]
    let lines = HistoryStrip(history: history, range: .seconds(3600), now: Scene.now).lines(
      margin: 12, terminal(80))
    let blank = String(repeating: " ", count: 12)
    let cells = String(repeating: " ", count: 35) + String(repeating: ".", count: 13)
    #expect(lines.count == 4)
    #expect(
      lines[0].text == "History     1 outage in 1 h, 12 min in all, known since 04:00:00Z")
    #expect(lines[1].text == blank + cells + String(repeating: "#", count: 12))
    #expect(lines[3].text == blank + "blocked since 04:12:07Z, 12 min, host_key_changed")
  }

  @Test func historyWithoutOutages() {
    let history = [StateSpanDocument(state: .up, since: at("2026-02-26T01:12:44Z"))]
    let lines = HistoryStrip(history: history, range: .seconds(86_400), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.first?.text == "History     no outage in 1 d")
    #expect(lines.count == 3)
    #expect(
      HistoryStrip(history: [], range: .seconds(60), now: Scene.now).lines(margin: 12, terminal(80)).isEmpty)
  }

  @Test func flappingTunnelListsOnlyItsLastOutages() {
    var history: [StateSpanDocument] = []
    for index in 0..<40 {
      let since = Scene.now - .seconds(4000 - index * 100)
      let state: TunnelAvailability = index.isMultiple(of: 2) ? .up : .down
      history.append(
        StateSpanDocument(
          state: state, since: since, until: index == 39 ? nil : since + .seconds(100), code: "peer_closed"))
    }
    let lines = HistoryStrip(history: history, range: .seconds(21_600), now: Scene.now).lines(
      margin: 12, terminal(80))
    #expect(lines.last?.text.hasSuffix("and 10 earlier ones") == true)
    #expect(lines.count == 14)
  }

  @Test func watchShowsChangesAndErrors() {
    let change = ChangeDocument(
      at: Scene.now, event: "node_not_ready", cluster: "tethys", subject: "node calypso", from: "Ready",
      to: "NotReady", reason: "NodeStatusUnknown", message: "")
    let socket = SocketPath(option: "/x", environment: { _ in nil }, exists: { _ in false })
    let text = LiveWatch.page(
      Scene.healthy.status, [change], .unreadable(socket, .truncated), terminal(80)
    ).text(for: terminal(80))
    #expect(
      text.contains(
        "the guard's response on /x is invalid: it is incomplete; retrying\nshowing the status of 04:24:07Z (0s)\n"
      ))
    #expect(
      text.hasSuffix("04:24:07Z  tethys  node calypso: Ready -> NotReady (NodeStatusUnknown)\n"))
  }
}
