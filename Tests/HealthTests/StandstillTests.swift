import GuardTypes
import Health
import Testing

/// Where the way of an image ends, each place with its word, its remedy, and one problem at most.
@Suite struct StandstillTests {
  private static let image = "ghcr.io/example/app"
  private static let commit = String(repeating: "c", count: 40)

  /// One thing about the way that differs from one on which the image has not arrived yet for no reason.
  enum Way: String, CaseIterable, Sendable {
    case repositoryFails, scanOverdue, noAutomation, otherSelector, automationSuspended, automationFails
    case automationIdle, notTakenUp, notPushed, review, notFetched, fetchFails, applyFails, notApplied

    /// A problem beside the one of the way: a tag that is already selected needs no scan.
    var beside: String? {
      switch self {
      case .repositoryFails: "image/repository/flux-system/app/failed"
      case .scanOverdue: "image/repository/flux-system/app/scan-overdue"
      default: nil
      }
    }

    var expected: (word: ImagePolicyReport.Standstill, reason: String, problem: String?) {
      switch self {
      case .repositoryFails, .scanOverdue: (.apply, "NotApplied", "image/policy/flux-system/app/behind")
      case .noAutomation, .otherSelector: (.held, "HeldByHand", nil)
      case .automationSuspended:
        (.automation, "AutomationSuspended", "image/automation/flux-system/bot/suspended")
      case .automationFails: (.push, "PushFailed", "image/automation/flux-system/bot/failed")
      case .automationIdle: (.automation, "AutomationStuck", "image/automation/flux-system/bot/overdue")
      case .notTakenUp: (.automation, "NotTakenUp", "image/policy/flux-system/app/behind")
      case .notPushed: (.push, "NotPushed", "image/policy/flux-system/app/behind")
      case .review: (.review, "AwaitsReview", nil)
      case .notFetched: (.fetch, "NotFetched", "image/policy/flux-system/app/behind")
      case .fetchFails: (.fetch, "FetchStuck", "flux/gitrepository/flux-system/flux-system/failed")
      case .applyFails: (.apply, "ApplyStuck", "flux/kustomization/flux-system/apps/failed")
      case .notApplied: (.apply, "NotApplied", "image/policy/flux-system/app/behind")
      }
    }

    var snapshot: Snapshot {
      let failed = [Fixture.condition("Ready", .isFalse, "GitOperationFailed", "refused")]
      return Fixture.snapshot { snapshot in
        snapshot.imageRepositories = .seen([
          ImageRepository(
            resource: Fixture.resource(
              "ImageRepository", "app", self == .repositoryFails ? failed : [Fixture.ready]), image: image,
            interval: .seconds(300), lastScanTime: Fixture.ago(self == .scanOverdue ? 3600 : 30))
        ])
        snapshot.imagePolicies = .seen([
          ImagePolicy(
            resource: Fixture.resource(
              "ImagePolicy", "app", [Fixture.condition("Ready", .isTrue, "Succeeded", ago: 7200)]),
            repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"),
            latestImage: "\(image):v2", labels: ["team": "a"])
        ])
        snapshot.imageUpdateAutomations = .seen(self == .noAutomation ? [] : [automation])
        snapshot.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "app", namespace: "apps", []), desired: 1, ready: 1,
            available: 1, updated: 1, images: ["\(image):v1"],
            manager: Reference(kind: "Kustomization", namespace: "flux-system", name: "apps"))
        ])
        let old = self == .notFetched || self == .fetchFails
        let revision = old ? "main@sha1:a" : "main@sha1:\(commit)"
        snapshot.flux = .seen([
          Fixture.git(
            self == .fetchFails ? failed : [Fixture.ready], revision: revision,
            updated: Fixture.ago(old ? 9000 : 60)),
          Fixture.kustomization(
            "apps", self == .applyFails ? failed : [Fixture.ready],
            revision: self == .applyFails ? "main@sha1:a" : revision),
        ])
      }
    }

    private var automation: ImageUpdateAutomation {
      ImageUpdateAutomation(
        resource: Fixture.resource(
          "ImageUpdateAutomation", "bot",
          self == .automationFails
            ? [Fixture.condition("Ready", .isFalse, "GitOperationFailed", "push refused")] : [Fixture.ready]),
        isSuspended: self == .automationSuspended, interval: .seconds(1800), source: Fixture.gitReference,
        policySelector: LabelSelector(labels: ["team": self == .otherSelector ? "b" : "a"]),
        reviewBranch: self == .review ? "image-updates" : nil,
        lastRunTime: Fixture.ago(self == .automationIdle ? 9000 : 60),
        lastPushTime: Fixture.ago(self == .notPushed ? 9000 : 600), lastPushCommit: commit,
        observedPolicies: ["app": self == .notTakenUp ? "\(image):v1" : "\(image):v2"])
    }
  }

  @Test(arguments: Way.allCases)
  func everyStandstillHasAReasonAndOneProblem(_ way: Way) throws {
    let report = Fixture.report(Fixture.observation(way.snapshot))
    let policy = try #require(report.policies.first)
    #expect(policy.isBehind == true)
    #expect(policy.behindSince == Fixture.ago(7200))
    #expect(policy.standstill == way.expected.word)
    #expect(policy.policy.reason == way.expected.reason)
    let expected = [way.expected.problem, way.beside].compactMap { $0.map { "tethys/\($0)" } }
    #expect(Set(report.problemIDs) == Set(expected))
    #expect(policy.policy.verdict == (way.expected.problem == nil ? .healthy : .degraded))
    #expect(report.problems.allSatisfy { !$0.remedy.isEmpty })
  }

  /// A policy that fails with its repository cannot select a newer tag.
  @Test func policyOfAFailedRepositoryWaitsForAScan() throws {
    var snapshot = Way.repositoryFails.snapshot
    snapshot.imagePolicies = .seen(
      (snapshot.imagePolicies.value ?? []).map {
        ImagePolicy(
          resource: Fixture.resource(
            "ImagePolicy", "app", [Fixture.condition("Ready", .isFalse, "DependencyNotReady")]),
          repository: $0.repository, latestImage: $0.latestImage, labels: $0.labels)
      })
    let report = Fixture.report(Fixture.observation(snapshot))
    #expect(report.policies.map(\.standstill) == [.scan])
    #expect(report.problemIDs == ["tethys/image/repository/flux-system/app/failed"])
  }

  @Test func unpushedPolicyPointsToItsMarker() {
    let report = Fixture.report(Fixture.observation(Way.notPushed.snapshot))
    #expect(
      report.problems.first?.remedy.contains(#"{"$imagepolicy": "flux-system:app"}"#) == true)
  }

  @Test func policiesOfOneImageIgnoreEachOthersWorkloads() {
    func behind(_ running: [String]) -> [Bool?] {
      Fixture.report { snapshot in
        let repository = Reference(kind: "ImageRepository", namespace: "flux-system", name: "app")
        snapshot.imageRepositories = .seen([
          ImageRepository(resource: Fixture.resource("ImageRepository", "app"), image: Self.image)
        ])
        snapshot.imagePolicies = .seen(
          ["v1.9", "v2.1"].map {
            ImagePolicy(
              resource: Fixture.resource("ImagePolicy", $0), repository: repository,
              latestImage: "\(Self.image):\($0)")
          })
        snapshot.workloads = .seen([
          Workload(
            resource: Fixture.resource("Deployment", "app", namespace: "apps", []), desired: 1, ready: 1,
            available: 1, updated: 1, images: running.map { "\(Self.image):\($0)" })
        ])
      }.policies.map(\.isBehind)
    }
    #expect(behind(["v1.9", "v2.1"]) == [false, false])
    #expect(behind(["v1.9", "v2.0"]) == [false, true])
  }

  @Test(
    arguments: [
      ("app:v1", "app:v1", true), ("app:v1", "app:v2", false), ("app:v1@sha256:a", "app:v1", true),
      ("app:v1@sha256:a", "app:v1@sha256:b", false), ("app:v1@sha256:a", "app:v2@sha256:a", true),
      ("index.docker.io/org/app:v1", "org/app:v1", true), ("docker.io/nginx:v1", "nginx:v1", true),
      ("quay.io/org/app:v1", "org/app:v1", false), ("app", "app:latest", true), ("app", "app:v1", false),
      ("app@sha256:a", "app:v1", nil), ("app@sha256:a", "app", nil),
      ("app@sha256:a", "app:v1@sha256:a", true),
    ] as [(String, String, Bool?)])
  func imagesAreComparedByDigestThenTagIfBothAreKnown(_ image: String, _ other: String, _ isSame: Bool?) {
    #expect(ImageReference.isSame(image, other) == isSame)
  }

  @Test(arguments: [
    (LabelSelector(), true), (LabelSelector(labels: ["team": "a"]), true),
    (LabelSelector(labels: ["team": "b"]), false),
    (LabelSelector(requirements: [.init(key: "team", requirement: "In", values: ["a", "b"])]), true),
    (LabelSelector(requirements: [.init(key: "team", requirement: "NotIn", values: ["a"])]), false),
    (LabelSelector(requirements: [.init(key: "tier", requirement: "Exists")]), false),
    (LabelSelector(requirements: [.init(key: "tier", requirement: "DoesNotExist")]), true),
    (LabelSelector(requirements: [.init(key: "team", requirement: "Roughly")]), false),
  ])
  func selectorsSelectPolicies(_ selector: LabelSelector, _ matches: Bool) {
    #expect(selector.matches(["team": "a"]) == matches)
  }
}
