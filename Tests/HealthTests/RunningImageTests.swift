import GuardTypes
import Health
import Testing

/// The workloads that run a policy's image, and the result if none is known.
@Suite struct RunningImageTests {
  private static let repository = ImageRepository(
    resource: Fixture.resource("ImageRepository", "app"), image: "ghcr.io/a/app")

  private static func policy(_ latest: String, moved seconds: Int64 = 10_800) -> ImagePolicy {
    ImagePolicy(
      resource: Fixture.resource("ImagePolicy", "app", [Fixture.condition("Ready", .isTrue, ago: seconds)]),
      repository: repository.resource.reference, latestImage: latest)
  }

  private static func automation(saw image: String?) -> ImageUpdateAutomation {
    ImageUpdateAutomation(
      resource: Fixture.resource("ImageUpdateAutomation", "main"), interval: .seconds(60),
      lastRunTime: Fixture.ago(30), lastPushTime: Fixture.ago(86_400),
      observedPolicies: image.map { ["app": $0] } ?? [:])
  }

  private static func report(
    _ latest: String = "ghcr.io/a/app:v2", saw: String? = "ghcr.io/a/app:v2",
    history: PollHistory = PollHistory(),
    _ change: (inout Snapshot) -> Void = { _ in }
  ) -> ClusterReport {
    let snapshot = Fixture.snapshot {
      $0.imageRepositories = .seen([repository])
      $0.imagePolicies = .seen([policy(latest)])
      $0.imageUpdateAutomations = .seen([automation(saw: saw)])
      change(&$0)
    }
    return Fixture.report(Fixture.observation(snapshot), history: history)
  }

  @Test func policyWithoutAKnownUserIsUnknown() {
    let report = Self.report()
    #expect(report.policies.map(\.isBehind) == [nil])
    #expect(report.policies.map { $0.running?.isEmpty } == [true])
    #expect(report.problems.isEmpty)
  }

  @Test func automationWithAnOlderImageIsReported() throws {
    let report = Self.report(saw: "ghcr.io/a/app:v1")
    #expect(report.problemIDs == ["tethys/image/policy/flux-system/app/not-taken-up"])
    let problem = try #require(report.problems.first)
    #expect(problem.detail.contains("it saw ghcr.io/a/app:v1"))
    #expect(problem.since == Fixture.ago(10_800))
    #expect(report.policies.map(\.isBehind) == [nil])
    #expect(report.policies.map(\.policy.verdict) == [.degraded])
    #expect(Self.report(saw: nil).problemIDs == ["tethys/image/policy/flux-system/app/not-taken-up"])
  }

  @Test(arguments: [("ghcr.io/a/app:v1", true), ("ghcr.io/a/app:v2", false)])
  func cronJobsCount(_ image: String, _ isBehind: Bool) {
    let report = Self.report {
      $0.cronJobs = .seen([CronJob(resource: Fixture.resource("CronJob", "nightly"), images: [image])])
    }
    #expect(report.policies.map(\.isBehind) == [isBehind])
    #expect(report.policies.first?.running?.map(\.workload) == ["cronjob flux-system/nightly"])
  }

  /// A workload that can't be read may run an older image.
  @Test func unreadableJobsAreUnknown() {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "allow it")
    for kind in ["cronjobs", "jobs"] {
      let report = Self.report {
        $0.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "app", namespace: "apps", []), desired: 1, ready: 1,
            available: 1, updated: 1, images: ["ghcr.io/a/app:v2"])
        ])
        if kind == "jobs" { $0.jobs = .failed(failure) } else { $0.cronJobs = .failed(failure) }
      }
      #expect(report.policies.map(\.isBehind) == [nil])
    }
  }

  @Test func jobsCountUntilTheyHaveEnded() {
    func report(_ conditions: [Condition]) -> ClusterReport {
      Self.report {
        $0.jobs = .seen([
          Job(
            resource: Fixture.resource("Job", "once", conditions), startTime: Fixture.ago(60),
            images: ["ghcr.io/a/app:v1"])
        ])
      }
    }
    #expect(report([]).policies.map(\.isBehind) == [true])
    #expect(report([Fixture.condition("Complete", .isTrue)]).policies.map(\.isBehind) == [nil])
  }

  private static func pods(_ images: PodImage...) -> (inout Snapshot) -> Void {
    { $0.pods = .seen(PodCensus(total: images.count, unhealthy: [], images: Set(images))) }
  }

  @Test func podsOfUnlistedOwnersCount() {
    let rollout = Reference(kind: "Rollout", namespace: "apps", name: "web")
    let report = Self.report(
      "ghcr.io/a/app:v2", Self.pods(PodImage(image: "ghcr.io/a/app:v1", digest: nil, owner: rollout)))
    #expect(report.policies.map(\.isBehind) == [true])
    #expect(report.policies.first?.running?.map(\.workload) == ["rollout apps/web"])
  }

  @Test func podRunsThePulledDigestOfAMovedTag() {
    let deployment = Reference(kind: "Deployment", namespace: "flux-system", name: "app")
    let workload = Workload(
      resource: Fixture.resource("Deployment", "app", [Fixture.condition("Available", .isTrue)]), desired: 1,
      ready: 1, available: 1, updated: 1, images: ["ghcr.io/a/app:latest"])
    func behind(_ digest: String?) -> [Bool?] {
      let latest = "ghcr.io/a/app:latest@sha256:new"
      return Self.report(latest, saw: latest) {
        $0.workloads = .seen([workload])
        Self.pods(PodImage(image: "ghcr.io/a/app:latest", digest: digest, owner: deployment))(&$0)
      }.policies.map(\.isBehind)
    }
    #expect(behind("sha256:old") == [true])
    #expect(behind("sha256:new") == [false])
    #expect(behind(nil) == [false])
  }

  @Test func unreadableKindThatMayRunItIsUnknown() {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "allow")
    func report(_ image: String) -> ClusterReport {
      Self.report {
        $0.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "app", [Fixture.condition("Available", .isTrue)]),
            desired: 1, ready: 1, available: 1, updated: 1, images: [image])
        ])
        $0.failedWorkloadKinds = ["StatefulSet": failure]
      }
    }
    #expect(report("ghcr.io/a/app:v2").policies.map(\.isBehind) == [nil])
    #expect(report("ghcr.io/a/app:v1").policies.map(\.isBehind) == [true])
  }
}
