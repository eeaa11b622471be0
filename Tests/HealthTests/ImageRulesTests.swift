import GuardTypes
import Health
import Testing

@Suite struct ImageRulesTests {
  private static let image = "ghcr.io/example/app"

  private static func report(
    running: String?, moved seconds: Int64 = 7200, automation: ImageUpdateAutomation? = automation(),
    scanned: Int64 = 30,
    policy conditions: [Condition]? = nil
  ) -> ClusterReport {
    let ready = Fixture.condition("Ready", .isTrue, "Succeeded", ago: seconds)
    return Fixture.report { snapshot in
      snapshot.imageRepositories = .seen([
        ImageRepository(
          resource: Fixture.resource("ImageRepository", "app"), image: image, interval: .seconds(300),
          lastScanTime: Fixture.ago(scanned))
      ])
      snapshot.imagePolicies = .seen([
        ImagePolicy(
          resource: Fixture.resource("ImagePolicy", "app", conditions ?? [ready]),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"),
          latestImage: "\(image):v2")
      ])
      snapshot.imageUpdateAutomations = .seen(automation.map { [$0] } ?? [])
      if let running {
        snapshot.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "app", namespace: "apps"), desired: 1, ready: 1,
            available: 1, updated: 1,
            images: ["\(image):\(running)", "docker.io/library/nginx:1"])
        ])
      } else {
        snapshot.workloads = .failed(PollFailure(code: .forbidden, message: "no", remedy: "grant"))
      }
    }
  }

  private static func automation(
    _ conditions: [Condition] = [Fixture.ready], ran: Int64 = 60, pushed: Int64 = 9000
  ) -> ImageUpdateAutomation {
    ImageUpdateAutomation(
      resource: Fixture.resource("ImageUpdateAutomation", "flux-system", conditions),
      interval: .seconds(1800),
      lastRunTime: Fixture.ago(ran), lastPushTime: Fixture.ago(pushed))
  }

  @Test func runningImageIsComparedWithTheLatest() {
    let report = Self.report(running: "v2")
    #expect(report.problems.isEmpty)
    #expect(report.policies.map(\.isBehind) == [false])
    #expect(report.summary.hasSuffix(", all images current"))
    #expect(
      report.policies.first?.running == [.init(image: "\(Self.image):v2", workload: "deployment apps/app")])
  }

  @Test func rolloutHasTimeBeforeItIsAProblem() {
    let young = Self.report(running: "v1", moved: 600)
    #expect(young.policies.map(\.isBehind) == [true])
    #expect(young.problems.isEmpty)
    #expect(young.summary.hasSuffix(", 1 image behind"))
    let old = Self.report(running: "v1")
    #expect(old.problemIDs == ["tethys/image/policy/flux-system/app/behind"])
    #expect(old.problems.first?.detail.contains("nothing was pushed to Git") == true)
  }

  @Test func unreadableWorkloadsAreUnknown() {
    #expect(Self.report(running: nil).policies.map(\.isBehind) == [nil])
  }

  @Test func stoppedScansAndRunsAreReported() {
    #expect(
      Self.report(running: "v2", scanned: 2000).problemIDs == [
        "tethys/image/repository/flux-system/app/scan-overdue"
      ])
    #expect(
      Self.report(running: "v2", automation: Self.automation(ran: 9000)).problemIDs
        == ["tethys/image/automation/flux-system/flux-system/overdue"])
  }

  @Test func failedPolicyIsReportedOnce() {
    let report = Self.report(
      running: "v1", policy: [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "no tags")])
    #expect(report.problemIDs == ["tethys/image/policy/flux-system/app/failed"])
  }

  @Test(arguments: [
    ("nginx", "docker.io/library/nginx", String?.none, String?.none),
    ("nginx:1.27", "docker.io/library/nginx", "1.27", nil),
    ("org/app:v1", "docker.io/org/app", "v1", nil), ("localhost:5000/app", "localhost:5000/app", nil, nil),
    ("ghcr.io/o/a:v1@sha256:abc", "ghcr.io/o/a", "v1", "sha256:abc"), ("", "docker.io/library/", nil, nil),
  ])
  func parsesReferences(_ text: String, _ repository: String, _ tag: String?, _ digest: String?) {
    let reference = ImageReference(text)
    #expect(reference.repository == repository)
    #expect(reference.tag == tag)
    #expect(reference.digest == digest)
  }
}
