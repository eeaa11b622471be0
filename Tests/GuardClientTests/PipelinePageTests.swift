import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardTerminal
@testable import GuardWeb

/// The page of `pipeline`, its line in `status`, and its parts of `check` and `web`.
@Suite struct PipelinePageTests {
  private func terminal(_ width: Int?) -> Terminal {
    Terminal(width: width, hasColor: false, now: Scene.now)
  }

  private func text(
    _ width: Int?, _ status: StatusDocument = PipelineScene.status(), isWide: Bool = false
  ) -> String {
    PipelinePage.page(status, terminal(width), isWide: isWide).text(for: terminal(width))
  }

  @Test func theWholePage() {
    #expect(
      text(nil) == """
        oceanid/cluster main: 2b8f06c1, seen 12m ago

        STAGE                            STATE     COMMIT     BEHIND   ELSEWHERE   AUTOMATION   SINCE   MESSAGE
        cloud                            failed    8f3c1a2b   2        3           1            12m     run 42 failed: deploy, step "pulumi up"
        cluster                          waiting   8f3c1a2b   1        4           1            4m      deployment 17 waits: no agent in oceanid-cluster
        source/flux-system/flux-system   current   2b8f06c1   0        0           0            24m     stored
        kustomization/flux-system/apps   current   8f3c1a2b   0        5           1            24h     applied

        POLICY                     MARKER      VALUE                                              FILE
        flux-system:cert-manager   good        quay.io/jetstack/cert-manager-controller:v1.18.2   clusters/tethys/infrastructure.yaml:14
        flux-system:cloudflared    no-marker   -                                                  <none>

        SOURCE   STATE     SEEN      TOKEN           MESSAGE
        github   ok        30s ago   expires in 2d
        pulumi   refused   60m ago   -               401: the token is not valid; no requests until 05:24:07Z

        link  cloud    https://github.com/oceanid/cluster/actions/runs/9000000042
        link  cluster  https://app.pulumi.com/oceanid/cluster/prod/deployments/17

        """)
  }

  @Test func onANarrowTerminalTheDistanceStays() {
    #expect(
      text(60).hasPrefix(
        """
        oceanid/cluster main: 2b8f06c1, seen 12m ago

        STAGE                            STATE     COMMIT     BEHIND
        cloud                            failed    8f3c1a2b   2
            run 42 failed: deploy, step "pulumi up"
        cluster                          waiting   8f3c1a2b   1
            deployment 17 waits: no agent in oceanid-cluster
        source/flux-system/flux-system   current   2b8f06c1   0
            stored
        kustomization/flux-system/apps   current   8f3c1a2b   0
            applied

        POLICY                    MARKER     FILE
        flux-system:cert-manager  good       …infrastructure.yaml:14
        flux-system:cloudflared   no-marker  <none>

        """))
    #expect(text(80).contains("BEHIND   ELSEWHERE   SINCE\n"))
    #expect(text(200).contains("AUTOMATION   SINCE   MESSAGE\n"))
  }

  @Test(arguments: [60, 80, 120, 200])
  func linesFitExceptLinks(_ width: Int) {
    for line in text(width).split(separator: "\n") where !line.hasPrefix("link") {
      #expect(String(line).displayWidth <= width, "\(line)")
    }
    for id in PipelineScene.stages().map(\.id) { #expect(text(width).contains(id)) }
  }

  @Test func wideHasTheLinksOfCurrentStages() {
    #expect(!text(80).contains("https://example.com/apps"))
    #expect(
      text(80, isWide: true).contains("link  kustomization/flux-system/apps  https://example.com/apps\n"))
  }

  @Test func aClusterWithoutAPipelineSaysSo() {
    #expect(text(80, Scene.healthy.status) == "No pipeline is configured.\n")
    #expect(Section.pipeline.verdict(of: Scene.healthy.status) == .unknown)
  }

  @Test func theVerdictIsThatOfTheClustersWithAPipeline() {
    #expect(Section.pipeline.verdict(of: PipelineScene.status()) == .critical)
    var two = PipelineScene.status(PipelineScene.pipeline(verdict: .healthy))
    two.clusters.append(Scene.healthy.status.clusters[0])
    #expect(Section.pipeline.verdict(of: two) == .healthy)
    // GitHub and Pulumi answer although the cluster does not.
    two.clusters[0].poll = Scene.poll(.tunnelDown, "the tunnel is down")
    #expect(Section.pipeline.verdict(of: two) == .healthy)
    var problem = Scene.nodeDown.status.problems[0]
    (problem.kind, problem.severity) = ("pipeline", .warning)
    two.problems = [problem]
    #expect(Section.pipeline.verdict(of: two) == .degraded)
  }

  @Test func theStatusHasOneLineIfConfigured() {
    func lines(_ status: StatusDocument) -> [String] {
      StatusPage.page(status, terminal(120)).lines.map(\.text).filter { $0.contains("Pipeline") }
    }
    #expect(lines(Scene.healthy.status).isEmpty)
    #expect(
      lines(PipelineScene.status()) == [
        "X Pipeline main 2b8f06c1, 2 of 4 stages current; failed: cloud; waiting: cluster; the token for github expires in 2d;"
      ])
    let good = PipelineScene.stages().filter { $0.state == .current }
    var pipeline = PipelineScene.pipeline(verdict: .healthy, stages: good)
    (pipeline.markers, pipeline.sources) = ([], [])
    #expect(lines(PipelineScene.status(pipeline)) == ["+ Pipeline main 2b8f06c1, 2 of 2 stages current"])
  }

  @Test func aLineNamesEachStateOnceAndCutsLongLists() {
    var stages = PipelineScene.stages()
    for index in stages.indices { stages[index].state = .stopped }
    let words = PipelineWords.summary(PipelineScene.pipeline(stages: stages), Scene.now)
    #expect(words.contains("; stopped: cloud, cluster and 2 more; "))
    #expect(words.hasSuffix("; pulumi refused; 1 of 2 image markers wrong"))
    // A change on its way is not a fault.
    var pipeline = PipelineScene.pipeline(stages: stages)
    for state in ["pending", "review", "rollout"] {
      pipeline.markers[1].state = state
      #expect(PipelineWords.summary(pipeline, Scene.now).hasSuffix("; pulumi refused"), "\(state)")
    }
    let empty = PipelineDocument(repository: nil, branch: nil, verdict: .unknown)
    #expect(PipelineWords.summary(empty, Scene.now) == "waiting for the first answers")
  }

  @Test func anExpiredTokenHasExpired() {
    #expect(PipelineWords.expiry(at("2026-03-01T03:24:07Z"), Scene.now) == "expired 60m ago")
    var pipeline = PipelineScene.pipeline()
    pipeline.sources = [
      PipelineDocument.Source(name: "github", state: "ok", tokenExpires: at("2026-06-01T00:00:00Z"))
    ]
    #expect(!PipelineWords.summary(pipeline, Scene.now).contains("token"))
  }

  @Test func checkCountsTheStages() {
    let line = CheckLine.text(PipelineScene.status(), section: .pipeline, now: Scene.now)
    #expect(line.hasPrefix("OCEANID PIPELINE CRITICAL - tethys: main 2b8f06c1, 2 of 4 stages current; "))
    #expect(
      line.hasSuffix(" / stages_not_current=2;;;0;4\n") || line.hasSuffix(" | stages_not_current=2;;;0;4\n"))
    #expect(
      CheckLine.text(Scene.healthy.status, section: .pipeline, now: Scene.now)
        == "OCEANID PIPELINE UNKNOWN - no pipeline is configured\n")
    #expect(!CheckLine.text(Scene.healthy.status, section: nil, now: Scene.now).contains("stages"))
  }

  @Test func namesAreThoseOfStages() {
    #expect(
      DocumentText.names(PipelineScene.status(), .pipeline) == """
        stage/cloud
        stage/cluster
        stage/source/flux-system/flux-system
        stage/kustomization/flux-system/apps

        """)
  }

  @Test func theWebPageHasTheTables() throws {
    let titles = ["Pipeline stages", "Image markers", "Pipeline sources"]
    let shown = WebContent.page(PipelineScene.status()).clusters[0].tables.map(\.title)
    #expect(Array(shown.suffix(3)) == titles)
    #expect(
      WebContent.page(Scene.healthy.status).clusters[0].tables.allSatisfy { !titles.contains($0.title) })
  }

  @Test func textFromOutsideCannotControlTheTerminal() {
    var stages = PipelineScene.stages()
    stages[0].id = "cloud\u{1B}[2J"
    stages[0].summary = "evil\u{1B}]0;owned\u{07}\nfaked line"
    stages[0].url = "https://example.com/\u{1B}[8m"
    let page = text(80, PipelineScene.status(PipelineScene.pipeline(stages: stages)))
    #expect(page.unicodeScalars.allSatisfy { $0 == "\n" || !$0.properties.generalCategory.isControl })
    #expect(!page.contains("\nfaked line"))
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isControl: Bool { self == .control || self == .format }
}
