import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal

@Suite struct PageTests {
  @Test func oldTunnelErrorIsNotShownAfterReconnect() {
    var status = Scene.starting.status
    status.clusters[0].tunnel.state = .up
    status.clusters[0].poll = Scene.poll(.tunnelDown, "the tunnel is not up")
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    for page in [StatusPage.page(status, terminal, isWide: false), NodesPage.page(status, terminal)] {
      #expect(!page.text(for: terminal).contains("not up"))
      #expect(!page.text(for: terminal).contains("without the tunnel"))
    }
  }

  private func terminal(_ width: Int?, color: Bool = false, blocks: Bool = false) -> Terminal {
    Terminal(width: width, hasColor: color, drawsBlocks: blocks, now: Scene.now)
  }

  private func status(_ scene: Scene, _ width: Int? = 80) -> String {
    StatusPage.page(scene.status, terminal(width)).text(for: terminal(width))
  }

  @Test(arguments: [5, 6, 16, 17, 500])
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
    #expect(text.ranges(of: "  next   ").count == min(count, 16))
    #expect(lines.count { $0.hasPrefix("CRITICAL  node n") } == min(count, 16))
    #expect(text.contains("full details: oceanid-ctl status -o wide") == (count > 5))
    #expect(text.contains("and \(count - 16) more problem") == (count > 16))
    #expect(lines.allSatisfy { String($0).displayWidth <= 80 })
    let whole = StatusPage.page(status, terminal, isWide: true).text(for: terminal)
    #expect(whole.ranges(of: "  next   ").count == count)
  }

  @Test func manyProblemsOfASectionFitOneScreen() throws {
    var status = Scene.nodeDown.status
    let problem = try #require(status.problems.first { $0.kind == "node" })
    status.problems = (1...1100).map { number in
      var other = problem
      (other.id, other.subject) = ("tethys/node/n\(number)/not-ready", "node n\(number)")
      return other
    }
    let terminal = terminal(80)
    let text = NodesPage.page(status, terminal).text(for: terminal)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 60)
    #expect(text.contains("and 1084 more problems; full details: oceanid-ctl nodes -o wide"))
    let whole = NodesPage.page(status, terminal, isWide: true).text(for: terminal)
    #expect(whole.ranges(of: "  next   ").count == 1100)
    let check = CheckLine.text(status, section: nil, now: Scene.now)
    #expect(check.split(separator: "\n").count == 18)
    #expect(check.contains("(1100 critical)"))
    #expect(check.hasSuffix("\nand 1084 more problems: oceanid-ctl status -o wide\n"))
  }

  @Test func overviewIsEnoughForThePageOfSeveralClusters() throws {
    var fleet = Scene.nodeDown.status
    #expect(fleet.overview == fleet)
    for index in 1...99 {
      var cluster = Scene.healthy.status.clusters[0]
      cluster.name = "c\(index)"
      fleet.clusters.append(cluster)
    }
    let overview = try DocumentCoding.decode(
      StatusDocument.self, from: DocumentCoding.encode(fleet.overview))
    let terminal = terminal(80)
    #expect(
      StatusPage.page(overview, terminal).text(for: terminal)
        == StatusPage.page(fleet, terminal).text(for: terminal))
    #expect(overview.clusters[0].nodes.isEmpty && !fleet.clusters[0].nodes.isEmpty)
    for goal in Goal.allCases { #expect(goal.obstacle(in: overview) == goal.obstacle(in: fleet)) }
    #expect(try DocumentCoding.encode(overview).count * 4 < DocumentCoding.encode(fleet).count)
  }

  @Test func healthyClusterIsOneBlock() {
    #expect(
      status(.healthy) == """
        tethys  HEALTHY
        + Tunnel   up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
                   127.0.0.1:16443 -> localhost:6443, 2 connections open
        + API      v1.33.4+k3s1 ready, polled 3s ago (87 ms)
        + Nodes    3 of 3 Ready: calypso, srv712429, srv712695
        + Flux     v2.6.4, 2 of 2 objects healthy
        + Images   2 policies, all images current
        + Others   1 of 1 workload healthy, 1 of 1 secret present

        """)
  }

  @Test func nodeIsDown() {
    #expect(
      status(.nodeDown) == """
        tethys  CRITICAL  node calypso is not ready
        + Tunnel   up since 2026-02-26 01:12:44Z (3d3h), 192.0.2.7:22, round trip 41 ms
                   127.0.0.1:16443 -> localhost:6443, 2 connections open
        + API      v1.33.4+k3s1 ready, polled 3s ago (87 ms)
        X Nodes    2 of 3 Ready; calypso NotReady
        + Flux     v2.6.4, 2 of 2 objects healthy
        ! Images   2 policies; behind: cert-manager
        + Others   1 of 1 workload healthy, 1 of 1 secret present

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
        X Tunnel   down since 04:12:07Z (12m), 7 attempts, next in 12s; connect_refused
                   127.0.0.1:16443 -> localhost:6443
        ? API      unreachable without the tunnel; last polled 04:12:04Z (12m)
        ? Nodes    unknown; 3 of 3 Ready (12m ago)
        ? Flux     unknown; v2.6.4, 2 of 2 objects healthy (12m ago)
        ? Images   unknown; 2 policies (12m ago)
        ? Others   unknown; 1 workload, 1 secret (12m ago)

        CRITICAL  the SSH tunnel to tethys is down
          since  04:12:07Z (12m)
          why    192.0.2.7:22 refuses connections
          next   ssh -v tethys true

        """)
  }

  @Test func tunnelIsBlocked() {
    let text = status(.blocked)
    #expect(text.contains("X Tunnel   blocked, down since 04:12:07Z (12m), 3 attempts, next in 3m\n"))
    #expect(text.contains("host_key_changed: tethys shows another host key than known_hosts has\n"))
    // Lines for copying are not wrapped.
    #expect(
      text.contains(
        "  next   compare with the console of tethys, then: ssh-keygen -R tethys && ssh tethys true\n"))
  }

  @Test func apiForbidsARequest() {
    let text = status(.forbidden, 200)
    #expect(
      text.contains(
        "X API      forbidden; last polled 04:12:04Z (12m)\n"
      ))
    #expect(text.contains("? Nodes    unknown; 3 of 3 Ready (12m ago)\n"))
  }

  /// The document contains old data for a list that was refused.
  @Test func unreadPartsAreUnknown() {
    let text = status(.unread, 200)
    for line in [
      "? Nodes    unknown; last seen: 3 of 3 Ready\n",
      "? Flux     v2.6.4, 1 of 2 objects healthy; 1 unknown\n",
      "? Images   2 policies; unknown: cert-manager, cloudflared; scan or update unknown: cert-manager\n",
      "? Others   1 workload unknown, 1 secret unknown\n",
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
    // The line of each object shows whether it is old.
    let flux = FluxPage.page(Scene.unread.status, view).text(for: view)
    #expect(flux.contains("True    last seen at 2026-03-01T04:20:04Z\n"))
    #expect(flux.contains("True    stored artifact"))
    #expect(flux.ranges(of: "CRITICAL").isEmpty && flux.contains("WARNING  Kustomization can't be read"))
  }

  @Test func unreadNodesAreUnknownAndNotZero() {
    var status = Scene.unread.status
    status.clusters[0].nodes = []
    func nodes() -> String? {
      StatusPage.page(status, terminal(80)).lines.map(\.text).first { $0.dropFirst().hasPrefix(" Nodes ") }
    }
    #expect(nodes() == "? Nodes    unknown")
    status.problems = []
    #expect(nodes() == "! Nodes    none seen")
  }

  @Test func partlyUnreadWorkloads() {
    var status = Scene.healthy.status
    status.clusters[0].workloads += status.clusters[0].workloads
    status.clusters[0].workloads[1].verdict = .unknown
    status.clusters[0].images.policies[1].behind = nil
    let text = StatusPage.page(status, terminal(nil)).text(for: terminal(nil))
    #expect(text.contains("? Others   1 of 2 workloads healthy (1 unknown), 1 of 1 secret present\n"))
    #expect(text.contains("+ Images   2 policies; unknown: cloudflared\n"))
  }

  @Test func missingNodeIsCounted() {
    func nodes(_ seen: [NodeReport]) -> String? {
      let missing = Problem(
        .node(.missing), id: "tethys/node/srv712695/missing", severity: .critical, cluster: "tethys",
        subject: "node srv712695", title: "node srv712695 is missing", detail: "", since: Scene.now,
        step: NextStep(command: "look"))
      let status = Scene.document(Scene.report(verdict: .critical, nodes: seen, problems: [missing]))
      return StatusPage.page(status, terminal(nil)).lines.map(\.text).first {
        $0.dropFirst().hasPrefix(" Nodes ")
      }
    }
    #expect(
      nodes(Array(Scene.nodes().prefix(2)))
        == "X Nodes    2 of 3 Ready: calypso, srv712429; missing: srv712695")
    #expect(
      nodes(Array(Scene.nodes(calypso: .critical).prefix(2)))
        == "X Nodes    1 of 3 Ready; calypso NotReady; missing: srv712695")
    #expect(nodes([]) == "X Nodes    0 of 1 Ready; missing: srv712695")
  }

  @Test func guardHasJustStarted() {
    #expect(
      status(.starting) == """
        tethys  UNKNOWN  starting
        ? Tunnel   connecting to tethys since 04:24:06Z (1s)
                   127.0.0.1:16443 -> localhost:6443
        ? API      waiting for the first poll

        """)
  }

  /// Each verdict has its own mark, with and without color.
  @Test func marksDifferWithoutColor() {
    for blocks in [false, true] {
      let view = terminal(80, blocks: blocks)
      let marks = [Verdict.healthy, .degraded, .critical, .unknown].map { view.mark($0).text }
      #expect(Set(marks).count == 4 && marks.allSatisfy { $0.displayWidth == 1 }, "\(marks)")
    }
  }

  /// A fleet with these verdicts. Critical clusters have no tunnel.
  private func fleet(_ verdicts: [Verdict]) throws -> StatusDocument {
    let down = Scene.backoff.status
    let problem = try #require(down.problems.first)
    var fleet = Scene.healthy.status
    let healthy = fleet.clusters[0]
    fleet.clusters = []
    for (index, verdict) in verdicts.enumerated() {
      var cluster = verdict == .critical ? down.clusters[0] : healthy
      cluster.name = "c\(index)"
      cluster.verdict = verdict
      fleet.clusters.append(cluster)
      guard verdict == .critical else { continue }
      var own = problem
      own.cluster = cluster.name
      own.id = "\(cluster.name)/tunnel"
      fleet.problems.append(own)
    }
    return fleet
  }

  @Test func severalClustersAreOneLineEachWorstFirst() throws {
    let status = try fleet([.healthy, .critical, .healthy, .unknown])
    let text = StatusPage.page(status, terminal(80)).text(for: terminal(80))
    #expect(
      text.hasPrefix(
        """
        4 clusters: 1 critical, 1 unknown, 2 healthy
        X c1  CRITICAL  the tunnel to tethys is down: connect_refused
        ? c3  UNKNOWN   3 nodes Ready, Flux v2.6.4, 2 image policies
        + 2 healthy: c0, c2

        CRITICAL  c1
        """), "\(text)")
  }

  /// Cause and next command are within the first 24 lines.
  @Test(arguments: [80, 200])
  func fleetWithOneCauseNamesItOnce(_ width: Int) throws {
    let status = try fleet(Array(repeating: .critical, count: 29) + Array(repeating: .healthy, count: 11))
    let lines = StatusPage.page(status, terminal(width)).lines.map(\.text)
    #expect(lines.first == "40 clusters: 29 critical, 11 healthy")
    // Clusters that are alike share a line.
    #expect(lines.count { $0.hasPrefix("X c") } == 1)
    #expect(
      lines.contains {
        $0.hasPrefix("X c0  CRITICAL  the tunnel to tethys is down: connect_refused; also 28 m")
      })
    #expect(lines.count { $0.hasPrefix("CRITICAL") } == 1)
    #expect(lines.contains { $0.hasPrefix("  also   in 28 more clusters: c1, c10") })
    #expect(lines.prefix(24).contains("  next   ssh -v tethys true"))
    #expect(lines.allSatisfy { $0.displayWidth <= width })
    let wide = StatusPage.page(status, terminal(width), isWide: true).lines.map(\.text)
    #expect(wide.count { $0.hasPrefix("X c") } == 29)
    #expect(wide.count { $0.hasPrefix("CRITICAL") } == 29)
  }

  /// Among critical clusters, those whose problem comes first are first; clusters with problems of their own are not
  /// merged.
  @Test func clustersWithCausesComeFirst() throws {
    var status = try fleet(Array(repeating: .critical, count: 12))
    for index in status.clusters.indices where index % 2 == 0 {
      let name = status.clusters[index].name
      status.problems.removeAll { $0.cluster == name }
      var problem = try #require(Scene.nodeDown.status.problems.first)
      problem.cluster = name
      status.problems.append(problem)
      status.clusters[index].summary = "node calypso is NotReady"
    }
    let lines = StatusPage.page(status, terminal(80)).lines.map(\.text)
    let rows = lines.filter { $0.hasPrefix("X c") }
    #expect(
      rows.map { $0.prefix(4) } == ["X c1", "X c0", "X c2", "X c4", "X c6", "X c8", "X c1"], "\(lines)")
    #expect(rows[0].contains("; also 5 more: c3"), "\(rows)")
    let wide = StatusPage.page(status, terminal(80), isWide: true).lines.map(\.text)
    #expect(wide.count { $0.hasPrefix("X c") } == 12)
  }

  /// The reason of a failed connection is said once, in the problem below.
  @Test(arguments: [60, 80, 120, 200], [Scene.backoff, .forbidden])
  func reasonIsShownOnce(_ width: Int, _ scene: Scene) throws {
    let lines = StatusPage.page(scene.status, terminal(width)).lines.map(\.text)
    let next = try #require(lines.firstIndex { $0.hasPrefix("  next ") }, "\(lines)")
    #expect(next < 24)
    let cluster = scene.status.clusters[0]
    let message = try #require(cluster.tunnel.lastError?.message ?? cluster.poll.error?.message)
    let start = String(message.prefix(20))
    #expect(lines.count { $0.contains(start) } == 1, "\(lines)")
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
  func controlCharactersFromTheClusterAreEscaped(_ color: Bool) {
    let view = terminal(80, color: color)
    for page in [
      StatusPage.page(Scene.hostile.status, view, isWide: true), NodesPage.page(Scene.hostile.status, view),
    ] {
      let text = page.text(for: view)
      // Each escape sequence is a color of ours.
      for part in text.split(separator: "\u{1B}").dropFirst() {
        #expect(part.prefixMatch(of: /\[[0-9;]+m/) != nil)
      }
      #expect(
        !text.unicodeScalars.contains { ($0.value < 32 && $0 != "\n" && $0 != "\u{1B}") || $0 == "\u{9B}" })
      #expect(!text.contains("\nfaked"))
    }
    #expect(!CheckLine.text(Scene.hostile.status, section: nil, now: Scene.now).contains("\u{1B}"))
  }
}
