import ArgumentParser
import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardTerminal

/// The page of `where`, and the goal of `wait --for commit=SHA`.
@Suite struct WherePageTests {
  private func text(_ places: [WhereDocument], _ width: Int?) -> String {
    let terminal = Terminal(width: width, hasColor: false, now: Scene.now)
    return WherePage.page(places, terminal).text(for: terminal)
  }

  @Test func aStuckStageHasItsReasonAndNextStep() {
    #expect(
      text([PipelineScene.place()], 80) == """
        2b8f06c1 Fix the gateway (ada, 12m ago)

        STAGE                            STATE        RUNS       SINCE
        cloud                            stuck        8f3c1a2b   12m
            run 42 failed: deploy, step "pulumi up"
        cluster                          on its way   8f3c1a2b   -
            deployment 17 runs
        source/flux-system/flux-system   has it       2b8f06c1   -
            stored
        kustomization/flux-system/apps   unaffected   8f3c1a2b   -
            the commit touches none of its paths

        STUCK  cloud
          since  04:12:07Z (12m)
          why    run 42 failed: deploy, step "pulumi up"
          next   gh run view 9000000042 --log-failed -R oceanid/cluster
          note   Run it again when its cause is gone.
          link   https://github.com/oceanid/cluster/actions/runs/9000000042

        """)
  }

  @Test(arguments: [60, 80, 120, 200])
  func linesFitExceptThoseForCopying(_ width: Int) {
    for line in text([PipelineScene.place()], width).split(separator: "\n")
    where !line.hasPrefix("  link") && !line.hasPrefix("  next") {
      #expect(String(line).displayWidth <= width, "\(line)")
    }
  }

  @Test func severalClustersAreNamed() {
    var other = PipelineScene.place(stages: [PipelineScene.has])
    other.cluster = "thetis"
    let page = text([PipelineScene.place(), other], 80)
    #expect(page.hasPrefix("tethys\n") && page.contains("\nthetis\n"))
  }

  @Test(arguments: [
    ([PipelineScene.has, PipelineScene.unaffected], Verdict.healthy),
    ([PipelineScene.has, PipelineScene.underway], .degraded),
    ([PipelineScene.has, PipelineScene.underway, PipelineScene.stuck], .critical),
    ([], .unknown),
  ])
  func theVerdictIsTheWorstStage(_ stages: [WhereDocument.Stage], verdict: Verdict) {
    #expect(PipelineScene.place(stages: stages).verdict == verdict)
  }

  @Test func aCommitOfAnotherBranchIsStuckEverywhere() {
    let place = PipelineScene.place(stages: [PipelineScene.unaffected], onBranch: false)
    #expect(place.verdict == .critical)
    #expect(text([place], 120).contains("It is not an ancestor of the branch's newest commit: "))
    let runs = PipelineScene.place(stages: [PipelineScene.has], onBranch: false)
    #expect(runs.verdict == .healthy)
  }

  // MARK: - wait

  private func goal(_ stages: String...) throws -> StageGoal {
    StageGoal(commit: try #require(CommitPrefix(PipelineScene.head)), stages: stages)
  }

  @Test func aStuckStageEndsTheWait() throws {
    let obstacle = try #require(try goal().obstacle(in: [PipelineScene.place()]))
    #expect(obstacle.reason == #"cloud: run 42 failed: deploy, step "pulumi up""#)
    #expect(obstacle.step?.command == "gh run view 9000000042 --log-failed -R oceanid/cluster")
    var bare = PipelineScene.stuck
    (bare.command, bare.note) = (nil, nil)
    let other = try #require(try goal().obstacle(in: [PipelineScene.place(stages: [bare])]))
    #expect(other.step?.command == "oceanid-ctl pipeline")
  }

  @Test func aStageOnItsWayDelaysTheWait() throws {
    let obstacle = try #require(try goal("cluster").obstacle(in: [PipelineScene.place()]))
    #expect(obstacle == Obstacle(reason: "cluster: deployment 17 runs"))
    #expect(try goal().obstacle(in: [PipelineScene.place(stages: [])]) != nil)
  }

  @Test func theGoalIsReachedIfTheNamedStagesHaveIt() throws {
    let place = PipelineScene.place()
    #expect(try goal("source/flux-system/flux-system").obstacle(in: [place]) == nil)
    #expect(try goal("kustomization/flux-system/apps").obstacle(in: [place]) == nil)
    let done = PipelineScene.place(stages: [PipelineScene.has, PipelineScene.unaffected])
    #expect(try goal().obstacle(in: [done]) == nil)
  }

  @Test func aCommitOfAnotherBranchEndsTheWait() throws {
    let place = PipelineScene.place(stages: [PipelineScene.underway], onBranch: false)
    #expect(try goal().obstacle(in: [place])?.step?.command == "oceanid-ctl where \(PipelineScene.head)")
  }

  @Test func anUnknownStageIsAMistake() throws {
    let goal = try goal("clowd")
    #expect(throws: NoSuchStage.self) { try goal.obstacle(in: [PipelineScene.place()]) }
    #expect(
      "\(NoSuchStage(id: "clowd", known: ["cloud", "cluster"]))"
        == "the pipeline has no stage clowd; did you mean cloud?")
  }

  @Test func goalsAreParsed() throws {
    #expect(WaitTarget(argument: "api") == .state(.api))
    #expect(
      try WaitTarget(argument: "commit=8F3C1A2B") == .commit(#require(CommitPrefix("8f3c1a2b"))))
    for wrong in ["commit=", "commit=8f3c", "commit=main", "nothing", "commit=\(PipelineScene.head)0"] {
      #expect(WaitTarget(argument: wrong) == nil, "\(wrong)")
    }
    #expect(throws: (any Error).self) { try WaitCommand.parse(["--for", "api", "--stage", "cloud"]) }
    #expect(try WaitCommand.parse(["--for", "commit=8f3c1a2b", "--stage", "cloud"]).stage == ["cloud"])
  }
}
