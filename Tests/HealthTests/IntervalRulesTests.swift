import GuardTypes
import Health
import Testing

/// Problems that depend on time only: overdue, unanswered, behind, hung; and states that are none of them.
@Suite struct IntervalRulesTests {
  private static func ids(_ objects: FluxObject...) -> [String] {
    Fixture.report { $0.flux = .seen(objects) }.problemIDs
  }

  private static func kustomization(
    ready seconds: Int64, interval: Duration = .seconds(600), timeout: Duration? = .seconds(180),
    reconciled: Timestamp? = nil, requested: Timestamp? = nil, suspendedAt: Timestamp? = nil
  ) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        "Kustomization", "apps", [Fixture.condition("Ready", .isTrue, ago: seconds)]),
      isSuspended: suspendedAt != nil, revision: "main@sha1:a", interval: interval, timeout: timeout,
      source: Fixture.gitReference, lastReconciled: reconciled,
      request: requested.map { .init(value: "r", time: $0) },
      suspendedAt: suspendedAt)
  }

  // An interval with a tenth more, the timeout, and a minute: 660 + 180 + 60.
  @Test(arguments: [(899 as Int64, false), (901, true)])
  func unreconciledReadyKustomizationIsOverdue(_ seconds: Int64, _ isOverdue: Bool) {
    let ids = Self.ids(Fixture.git(), Self.kustomization(ready: seconds))
    #expect(ids == (isOverdue ? ["tethys/flux/kustomization/flux-system/apps/overdue"] : []))
  }

  @Test func historyOfAReleaseCountsAsAHeartbeat() {
    #expect(Self.ids(Self.kustomization(ready: 90_000, reconciled: Fixture.ago(60))).isEmpty)
  }

  @Test func allKustomizationsOverdueIsAnIdleController() {
    let old = [Fixture.condition("Ready", .isTrue, ago: 7200)]
    let report = Fixture.report {
      $0.flux = .seen([Fixture.git(), Fixture.kustomization("a", old), Fixture.kustomization("b", old)])
    }
    #expect(report.problemIDs == ["tethys/flux/controller/kustomize-controller/idle"])
    #expect(report.flux.map(\.verdict) == [.healthy, .degraded, .degraded])
    #expect(report.problems.first?.remedy.contains("logs deployment/kustomize-controller") == true)
  }

  @Test func unansweredRequestIsReported() {
    #expect(Self.ids(Self.kustomization(ready: 60, requested: Fixture.ago(299))).isEmpty)
    #expect(
      Self.ids(Self.kustomization(ready: 60, requested: Fixture.ago(301))) == [
        "tethys/flux/kustomization/flux-system/apps/unanswered"
      ])
  }

  /// Its first sighting counts, for as long as the value stays the same.
  @Test func unansweredRequestWithoutATimeIsReported() {
    func object(_ value: String) -> FluxObject {
      FluxObject(
        resource: Fixture.resource(
          "GitRepository", "flux-system", [Fixture.condition("Ready", .isTrue, ago: 90_000)]),
        interval: .seconds(60), timeout: .seconds(180), request: .init(value: value))
    }
    func ids(_ value: String, seen: String?) -> [String] {
      let first = seen.map { "tethys/flux/gitrepository/flux-system/flux-system/request/\($0)" }
      let history = PollHistory(firstSeen: first.map { [$0: Fixture.ago(301)] } ?? [:])
      return Fixture.report(
        Fixture.observation(Fixture.snapshot { $0.flux = .seen([object(value)]) }), history: history
      ).problemIDs
    }
    #expect(ids("now", seen: nil).isEmpty)
    #expect(ids("again", seen: "now").isEmpty)
    #expect(ids("now", seen: "now") == ["tethys/flux/gitrepository/flux-system/flux-system/unanswered"])
  }

  @Test func suspensionHasItsOwnTimeAndHidesTheRest() throws {
    let report = Fixture.report {
      $0.flux = .seen([Self.kustomization(ready: 90_000, suspendedAt: Fixture.ago(5000))])
    }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/suspended"])
    #expect(try #require(report.problems.first).since == Fixture.ago(5000))
  }

  @Test func unobservedChangeIsStuckAfterATime() {
    let changed = Fixture.kustomization("apps", generation: 2)
    let observation = Fixture.observation(Fixture.snapshot { $0.flux = .seen([changed]) })
    let (first, history) = judge(observation, history: PollHistory(), now: Fixture.now)
    #expect(first.problems.isEmpty)
    #expect(first.flux.map(\.status) == [.inProgress])
    // Its timeout is its interval less half a minute: 570 s and a minute.
    let later = { (seconds: Int64) -> ClusterReport in
      let now = Fixture.now + .seconds(seconds)
      let snapshot = Fixture.snapshot {
        $0.flux = .seen([changed])
        $0.nodes = .seen([Fixture.node("srv712429", renewed: nil)])
        $0.serverTime = now
      }
      return judge(Fixture.observation(snapshot, at: now), history: history, now: now).report
    }
    #expect(later(620).problems.isEmpty)
    #expect(later(640).problemIDs == ["tethys/flux/kustomization/flux-system/apps/stuck"])
  }

  @Test func failureIsRememberedDuringARetry() throws {
    func observation(_ conditions: [Condition]) -> Observation {
      Fixture.observation(
        Fixture.snapshot { $0.flux = .seen([Fixture.kustomization("apps", conditions)]) })
    }
    let failed = Fixture.condition("Ready", .isFalse, "BuildFailed", "no such file", ago: 100)
    let (_, history) = judge(observation([failed]), history: PollHistory(), now: Fixture.now)
    let running = [
      Fixture.condition("Reconciling", .isTrue, "Progressing", ago: 1),
      Fixture.condition("Ready", .unknown, "Progressing", "Reconciliation in progress", ago: 1),
    ]
    let (retried, next) = judge(observation(running), history: history, now: Fixture.now)
    let problem = try #require(retried.problems.first)
    #expect(problem.id == "tethys/flux/kustomization/flux-system/apps/failed")
    #expect(problem.detail.contains("no such file"))
    // The same failure again, with the time of the last attempt: it is as old as it was.
    let again = Fixture.condition("Ready", .isFalse, "BuildFailed", "no such file", ago: 0)
    let (third, last) = judge(observation([again]), history: next, now: Fixture.now)
    #expect(third.problems.map(\.since) == [Fixture.ago(100)])
    let (mended, forgotten) = judge(observation([Fixture.ready]), history: last, now: Fixture.now)
    #expect(mended.problems.isEmpty)
    #expect(forgotten.failures.isEmpty)
    #expect(judge(observation(running), history: forgotten, now: Fixture.now).report.problems.isEmpty)
  }

  @Test func releaseWithoutTheNewChartIsBehind() {
    let chart = Reference(kind: "HelmChart", namespace: "flux-system", name: "app")
    func report(_ updated: Int64, attempted: String) -> [String] {
      Self.ids(
        FluxObject(
          resource: Fixture.resource("HelmChart", "app"), revision: "1.3.0",
          artifactUpdateTime: Fixture.ago(updated)),
        FluxObject(
          resource: Fixture.resource("HelmRelease", "app"), revision: "1.2.0", attemptedRevision: attempted,
          interval: .seconds(600), chart: chart))
    }
    #expect(report(1300, attempted: "1.3.0").isEmpty)
    #expect(report(1100, attempted: "1.2.0").isEmpty)
    #expect(report(1300, attempted: "1.2.0") == ["tethys/flux/helmrelease/flux-system/app/behind-source"])
  }

  @Test func oldFormOfARevisionIsTheSameRevision() {
    let sha = String(repeating: "ab", count: 20)
    #expect(
      Self.ids(
        Fixture.git(revision: "main@sha1:\(sha)", updated: Fixture.ago(90_000)),
        Fixture.kustomization("apps", revision: "main/\(sha)")
      ).isEmpty)
  }

  @Test func attemptedRevisionIsReported() {
    func detail(_ attempted: String) -> String {
      let report = Fixture.report {
        $0.flux = .seen([
          Fixture.git(revision: "main@sha1:b", updated: Fixture.ago(1300)),
          FluxObject(
            resource: Fixture.resource("Kustomization", "apps"), revision: "main@sha1:a",
            attemptedRevision: attempted, interval: .seconds(600), source: Fixture.gitReference),
        ])
      }
      return report.problems.first?.detail ?? ""
    }
    #expect(detail("main@sha1:a").contains("not even tried"))
    #expect(detail("main@sha1:b").contains("tried, and not brought to an end"))
  }
}
