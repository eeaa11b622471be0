import GuardTypes
import Health
import Testing

/// An object that no controller has written a status for is not in order, although kstatus calls it Current.
@Suite struct NoStatusTests {
  private static func resource(_ kind: String, age: Int64) -> Resource {
    Resource(kind: kind, namespace: "apps", name: "web", creationTimestamp: Fixture.ago(age), generation: 1)
  }

  private static func report(_ kind: String, age: Int64, _ conditions: [Condition] = []) -> ClusterReport {
    let resource = resource(kind, age: age)
    return Fixture.report { snapshot in
      snapshot.flux = .seen([])
      switch kind {
      case "ImageRepository":
        snapshot.imageRepositories = .seen([ImageRepository(resource: resource, image: "a/b")])
      case "ImagePolicy":
        let repository = Reference(kind: "ImageRepository", namespace: "apps", name: "web")
        snapshot.imagePolicies = .seen([ImagePolicy(resource: resource, repository: repository)])
      case "ImageUpdateAutomation":
        snapshot.imageUpdateAutomations = .seen([ImageUpdateAutomation(resource: resource)])
      case "Certificate": snapshot.certificates = .seen([Certificate(resource: resource)])
      case "Stack": snapshot.stacks = .seen([Stack(resource: resource)])
      default: snapshot.flux = .seen([FluxObject(resource: resource, interval: .seconds(3600))])
      }
    }
  }

  @Test(arguments: [
    "GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart", "Kustomization", "HelmRelease",
    "Receiver", "ImageRepository", "ImagePolicy", "ImageUpdateAutomation", "Certificate", "Stack",
  ])
  func missingStatusIsReportedAfterMinutes(_ kind: String) throws {
    #expect(Self.report(kind, age: 60).problems.isEmpty)
    let report = Self.report(kind, age: 7200)
    #expect(report.problems.count == 1, "\(report.problemIDs)")
    #expect(report.verdict == .degraded)
    let problem = try #require(report.problems.first)
    #expect(problem.title == "\(kind) apps/web has had no status for 120m")
    #expect(problem.since == Fixture.ago(7200))
    let verdicts =
      report.flux.map(\.verdict) + report.repositories.map(\.verdict) + report.policies.map(\.policy.verdict)
      + report.automations.map(\.verdict) + report.certificates.map(\.verdict) + report.stacks.map(\.verdict)
    #expect(verdicts == [.degraded])
  }

  @Test func releaseWithoutAStatusHasAReason() {
    let report = Self.report("HelmRelease", age: 7200)
    #expect(report.flux.map(\.status) == [.current])
    #expect(report.flux.map(\.reason) == ["NoStatus"])
    #expect(report.flux.first?.message.isEmpty == false)
  }

  @Test func statusWithoutReadyIsReportedAfterATime() {
    let object = FluxObject(
      resource: Fixture.resource("GitRepository", "web", [Fixture.condition("ArtifactInStorage", .isTrue)]),
      interval: .seconds(60))
    let observation = Fixture.observation(Fixture.snapshot { $0.flux = .seen([object]) })
    let first = judge(observation, history: PollHistory(), now: Fixture.now)
    #expect(first.report.problems.isEmpty)
    let later = Fixture.observation(observation.snapshot, at: Fixture.now + .seconds(400))
    #expect(
      judge(later, history: first.history, now: Fixture.now + .seconds(400)).report.problemIDs
        == ["tethys/flux/gitrepository/flux-system/web/stuck"])
  }

  @Test func imagePolicyInProgressForLongIsReported() {
    let ready = Fixture.condition("Ready", .unknown, "Progressing", ago: 3600)
    let resource = Fixture.resource("ImagePolicy", "web", [ready])
    let repository = Reference(kind: "ImageRepository", namespace: "flux-system", name: "web")
    let report = Fixture.report {
      $0.imagePolicies = .seen([ImagePolicy(resource: resource, repository: repository)])
    }
    #expect(report.problemIDs == ["tethys/image/policy/flux-system/web/stuck"])
  }
}
