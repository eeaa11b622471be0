import GuardTypes
import Testing

@testable import Health

/// Kinds of Flux whose objects are all gone, although the kind is served.
@Suite struct EmptiedKindTests {
  private static let wanted = Expectations(fluxVersion: "v2.6.4")

  private static let controllers = ["source-controller", "kustomize-controller"].map { name in
    Workload(
      resource: Resource(kind: "Deployment", namespace: "flux-system", name: name), desired: 1, ready: 1,
      available: 1, updated: 1, partOf: "flux", version: "v2.6.4")
  }

  private static func alerts(_ count: Int) -> [FluxObject] {
    (0..<count).map { FluxObject(resource: Fixture.resource("Alert", "alert-\($0)"), isStatic: true) }
  }

  private static func snapshot(
    _ objects: [FluxObject], absent: Set<String> = [], isReady: Bool? = true,
    _ change: (inout Snapshot) -> Void = { _ in }
  ) -> Snapshot {
    Fixture.snapshot { snapshot in
      let kinds: Set = ["GitRepository", "Kustomization", "Alert"]
      snapshot.kinds = ServedKinds(served: kinds.subtracting(absent), absent: absent)
      snapshot.workloads = .seen(controllers)
      snapshot.flux = .seen([Fixture.git()] + objects)
      snapshot.isReady = isReady
      change(&snapshot)
    }
  }

  private static func judged(
    _ snapshot: Snapshot, _ history: PollHistory, hours: Int64 = 0, _ expectations: Expectations = wanted
  ) -> (report: ClusterReport, history: PollHistory) {
    let now = Fixture.now + .seconds(hours * 3600 + 15)
    var snapshot = snapshot
    snapshot.serverTime = now
    snapshot.nodes = .seen([Fixture.node("srv712429", renewed: nil)])
    return judge(Fixture.observation(snapshot, at: now, expectations), history: history, now: now)
  }

  private static let id = "tethys/flux/kinds/objects-gone"
  private static let three = ["apps", "infra", "flux-system"].map { Fixture.kustomization($0) }

  @Test(arguments: [nil, "v2.6.4"] as [String?])
  func lostKustomizationsAreAProblemUntilTheyAreBack(_ version: String?) throws {
    let expectations = Expectations(fluxVersion: version)
    let (before, history) = Self.judged(Self.snapshot(Self.three), PollHistory(), expectations)
    #expect(!before.problemIDs.contains(Self.id))
    var (after, next) = Self.judged(Self.snapshot([]), history, expectations)
    let problem = try #require(after.problems.first { $0.id == Self.id })
    #expect(problem.title == "all 3 objects of Kustomization are gone")
    #expect(problem.remedy.contains("flux bootstrap"))
    #expect(after.verdict == .critical)
    // The last seen objects stay, and none of their problems has ended.
    #expect(after.flux.count == 4)
    #expect(after.flux.count { $0.reason == "Stale" } == 3)
    #expect(after.unseen.contains(.flux))
    // Without expect.flux, a day confirms the removal.
    (after, next) = Self.judged(Self.snapshot([]), next, hours: 25, expectations)
    #expect(after.problemIDs.contains(Self.id) == (version != nil))
    let (back, last) = Self.judged(Self.snapshot(Self.three), next, hours: 26, expectations)
    #expect(!back.problemIDs.contains(Self.id))
    #expect(last.kinds["Kustomization"] == PollHistory.KnownKind(objects: 3))
  }

  @Test func definitionThatReturnsWithoutItsObjectsIsNotWell() throws {
    var (_, history) = Self.judged(Self.snapshot(Self.three), PollHistory())
    var report: ClusterReport
    (report, history) = Self.judged(Self.snapshot([], absent: ["Kustomization"]), history)
    #expect(report.problemIDs.contains("tethys/flux/kinds/not-served"))
    for hours in [1, 30] as [Int64] {
      (report, history) = Self.judged(Self.snapshot([]), history, hours: hours)
      let problem = try #require(report.problems.first { $0.id == Self.id })
      #expect(problem.detail.contains("deleted with their definition"))
      #expect(problem.since == Fixture.now + .seconds(15))
      #expect(report.verdict == .critical)
    }
  }

  /// The last objects of another kind are removed in Git now and then; many at once are worth a warning for a day.
  @Test(arguments: [(1, Problem.Severity?.none), (2, .warning), (9, .warning)])
  func otherKindsAreAWarningForADay(_ count: Int, _ severity: Problem.Severity?) {
    var (_, history) = Self.judged(Self.snapshot(Self.three + Self.alerts(count)), PollHistory())
    var report: ClusterReport
    (report, history) = Self.judged(Self.snapshot(Self.three), history)
    #expect(report.problems.first { $0.id == Self.id }?.severity == severity)
    (report, history) = Self.judged(Self.snapshot(Self.three), history, hours: 25)
    #expect(!report.problemIDs.contains(Self.id))
    #expect(history.kinds["Alert"] == PollHistory.KnownKind(objects: 0))
  }

  /// An empty list for a moment would otherwise end the incidents of its objects, and begin them again.
  @Test func listThatIsEmptyForAMomentKeepsItsObjects() {
    var (_, history) = Self.judged(Self.snapshot(Self.three + Self.alerts(2)), PollHistory())
    var report: ClusterReport
    (report, history) = Self.judged(Self.snapshot(Self.three), history)
    #expect(report.flux.count { $0.reason == "Stale" } == 2)
    #expect(report.unseen.contains(.flux))
    (report, history) = Self.judged(Self.snapshot(Self.three), history, hours: 1)
    #expect(report.flux.count { $0.reason == "Stale" } == 0)
  }

  @Test(arguments: [0, 1, 2, 3])
  func unreadObjectsAreNotGone(_ way: Int) {
    let (_, history) = Self.judged(Self.snapshot(Self.three), PollHistory())
    let doubtful = Self.snapshot([], isReady: way == 0 ? false : true) { snapshot in
      switch way {
      case 1: snapshot.failedFluxKinds["Kustomization"] = .kindInDoubt
      case 2: snapshot.undecodable = [UndecodableObject(kind: "Kustomization", name: "apps", reason: "no")]
      case 3: snapshot.uncountedKinds = ["Kustomization"]
      default: break
      }
    }
    let (report, next) = Self.judged(doubtful, history)
    #expect(!report.problemIDs.contains(Self.id))
    #expect(next.kinds["Kustomization"]?.objects == 3)
  }

  @Test func clusterThatNeverHadObjectsIsHealthy() {
    let (report, _) = Self.judged(Self.snapshot([]), PollHistory(), hours: 0, Expectations())
    #expect(!report.problemIDs.contains(Self.id))
  }
}
