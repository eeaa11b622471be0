import GuardTypes
import Health
import Testing

/// A cause is reported once; objects that wait for it are not problems of their own.
@Suite struct CauseRulesTests {
  private static func waiting(
    _ name: String, for parents: String..., ago seconds: Int64 = 60, kind: String = "Kustomization"
  ) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        kind, name,
        [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "dependency is not ready", ago: seconds)]),
      interval: .seconds(600),
      dependsOn: parents.map { Reference(kind: kind, namespace: "flux-system", name: $0) })
  }

  private static let broken = [Fixture.condition("Ready", .isFalse, "BuildFailed", "no such file")]

  private static func report(_ objects: FluxObject...) -> ClusterReport {
    Fixture.report { $0.flux = .seen(objects) }
  }

  @Test func chainHasOneCause() {
    let report = Self.report(
      Fixture.kustomization("base", Self.broken), Self.waiting("middle", for: "base"),
      Self.waiting("top", for: "middle"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/base/failed"])
    #expect(report.flux.map(\.verdict) == [.critical, .degraded, .degraded])
  }

  @Test func waitingForProgressIsAProblemOnlyAfterATimeout() {
    let running = Fixture.kustomization(
      "base", [Fixture.condition("Ready", .unknown, "Progressing", ago: 20)])
    #expect(Self.report(running, Self.waiting("top", for: "base")).problems.isEmpty)
    #expect(
      Self.report(running, Self.waiting("top", for: "base", ago: 1000)).problemIDs
        == ["tethys/flux/kustomization/flux-system/top/waiting"])
  }

  @Test func suspendedParentReportsForItsDependants() {
    let held = Fixture.kustomization("base", Self.broken, suspended: true)
    #expect(
      Self.report(held, Self.waiting("top", for: "base")).problemIDs
        == ["tethys/flux/kustomization/flux-system/base/suspended"])
  }

  @Test func failureWithoutAParentIsItsOwnProblem() {
    #expect(
      Self.report(Self.waiting("top", for: "ghost")).problemIDs
        == ["tethys/flux/kustomization/flux-system/top/failed"])
  }

  private static func waits(
    _ name: String, for parent: Reference, _ message: String, kind: String = "Kustomization",
    also others: [Reference] = []
  ) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        kind, name, [Fixture.condition("Ready", .isFalse, "DependencyNotReady", message, ago: 3600)]),
      interval: .seconds(600), source: Fixture.gitReference, dependsOn: others + [parent])
  }

  @Test(arguments: ["Kustomization", "HelmRelease"], ["flux-system", "elsewhere"])
  func missingDependencyIsNamed(_ kind: String, _ namespace: String) throws {
    let ghost = Reference(kind: kind, namespace: namespace, name: "ghost")
    let base = FluxObject(resource: Fixture.resource(kind, "base"), interval: .seconds(600))
    let report = Self.report(
      Fixture.git(), base,
      Self.waits(
        "apps", for: ghost, "dependency '\(namespace)/ghost' not found", kind: kind,
        also: [base.resource.reference]))
    let type = kind.lowercased()
    #expect(report.problemIDs == ["tethys/flux/\(type)/flux-system/apps/failed"])
    let problem = try #require(report.problems.first)
    #expect(
      problem.title
        == "\(kind) flux-system/apps waits for \(kind) \(namespace)/ghost, which does not exist")
    #expect(problem.remedy.contains("-n \(namespace) get \(type)  # ghost does not exist"))
    #expect(!problem.remedy.contains("gitrepository"))
  }

  @Test func onlyTheFirstDependantOfAMissingDependencyIsReported() {
    let ghost = Reference(kind: "Kustomization", namespace: "flux-system", name: "ghost")
    let middle = Reference(kind: "Kustomization", namespace: "flux-system", name: "middle")
    let report = Self.report(
      Fixture.git(), Self.waits("middle", for: ghost, "dependency 'flux-system/ghost' not found"),
      Self.waits("top", for: middle, "dependency 'flux-system/middle' is not ready"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/middle/failed"])
  }

  @Test func sourceOfAnUnreadListIsNotMissing() {
    let apps = FluxObject(
      resource: Fixture.resource(
        "Kustomization", "apps",
        [Fixture.condition("Ready", .isFalse, "ArtifactFailed", "not found", ago: 3600)]),
      interval: .seconds(600), source: Reference(kind: "Bucket", namespace: "other", name: "ghost"))
    let report = Fixture.report { snapshot in
      snapshot.flux = .seen([Fixture.git(), apps])
      snapshot.failedFluxKinds = ["Bucket": PollFailure(code: .forbidden, message: "no", remedy: "add it")]
    }
    #expect(report.problems.count == 2)
    #expect(!report.problems.contains { $0.title.contains("does not exist") })
  }

  @Test func namedDependencyIsTheCause() {
    let base = Reference(kind: "Kustomization", namespace: "flux-system", name: "base")
    let slow = Fixture.kustomization("slow", [Fixture.condition("Ready", .unknown, "Progressing", ago: 20)])
    let report = Self.report(
      Fixture.git(), Fixture.kustomization("base"), slow,
      Self.waits(
        "apps", for: slow.resource.reference, "dependency 'flux-system/slow' is not ready", also: [base]))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/waiting"])
    #expect(report.problems.first?.remedy.contains("describe kustomization slow") == true)
  }

  @Test func suspendedParentOfAnOlderGenerationReportsForItsDependants() {
    let held = FluxObject(
      resource: Fixture.resource("Kustomization", "base", generation: 2, observed: 1), isSuspended: true)
    let report = Self.report(
      Fixture.git(), held,
      Self.waits("apps", for: held.resource.reference, "dependency 'flux-system/base' is not ready"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/base/suspended"])
  }

  @Test func missingSourceIsNamed() {
    let apps = FluxObject(
      resource: Fixture.resource(
        "Kustomization", "apps",
        [Fixture.condition("Ready", .isFalse, "ArtifactFailed", "Source artifact not found", ago: 3600)]),
      interval: .seconds(600), source: Reference(kind: "Bucket", namespace: "other", name: "ghost"))
    let report = Self.report(Fixture.git(), apps)
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/failed"])
    #expect(report.problems.first?.remedy.contains("-n other get bucket") == true)
    #expect(report.problems.first?.remedy.contains("correct sourceRef") == true)
  }

  @Test func dependencyCycleIsReportedOnce() {
    let report = Self.report(Self.waiting("a", for: "b", ago: 9000), Self.waiting("b", for: "a", ago: 9000))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/a/waiting"])
  }

  private static func checks(_ name: String, _ checked: String) -> FluxObject {
    let message = "timeout waiting for: [Kustomization/flux-system/\(checked) status: 'InProgress']"
    return Fixture.kustomization(name, [Fixture.condition("Ready", .isFalse, "HealthCheckFailed", message)])
  }

  @Test func healthChecksThatNameEachOtherAreReportedOnce() {
    let report = Self.report(Self.checks("a", "b"), Self.checks("b", "a"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/a/failed"])
    #expect(
      Self.report(Self.checks("a", "b"), Self.waiting("b", for: "a", ago: 9000)).problemIDs == [
        "tethys/flux/kustomization/flux-system/a/failed"
      ])
    #expect(
      Self.report(Self.checks("a", "a")).problemIDs == ["tethys/flux/kustomization/flux-system/a/failed"])
  }

  @Test func healthCheckOfAnObjectInProgressIsItsOwnFailure() {
    let report = Self.report(
      Self.checks("top", "middle"), Self.waiting("middle", for: "base"), Fixture.kustomization("base"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/top/failed"])
  }

  @Test func waitingSinceAFutureTimeIsReported() {
    let ghost = Reference(kind: "Kustomization", namespace: "flux-system", name: "ghost")
    let object = FluxObject(
      resource: Fixture.resource(
        "Kustomization", "apps",
        [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "not found", ago: -7200)]),
      interval: .seconds(600), dependsOn: [ghost])
    func look(_ seconds: Int64, _ history: PollHistory) -> (report: ClusterReport, history: PollHistory) {
      let now = Fixture.now + .seconds(seconds)
      let snapshot = Fixture.snapshot {
        $0.serverTime = now
        $0.nodes = .seen([Fixture.node("calypso", renewed: nil)])
        $0.flux = .seen([object])
      }
      return judge(Fixture.observation(snapshot, at: now), history: history, now: now)
    }
    let (first, history) = look(0, PollHistory())
    #expect(first.problems.isEmpty)
    #expect(look(60, history).report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/failed"])
  }

  @Test func waitingForAHealthyParentIsAProblem() {
    let report = Self.report(
      Fixture.git(), Fixture.kustomization("base"),
      Self.waits(
        "apps", for: Reference(kind: "Kustomization", namespace: "flux-system", name: "base"),
        "dependency 'flux-system/base' revision is not up to date"))
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/waiting"])
    #expect(report.problems.first?.remedy.contains("logs --kind=Kustomization --name=apps") == true)
  }

  @Test func releaseDependsOnChartAndRepository() {
    let repository = Reference(kind: "HelmRepository", namespace: "flux-system", name: "charts")
    let chart = Reference(kind: "HelmChart", namespace: "flux-system", name: "app")
    let report = Self.report(
      FluxObject(
        resource: Fixture.resource(
          "HelmRepository", "charts", [Fixture.condition("Ready", .isFalse, "IndexationFailed", "404")])),
      FluxObject(
        resource: Fixture.resource(
          "HelmChart", "app", [Fixture.condition("Ready", .isFalse, "NoSourceArtifact")]),
        source: repository),
      FluxObject(
        resource: Fixture.resource(
          "HelmRelease", "app", [Fixture.condition("Ready", .isFalse, "SourceNotReady")]),
        source: repository, chart: chart))
    #expect(report.problemIDs == ["tethys/flux/helmrepository/flux-system/charts/failed"])
  }

  @Test func healthCheckOfAFailedReleaseIsASymptom() {
    let release = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "app", namespace: "apps", [Fixture.condition("Ready", .isFalse, "UpgradeFailed")]))
    let checked = Fixture.kustomization(
      "apps",
      [
        Fixture.condition(
          "Ready", .isFalse, "HealthCheckFailed",
          "health check failed after 30s: failed early due to stalled resources: [HelmRelease/apps/app status: 'Failed']"
        )
      ])
    #expect(Self.report(release, checked).problemIDs == ["tethys/flux/helmrelease/apps/app/failed"])
  }

  /// A cause that cannot be read now has not ended.
  @Test func namedJobThatCannotBeReadStaysTheCause() {
    let job = Job(
      resource: Fixture.resource(
        "Job", "mig", namespace: "apps", [Fixture.condition("Failed", .isTrue, "BackoffLimitExceeded")]))
    let apps = Fixture.kustomization(
      "apps",
      [
        Fixture.condition(
          "Ready", .isFalse, "HealthCheckFailed", "timeout waiting for: [Job/apps/mig status: 'InProgress']")
      ])
    func look(_ jobs: Part<[Job]>, _ history: PollHistory) -> (ids: [String], history: PollHistory) {
      let snapshot = Fixture.snapshot {
        $0.flux = .seen([Fixture.git(), apps])
        $0.jobs = jobs
      }
      let (report, next) = judge(Fixture.observation(snapshot), history: history, now: Fixture.now)
      return (report.problemIDs, next)
    }
    let failed = Part<[Job]>.failed(PollFailure(code: .forbidden, message: "no", remedy: "add it"))
    let own = "tethys/flux/kustomization/flux-system/apps/failed"
    let (ids, history) = look(.seen([job]), PollHistory())
    #expect(ids == ["tethys/workload/apps/mig/job"])
    #expect(!look(failed, history).ids.contains(own))
    #expect(look(failed, PollHistory()).ids.contains(own))
    #expect(look(.seen([]), history).ids == [own])
  }

  @Test func failedHealthCheckShowsThePod() throws {
    let pod = Fixture.pod("web-1", waiting: "CrashLoopBackOff", owner: "web", restarts: 9)
    let report = Fixture.report {
      $0.flux = .seen([
        Fixture.kustomization("apps", waitingFor: "apps/web")
      ])
      $0.pods = .seen(PodCensus(total: 9, unhealthy: [pod]))
    }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/failed"])
    let problem = try #require(report.problems.first)
    #expect(problem.detail.contains("pod web-1: CrashLoopBackOff, 9 restarts"))
    #expect(problem.remedy.hasSuffix("-n apps logs web-1 --all-containers --previous"))
  }

  @Test func brokenWorkloadReportsForATimedOutRelease() {
    let release = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "cert-manager", namespace: "cert-manager",
        [Fixture.condition("Ready", .isFalse, "UpgradeFailed", "upgrade failed: context deadline exceeded")]))
    let report = Fixture.report {
      $0.flux = .seen([release])
      $0.workloads = .seen([
        Workload(
          resource: Fixture.resource("Deployment", "cert-manager", namespace: "cert-manager", []), desired: 1,
          ready: 0, available: 0, updated: 1, manager: release.resource.reference)
      ])
    }
    #expect(report.problemIDs == ["tethys/workload/cert-manager/cert-manager/deployment"])
  }

  @Test func missingSecretIsTheCauseOfARefusedFetch() {
    let git = FluxObject(
      resource: Fixture.resource(
        "GitRepository", "flux-system",
        [
          Fixture.condition(
            "Ready", .isFalse, "AuthenticationFailed",
            "failed to get secret 'flux-system/github-token': secrets \"github-token\" not found")
        ]), secretName: "github-token")
    func ids(_ isPresent: Bool?) -> [String] {
      Fixture.report {
        $0.flux = .seen([git])
        $0.secrets = .seen([
          SecretPresence(namespace: "flux-system", name: "github-token", isPresent: isPresent)
        ])
      }.problemIDs
    }
    #expect(ids(false) == ["tethys/secret/flux-system/github-token/missing"])
    // Without the right to look, what the source says is the answer.
    #expect(ids(nil) == ["tethys/secret/flux-system/github-token/missing"])
    #expect(ids(true) == ["tethys/flux/gitrepository/flux-system/flux-system/failed"])
  }
}
