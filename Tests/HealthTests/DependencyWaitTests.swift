import GuardTypes
import Health
import Testing

/// Objects that wait for each other, or for one that is ready, with an interval of hours.
@Suite struct DependencyWaitTests {
  fileprivate static func waiting(
    _ name: String, for parents: String..., seconds: Int64 = 7200, kind: String = "Kustomization"
  ) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        kind, name,
        [
          Fixture.condition(
            "Ready", .isFalse, "DependencyNotReady",
            "dependency 'flux-system/\(parents.first ?? "")' is not ready", ago: seconds)
        ]),
      interval: .seconds(6 * 3600), source: Fixture.gitReference,
      dependsOn: parents.map { Reference(kind: kind, namespace: "flux-system", name: $0) })
  }

  private static func report(_ objects: [FluxObject]) -> ClusterReport {
    Fixture.report { $0.flux = .seen([Fixture.git()] + objects) }
  }

  @Test(arguments: [
    (
      [DependencyWaitTests.waiting("a", for: "b"), DependencyWaitTests.waiting("b", for: "a")],
      "flux-system/a -> flux-system/b -> flux-system/a"
    ),
    ([DependencyWaitTests.waiting("a", for: "a")], "flux-system/a -> flux-system/a"),
    (
      [
        DependencyWaitTests.waiting("c", for: "a"), DependencyWaitTests.waiting("a", for: "b"),
        DependencyWaitTests.waiting("b", for: "c"), DependencyWaitTests.waiting("z", for: "c"),
      ],
      "flux-system/a -> flux-system/b -> flux-system/c -> flux-system/a"
    ),
    (
      [
        DependencyWaitTests.waiting("a", for: "b", kind: "HelmRelease"),
        DependencyWaitTests.waiting("b", for: "a", kind: "HelmRelease"),
      ], "flux-system/a -> flux-system/b -> flux-system/a"
    ),
  ])
  func cycleIsOneProblemThatNamesIt(_ objects: [FluxObject], _ cycle: String) throws {
    let report = Self.report(objects)
    let problem = try #require(report.problems.first)
    #expect(report.problems.count == 1)
    #expect(problem.code == .fluxObject(.dependencyCycle))
    #expect(problem.title.hasSuffix("flux-system/a is in a dependency cycle"))
    #expect(problem.detail.hasPrefix(cycle))
    #expect(problem.remedy.contains(cycle))
    #expect(problem.since == Fixture.ago(7200))
    #expect(report.verdict == .critical)
    #expect(report.flux.allSatisfy { $0.value.resource.kind == "GitRepository" || $0.verdict != .healthy })
  }

  /// Longer cycles are shortened in the middle.
  @Test func longCycleIsBounded() throws {
    let names = (10...40).map { "n\($0)" }
    let objects = zip(names, names.dropFirst() + names.prefix(1)).map { Self.waiting($0, for: $1) }
    let problem = try #require(Self.report(objects).problems.first)
    #expect(problem.detail.hasPrefix("flux-system/n10 -> flux-system/n11"))
    #expect(problem.detail.contains("-> … -> flux-system/n10"))
  }

  @Test(arguments: [(60 as Int64, false), (119, false), (121, true)])
  func newCycleMayBeRepairedByTheSameCommit(_ seconds: Int64, _ isTold: Bool) {
    let report = Self.report([
      Self.waiting("a", for: "b", seconds: seconds), Self.waiting("b", for: "a", seconds: seconds),
    ])
    #expect(report.problems.isEmpty != isTold)
    #expect(report.flux.allSatisfy { $0.verdict == .healthy } != isTold)
  }

  private static func base(_ status: Condition.Status, since seconds: Int64) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        "Kustomization", "base", [Fixture.condition("Ready", status, "Progressing", ago: seconds)]),
      interval: .seconds(6 * 3600), source: Fixture.gitReference)
  }

  /// The interval of the child is six hours and says nothing about how soon it looks at its parent again.
  @Test(arguments: [
    (Condition.Status.isTrue, 300 as Int64, false), (.isTrue, 361, true), (.isTrue, 7200, true),
    (.unknown, 7200, false), (.unknown, 6 * 3600 + 400, true),
  ])
  func onlyAParentInProgressJustifiesALongWait(
    _ parent: Condition.Status, _ seconds: Int64, _ isTold: Bool
  ) {
    let report = Self.report([
      Self.base(parent, since: 60), Self.waiting("middle", for: "base", seconds: seconds),
      Self.waiting("top", for: "middle", seconds: seconds),
    ])
    #expect(report.problemIDs.contains("tethys/flux/kustomization/flux-system/middle/waiting") == isTold)
    #expect((report.verdict == .healthy) != isTold)
  }

  /// A row is never worse than the cluster's verdict, in any situation and also while a fault is not yet a problem.
  @Test func rowsAgreeWithTheVerdict() {
    let ghost = Reference(kind: "Kustomization", namespace: "flux-system", name: "ghost")
    func absent(_ seconds: Int64) -> FluxObject {
      FluxObject(
        resource: Fixture.resource(
          "Kustomization", "root",
          [
            Fixture.condition(
              "Ready", .isFalse, "DependencyNotReady", "dependency 'flux-system/ghost' not found",
              ago: seconds)
          ]), interval: .seconds(600), dependsOn: [ghost])
    }
    let waits = ([1, 29, 31, 119, 121, 359, 361, 3600, 30_000] as [Int64]).flatMap { seconds in
      [
        Self.report([
          Self.waiting("a", for: "b", seconds: seconds), Self.waiting("b", for: "a", seconds: seconds),
        ]),
        Self.report([absent(seconds), Self.waiting("child", for: "root", seconds: seconds)]),
        Self.report([Self.base(.isTrue, since: 60), Self.waiting("child", for: "base", seconds: seconds)]),
        Self.report([Self.base(.unknown, since: 60), Self.waiting("child", for: "base", seconds: seconds)]),
      ]
    }
    for report in waits + ProblemSituations.reports {
      let rows =
        report.nodes.map(\.verdict) + report.flux.map(\.verdict) + report.policies.map(\.policy.verdict)
        + report.repositories.map(\.verdict) + report.automations.map(\.verdict)
        + report.workloads.map(\.verdict) + report.certificates.map(\.verdict)
        + report.stacks.map(\.verdict) + report.controllers.map(\.verdict)
      let isCritical = report.problems.contains { $0.severity == .critical }
      #expect(!rows.contains(.critical) || isCritical, "\(report.problemIDs)")
      #expect(!rows.contains(.degraded) || !report.problems.isEmpty, "\(report.problemIDs)")
      if report.verdict == .healthy {
        #expect(rows.allSatisfy { $0 == .healthy || $0 == .unknown }, "\(report.problemIDs)")
      }
    }
  }
}
