import GuardTypes
import Health
import Testing

@testable import Pipeline

/// The stages in the cluster, from what it runs and from the newest commit.
@Suite struct FluxStagesTests {
  private static let now = Timestamp(seconds: 1_700_000_000)
  private static let plan = PipelinePlan(
    repository: "o/r", branch: "main", isGitHubAsked: true, cloud: nil, stack: nil, source: nil,
    fluxFilter: PathFilter())
  private static let old = CommitID(repeating: "a")
  private static let new = CommitID(repeating: "b")

  private static func source(
    at commit: CommitID? = old, branch: String? = "main", pinned: String? = nil, isSuspended: Bool = false,
    _ status: ObjectStatus = .current, _ verdict: Verdict = .healthy, reason: String = ""
  ) -> Judged<FluxObject> {
    Judged(
      value: FluxObject(
        resource: Resource(kind: "GitRepository", namespace: "flux-system", name: "main"),
        isSuspended: isSuspended,
        revision: commit.map { "main@sha1:\($0)" },
        git: .init(url: "ssh://git@github.com/O/R.git", branch: branch, pinned: pinned)),
      verdict: verdict, status: status, reason: reason)
  }

  private static func kustomization(_ name: String, at commit: CommitID = old, path: String?) -> Judged<
    FluxObject
  > {
    Judged(
      value: FluxObject(
        resource: Resource(kind: "Kustomization", namespace: "flux-system", name: name),
        revision: "main@sha1:\(commit)",
        source: Reference(kind: "GitRepository", namespace: "flux-system", name: "main"), path: path),
      verdict: .healthy)
  }

  private static func knowledge(
    head: CommitID? = new, _ comparison: Comparison?? = nil, failure: SourceFailure? = nil
  ) -> PipelineKnowledge {
    var knowledge = PipelineKnowledge()
    var reading = Reading<Head>()
    if let head { reading.record(.success(Head(commit: head, seenAt: now)), at: now) }
    if let failure { reading.record(.failure(failure), at: now) }
    knowledge.heads["main"] = reading
    if let comparison { knowledge.comparisons[.init(base: old, head: new)] = comparison }
    return knowledge
  }

  private static func ahead(_ files: [String]) -> Comparison {
    Comparison(relation: .ahead, ahead: 1, commits: [Commit(id: new, files: nil)], files: files)
  }

  private static func stages(
    _ flux: [Judged<FluxObject>], _ knowledge: PipelineKnowledge, problems: [Problem] = [],
    isFresh: Bool = true
  ) -> [Stage] {
    let view = ClusterView(
      ClusterReport(name: "tethys", verdict: .healthy, summary: "", flux: flux), plan: plan, isFresh: isFresh)
    return PipelineReport(knowledge, plan: plan, cluster: "tethys", view: view, now: now)
      .stages(view, problems: problems)
  }

  private static func state(
    _ source: Judged<FluxObject>, _ knowledge: PipelineKnowledge, problems: [Problem] = [],
    isFresh: Bool = true
  ) throws -> Stage {
    try #require(stages([source], knowledge, problems: problems, isFresh: isFresh).first)
  }

  @Test func distanceDecidesTheState() throws {
    #expect(try Self.state(Self.source(at: Self.new), Self.knowledge()).state == .current)
    let behind = try Self.state(Self.source(), Self.knowledge(Self.ahead(["a.yaml"])))
    #expect(behind.state == .behind && behind.summary == "ready, 1 commit behind")
    #expect(try Self.state(Self.source(), Self.knowledge()).state == .behind, "not compared yet")
    let diverged = try Self.state(Self.source(), Self.knowledge(.some(nil)))
    #expect(diverged.state == .diverged && diverged.summary == "ready, not on the branch any more")
    let running = try Self.state(Self.source(.inProgress), Self.knowledge(Self.ahead(["a.yaml"])))
    #expect(running.state == .running)
    #expect(try Self.state(Self.source(at: Self.new, .inProgress), Self.knowledge()).state == .current)
  }

  @Test func whatTheClusterSaysComesFirst() throws {
    let suspended = try Self.state(Self.source(isSuspended: true), Self.knowledge(Self.ahead(["a.yaml"])))
    #expect(suspended.state == .stopped && suspended.summary == "suspended, 1 commit behind")
    let failed = try Self.state(
      Self.source(.failed, .critical, reason: "GitOperationFailed"), Self.knowledge(Self.ahead(["a.yaml"])))
    #expect(failed.state == .failed && failed.summary == "failing (GitOperationFailed), 1 commit behind")
  }

  @Test func problemOfTheObjectIsTheStages() throws {
    let problem = Problem(
      .fluxObject(.failed), id: "tethys/flux/gitrepository/flux-system/main/not-ready", severity: .critical,
      cluster: "tethys", subject: "gitrepository flux-system/main", title: "it fails", detail: "",
      since: Self.now, step: NextStep())
    let other = Problem(
      .fluxObject(.failed), id: "tethys/flux/gitrepository/flux-system/mainly/not-ready", severity: .critical,
      cluster: "tethys", subject: "gitrepository flux-system/mainly", title: "another", detail: "",
      since: Self.now, step: NextStep())
    let stage = try Self.state(
      Self.source(at: Self.new, .failed, .critical), Self.knowledge(), problems: [other, problem])
    #expect(stage.problem == problem.id && stage.verdict == .critical && stage.summary == "it fails")
  }

  @Test func whatIsNotKnownIsUnknown() throws {
    let failure = SourceFailure(.unreachable, "GitHub answers HTTP 502")
    let unseen = try Self.state(Self.source(), Self.knowledge(Self.ahead(["a.yaml"]), failure: failure))
    #expect(unseen.state == .unknown && unseen.verdict == .unknown)
    #expect(unseen.summary == "ready; GitHub answers HTTP 502, 1 commit behind")
    #expect(try Self.state(Self.source(), Self.knowledge(head: nil)).state == .unknown)
    #expect(try Self.state(Self.source(at: nil), Self.knowledge()).state == .unknown)
    let stale = try Self.state(Self.source(at: Self.new), Self.knowledge(), isFresh: false)
    #expect(stale.state == .unknown && stale.verdict == .unknown)
    #expect(stale.isUnseen && stale.commit != nil && !unseen.isUnseen)
    #expect(stale.summary.hasPrefix("the cluster can't be seen; last seen: "))
  }

  /// A tag is not followed by a branch, so no commit is newer.
  @Test func pinnedSourceHasNoDistance() throws {
    let stage = try Self.state(Self.source(branch: nil, pinned: "tag v1.2"), Self.knowledge())
    #expect(stage.state == .current && stage.distance == nil && stage.summary == "follows tag v1.2")
  }

  @Test(arguments: [
    ("./apps" as String?, ["infrastructure/a.yaml"], StageState.current, "ready, +1 elsewhere"),
    ("./apps/", ["apps/a.yaml"], .behind, "ready, 1 commit behind"),
    ("apps", ["apps-2/a.yaml"], .current, "ready, +1 elsewhere"),
    ("./", ["README.md"], .behind, "ready, 1 commit behind"), (nil, ["x"], .behind, "ready, 1 commit behind"),
  ])
  func folderOfAKustomizationIsItsFilter(
    _ path: String?, _ files: [String], _ state: StageState, _ words: String
  ) throws {
    let stages = Self.stages(
      [Self.source(), Self.kustomization("apps", path: path)], Self.knowledge(Self.ahead(files)))
    let stage = try #require(stages.last)
    #expect(stage.id == "kustomization/flux-system/apps")
    #expect(stage.state == state && stage.summary == words)
  }

  /// Otherwise a commit would be everywhere as soon as the other stages have it.
  @Test func expectedFluxIsUnknownUntilItIsRead() throws {
    func stages(
      _ source: Expectations.Name? = nil, isExpected: Bool = true, isFresh: Bool = false,
      unseen: Set<Problem.Kind> = []
    ) -> [Stage] {
      let plan = PipelinePlan(
        repository: "o/r", branch: "main", isGitHubAsked: true, cloud: nil, stack: nil, source: source,
        fluxFilter: PathFilter(), isFluxExpected: isExpected)
      let view = ClusterView(
        ClusterReport(name: "tethys", verdict: .unknown, summary: "", unseen: unseen), plan: plan,
        isFresh: isFresh)
      return PipelineReport(Self.knowledge(), plan: plan, cluster: "tethys", view: view, now: Self.now)
        .stages(view, problems: [])
    }
    let stage = try #require(stages(.init(namespace: "flux-system", name: "main")).first)
    #expect(stage.id == "source/flux-system/main" && stage.isUnseen)
    #expect(stage.state == .unknown && stage.verdict == .unknown)
    #expect(stages().map(\.id) == ["source"])
    #expect(stages(isFresh: true, unseen: [.flux]).map(\.summary) == ["Flux can't be seen"])
    #expect(stages(isExpected: false).isEmpty && stages(isFresh: true).isEmpty)
  }

  @Test func sourceOfAnotherRepositoryIsNoStage() {
    let other = Judged(
      value: FluxObject(
        resource: Resource(kind: "GitRepository", namespace: "flux-system", name: "other"),
        revision: "main@sha1:\(Self.old)", git: .init(url: "https://github.com/o/rr", branch: "main")),
      verdict: Verdict.healthy)
    #expect(Self.stages([other], Self.knowledge()).isEmpty)
  }
}
