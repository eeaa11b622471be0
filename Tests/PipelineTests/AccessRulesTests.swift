import GuardTypes
import Health
import Testing

@testable import Pipeline

private let now = Timestamp(seconds: 1_800_000_000)

/// The effect on the cluster of a source that refuses the guard, and of a name that matches nothing.
@Suite struct AccessRulesTests {
  private static let plan = PipelinePlan(
    repository: "o/r", branch: "main", isGitHubAsked: true, cloud: nil, stack: nil,
    source: Expectations.Name(namespace: "flux-system", name: "nope"), fluxFilter: PathFilter())

  private static func findings(
    _ failure: SourceFailure?, tokenExpires: Timestamp? = nil
  ) -> [Observation.Finding] {
    var knowledge = PipelineKnowledge()
    knowledge.sources = [
      .init(name: "github", failure: failure, seenAt: now, tokenExpires: tokenExpires, tokenPlace: "/t")
    ]
    return PipelineReport(knowledge, plan: plan, cluster: "c", view: nil, now: now).findings
  }

  @Test(arguments: SourceFailure.Kind.allCases)
  func sourceThatDoesNotAnswerIsNoProblem(_ kind: SourceFailure.Kind) {
    #expect(Self.findings(SourceFailure(kind, "GitHub refuses the token")).isEmpty)
  }

  @Test func expiredTokenIsOneProblem() {
    let refused = SourceFailure(.token, "GitHub refuses the token")
    let expired = Self.findings(refused, tokenExpires: now - .seconds(60))
    #expect(expired.map(\.code) == [.pipeline(.tokenExpiring)])
    #expect(expired.first?.detail.hasPrefix("it expired at ") == true)
    let valid = Self.findings(refused, tokenExpires: now + .seconds(86_400))
    #expect(valid.map(\.code) == [.pipeline(.tokenExpiring)])
    #expect(valid.last?.detail.hasPrefix("it expires at ") == true)
  }

  @Test(arguments: [
    (SourceFailure.Kind.token, "refused"), (.forbidden, "refused"), (.missing, "refused"),
    (.rejected, "refused"), (.limited, "limited"), (.unreachable, "unreachable"), (.unreadable, "unreadable"),
  ])
  func stateOfASource(_ kind: SourceFailure.Kind, _ state: String) {
    let source = PipelineKnowledge.Source(name: "x", failure: SourceFailure(kind, "x"), seenAt: now)
    #expect(source.state == state)
  }

  @Test func sourceOfFluxThatDoesNotExistIsNamed() throws {
    func findings(_ name: String, isFresh: Bool = true, unseen: Set<Problem.Kind> = []) -> [Observation
      .Finding]
    {
      let source = Judged(
        value: FluxObject(
          resource: Resource(kind: "GitRepository", namespace: "flux-system", name: name),
          revision: "main@sha1:\(CommitID(repeating: "a"))"), verdict: .healthy)
      let view = ClusterView(
        ClusterReport(name: "c", verdict: .healthy, summary: "", flux: [source], unseen: unseen),
        plan: Self.plan, isFresh: isFresh)
      return PipelineReport(PipelineKnowledge(), plan: Self.plan, cluster: "c", view: view, now: now).findings
    }
    let finding = try #require(findings("main").first)
    #expect(finding.id(in: "c") == "c/pipeline/name/flux.source")
    #expect(finding.detail == "the cluster has no GitRepository flux-system/nope")
    #expect(finding.facts["advice"]?.contains("flux-system/main") == true)
    #expect(findings("nop").first?.facts["advice"] == "did you mean flux-system/nop?")
    #expect(findings("nope").isEmpty)
    // Unread data proves nothing.
    #expect(findings("main", isFresh: false).isEmpty && findings("main", unseen: [.flux]).isEmpty)
  }

  @Test func factsThatAreHoursOldAreUnknown() {
    let plan = PipelinePlan(
      repository: "o/r", branch: "main", isGitHubAsked: true,
      cloud: .init(workflow: "a.yml", filter: PathFilter()), stack: nil, source: nil, fluxFilter: PathFilter()
    )
    func report(after hours: Int64) -> PipelineReport {
      let run = WorkflowRun(id: 1, number: 7, status: "completed", conclusion: "failure")
      var reading = Reading(
        CloudFacts(workflow: Workflow(state: "active"), runs: [run]), at: now - .seconds(hours * 3600))
      reading.record(.failure(SourceFailure(.unreachable, "no answer")), at: now)
      var knowledge = PipelineKnowledge()
      knowledge.cloud = reading
      return PipelineReport(knowledge, plan: plan, cluster: "c", view: nil, now: now)
    }
    #expect(report(after: 5).findings.count == 1 && report(after: 5).unseenSubjects.isEmpty)
    let old = report(after: 7)
    #expect(old.findings.isEmpty && old.unseenSubjects == ["workflow a.yml"])
    #expect(old.stages(nil, problems: []).map(\.summary) == ["no answer; last seen 7h ago"])
  }

  @Test func remarkAboutTheListIsInTheSummary() {
    let run = WorkflowRun(
      id: 1, number: 7, commit: CommitID(repeating: "a"), status: "completed", conclusion: "success")
    let judgment = CloudRules(
      CloudFacts(
        workflow: Workflow(state: "active"), runs: [run],
        head: Head(commit: CommitID(repeating: "b"), seenAt: now - .seconds(9000)),
        distance: Distance(behind: 1), remark: "the list is stale"),
      workflow: "a.yml", repository: "o/r", now: now
    ).judgment
    // A stale list does not show whether a run was started for the newest commit.
    #expect(judgment.state == .unknown && judgment.finding == nil)
    #expect(judgment.summary == "run 7 succeeded; the list is stale")
  }

  @Test func nextRunIsAnotherProblem() {
    func id(_ number: Int64) -> String? {
      let run = WorkflowRun(id: number, number: number, status: "completed", conclusion: "failure")
      return CloudRules(
        CloudFacts(workflow: Workflow(state: "active"), runs: [run]), workflow: "a.yml", repository: "o/r",
        now: now
      ).judgment.finding?.id(in: "c")
    }
    #expect(id(7) == "c/pipeline/workflow/a.yml/failed/7" && id(8) == "c/pipeline/workflow/a.yml/failed/8")
    func deployment(_ version: Int64) -> String? {
      StackRules(
        StackFacts(deployments: [Deployment(version: version, status: "failed", operation: "update")]),
        stack: "a/b/c", pool: nil, isSingleRun: false, isClusterFaulty: false, site: nil, now: now
      ).judgment.finding?.id(in: "c")
    }
    #expect(deployment(4) == "c/pipeline/stack/a/b/c/failed/4")
  }

  @Test(arguments: [("deleted", "restore its file"), ("disabled_manually", "enable it again")])
  func stepForAWorkflowThatStartsNoRuns(_ state: String, _ advice: String) throws {
    let finding = try #require(
      CloudRules(
        CloudFacts(workflow: Workflow(state: state), runs: []), workflow: "a.yml", repository: "o/r", now: now
      ).judgment.finding)
    let problem = Problem(finding.code, finding.facts, subject: finding.subject, since: now)
    #expect(problem.step.note?.hasPrefix(advice) == true)
  }
}
