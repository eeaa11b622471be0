import FoundationEssentials
import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal

@Suite struct SectionTests {
  @Test(arguments: [
    (Scene.healthy, [Verdict.healthy, .healthy, .healthy, .healthy, .unknown]),
    (.nodeDown, [.healthy, .critical, .healthy, .degraded, .unknown]),
    (.backoff, [.critical, .unknown, .unknown, .unknown, .unknown]),
    (.blocked, [.critical, .unknown, .unknown, .unknown, .unknown]),
    (.forbidden, [.healthy, .unknown, .unknown, .unknown, .unknown]),
    (.unread, [.healthy, .unknown, .unknown, .unknown, .unknown]),
    (.starting, [.unknown, .unknown, .unknown, .unknown, .unknown]),
    (.noCluster, [.unknown, .unknown, .unknown, .unknown, .unknown]),
  ])
  func verdictOfEachSection(_ scene: Scene, _ verdicts: [Verdict]) {
    #expect(Section.allCases == [.tunnel, .nodes, .flux, .images, .pipeline])
    #expect(Section.allCases.map { $0.verdict(of: scene.status) } == verdicts)
  }

  @Test func failedPartOfAPoll() {
    let parts: [(String, Problem.Kind)] = [("nodes", .node), ("flux", .flux), ("image policies", .image)]
    let failures = parts.map { part, kind in
      Problem(
        .api(.partUnreadable), id: "tethys/api/\(part)/forbidden", severity: .warning, cluster: "tethys",
        subject: part,
        title: "\(part) can't be read", detail: "403", since: Scene.now, step: NextStep(command: "ask"),
        hides: [kind])
    }
    let status = Scene.document(Scene.report(verdict: .degraded, problems: failures))
    #expect(
      Section.allCases.map { $0.verdict(of: status) } == [
        .healthy, .degraded, .degraded, .degraded, .unknown,
      ])
  }

  @Test func onlyTheTunnelIsKnownAfterSeveralFailedParts() {
    let slow = Problem(
      .api(.partsUnreadable), id: "tethys/api/parts/timeout", severity: .warning, cluster: "tethys",
      subject: "API of tethys",
      title: "4 parts of the cluster can't be read", detail: "", since: Scene.now,
      step: NextStep(command: "ask"), hides: [.node, .flux, .image])
    let status = Scene.document(Scene.report(verdict: .degraded, problems: [slow]))
    #expect(
      Section.allCases.map { $0.verdict(of: status) } == [
        .healthy, .degraded, .degraded, .degraded, .unknown,
      ])
  }

  @Test func busyPortIsCritical() {
    var status = Scene.healthy.status
    status.clusters[0].tunnel.forwards[0].state = .portBusy
    #expect(Section.tunnel.verdict(of: status) == .critical)
  }

  @Test func goals() {
    #expect(Goal.allCases.map { $0.isReached(by: Scene.healthy.status) } == [true, true, true])
    #expect(Goal.allCases.map { $0.isReached(by: Scene.nodeDown.status) } == [false, true, true])
    #expect(Goal.allCases.map { $0.isReached(by: Scene.forbidden.status) } == [false, true, false])
    #expect(Goal.allCases.map { $0.isReached(by: Scene.backoff.status) } == [false, false, false])
    #expect(Goal.allCases.map { $0.isReached(by: Scene.noCluster.status) } == [false, false, false])
  }

  @Test func choosesOneCluster() {
    #expect(Scene.healthy.status.only("tethys")?.clusters.count == 1)
    #expect(Scene.healthy.status.only("thetis") == nil)
  }

  @Test func checkIsOneLineWithPerformanceData() {
    #expect(
      CheckLine.text(Scene.healthy.status, section: .nodes, now: Scene.now)
        == "OCEANID NODES OK - tethys: 3 of 3 nodes Ready | age=3.0s;;;0 nodes_ready=3;;;0;3\n")
    // The state before the outage is not the current one.
    #expect(
      CheckLine.text(Scene.backoff.status, section: .nodes, now: Scene.now).contains(
        " | age=723.0s;;;0 nodes_ready=U;;;0;3\n"))
    let everything = CheckLine.text(Scene.forbidden.status, section: nil, now: Scene.now)
    for figure in ["nodes_ready=U;;;0;3", "flux_healthy=U;;;0;2", "images_behind=U;;;0;2"] {
      #expect(everything.contains(figure))
    }
    #expect(
      CheckLine.text(Scene.backoff.status, section: .tunnel, now: Scene.now) == """
        OCEANID TUNNEL CRITICAL - the SSH tunnel to tethys is down for 12m | reconnects=3c connections=2;;;0
        critical: the SSH tunnel to tethys is down for 12m; next: ssh -v tethys true

        """)
    #expect(
      CheckLine.text(Scene.nodeDown.status, section: nil, now: Scene.now).hasPrefix(
        "OCEANID CRITICAL - node calypso is not ready for 12m (1 critical, 1 warning) | rtt=41.2ms;;;0 "))
  }

  /// Operators copy the rest of the line after `next:` into any shell.
  @Test func aCheckEndsWithACommandThatCanBePasted() throws {
    var status = Scene.backoff.status
    var problem = try #require(status.problems.first)
    func last(_ command: String?, _ note: String?) throws -> String {
      (problem.command, problem.note) = (command, note)
      problem.remedy = NextStep(command: command, note: note).remedy
      status.problems = [problem]
      let text = CheckLine.text(status, section: nil, now: Scene.now)
      return String(try #require(text.split(separator: "\n").last?.split(separator: "for 12m; ").last))
    }
    let note = "on the node: systemctl status k3s k3s-agent"
    #expect(
      try last("kubectl describe node calypso", note) == "note: \(note); next: kubectl describe node calypso")
    #expect(try last(nil, note) == "next: \(note)")
    #expect(try last("kubectl get nodes", nil) == "next: kubectl get nodes")
    // The character begins performance data, and a command without it would be another one.
    #expect(try last("ss -ltn | grep 16443", "a | b") == "note: a / b; next: oceanid-ctl status")
    for scene in Scene.allCases {
      #expect(!CheckLine.text(scene.status, section: nil, now: Scene.now).contains("  # "))
    }
  }

  @Test func aTitleThatNamesItsSubjectStandsAlone() throws {
    var problem = try #require(Scene.backoff.status.problems.first)
    (problem.subject, problem.title) = ("tunnel tethys", "SSH tunnel to tethys is down")
    #expect(ProblemLines.headline(problem, namesCluster: false) == "SSH tunnel to tethys is down")
    problem.kind = "pipeline"
    (problem.subject, problem.title) = ("workflow deploy.yaml", "run 4 of deploy.yaml failed")
    #expect(ProblemLines.headline(problem, namesCluster: false) == "run 4 of deploy.yaml failed")
    (problem.subject, problem.title) = ("stack a/b/c", "no agent in x: deployment 4 waits")
    #expect(ProblemLines.headline(problem, namesCluster: false).hasPrefix("stack a/b/c: no agent"))
    problem.title = "SSH tunnel to tethys is down"
    problem.subject = "tunnel other"
    #expect(ProblemLines.headline(problem, namesCluster: false).hasPrefix("tunnel other: "))
  }

  /// An older daemon does not report the kind of a problem. The problem is shown in the status, but in no section.
  @Test func aProblemOfNoKnownKindIsInNoSection() throws {
    var status = Scene.nodeDown.status
    for index in status.problems.indices {
      (status.problems[index].kind, status.problems[index].hides) = ("", [])
    }
    let cluster = try #require(status.clusters.first)
    #expect(Section.allCases.allSatisfy { $0.problems(of: cluster, among: status.problems).isEmpty })
    #expect(CheckLine.text(status, section: nil, now: Scene.now).contains("node calypso is not ready"))
  }

  @Test func unknownFigureIsU() {
    let text = CheckLine.text(Scene.unread.status, section: nil, now: Scene.now)
    for figure in ["nodes_ready=U;;;0;3", "flux_healthy=U;;;0;2", "images_behind=U;;;0;2"] {
      #expect(text.contains(figure), "\(figure)")
    }
    // The running images are unknown, so neither "current" nor "behind" may be shown.
    var status = Scene.healthy.status
    status.clusters[0].images.policies[0].behind = nil
    #expect(
      CheckLine.text(status, section: .images, now: Scene.now)
        == "OCEANID IMAGES OK - tethys: 1 of 2 policies up to date, 1 unknown | age=3.0s;;;0 images_behind=U;;;0;2\n"
    )
    status.clusters[0].images.policies[1].behind = nil
    #expect(
      CheckLine.text(status, section: .images, now: Scene.now).contains(
        " - tethys: unknown whether 2 policies are up to date | "))
  }

  @Test func missingNodeIsCounted() {
    let missing = Problem(
      .node(.missing), id: "tethys/node/srv712695/missing", severity: .critical, cluster: "tethys",
      subject: "node srv712695",
      title: "node srv712695 is missing", detail: "", since: Scene.now, step: NextStep(command: "look"))
    let status = Scene.document(
      Scene.report(verdict: .critical, nodes: Array(Scene.nodes().prefix(2)), problems: [missing]))
    #expect(CheckLine.text(status, section: .nodes, now: Scene.now).contains("nodes_ready=2;;;0;3\n"))
    #expect(status.clusters[0].missingNodes(among: status.problems) == ["srv712695"])
  }

  @Test func jsonIsTheDocumentItself() throws {
    let text = """
      {"schema":"oceanid.status/1","novelty":{"x":[1,2.5,null,true,"a/b"]},"clusters":[
        {"name":"tethys","verdict":"healthy","nodes":[{"name":"n","color":"blue"}],"flux":{}},
        {"name":"thetis","nodes":[]}],"problems":[{"cluster":"thetis"},{"cluster":"tethys"}]}
      """
    let bytes = Data(text.utf8)
    let document = try JSONDecoder().decode(JSONValue.self, from: bytes)
    func pretty(_ cluster: String?, _ section: Section?) throws -> JSONValue {
      let text = try DocumentText.reduced(bytes, cluster, section).pretty
      return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
    #expect(try pretty(nil, nil) == document)
    let one = try pretty("tethys", .nodes)
    #expect(one["novelty"] == document["novelty"])
    #expect(one["problems"] == .array([.object(["cluster": .string("tethys")])]))
    #expect(
      one["clusters"]
        == .array([
          .object([
            "name": .string("tethys"), "verdict": .string("healthy"),
            "nodes": .array([.object(["name": .string("n"), "color": .string("blue")])]),
          ])
        ]))
  }

  @Test func jsonIsIndented() {
    let value = JSONValue.object([
      "b": .array([]), "a": .array([.integer(1), .number(2.5), .null]), "c": .object([:]),
      "d": .string("\"\u{1B}[2J\n日本\\"),
    ])
    #expect(
      value.pretty == """
        {
          "a": [
            1,
            2.5,
            null
          ],
          "b": [],
          "c": {},
          "d": "\\"\\u001b[2J\\n日本\\\\"
        }

        """)
  }
}
