import Health
import Testing

/// A deleted object that stays is reported, for every kind.
@Suite struct TerminatingTests {
  private static func resource(_ kind: String, _ seconds: Int64) -> Resource {
    Fixture.resource(kind, "old", deleted: Fixture.ago(seconds))
  }

  private static let kinds: [(String, @Sendable (inout Snapshot, Int64) -> Void)] = [
    ("node/old", { $0.nodes = .seen([Node(resource: resource("Node", $1))]) }),
    (
      "flux/gitrepository/flux-system/old",
      { $0.flux = .seen([FluxObject(resource: resource("GitRepository", $1))]) }
    ),
    (
      "certificate/flux-system/old",
      { $0.certificates = .seen([Certificate(resource: resource("Certificate", $1))]) }
    ),
    ("stack/flux-system/old", { $0.stacks = .seen([Stack(resource: resource("Stack", $1))]) }),
    ("workload/flux-system/old/job", { $0.jobs = .seen([Job(resource: resource("Job", $1))]) }),
    (
      "image/repository/flux-system/old",
      {
        $0.imageRepositories = .seen([
          ImageRepository(resource: resource("ImageRepository", $1), image: "ghcr.io/a/b")
        ])
      }
    ),
    (
      "image/automation/flux-system/old",
      {
        $0.imageUpdateAutomations = .seen([
          ImageUpdateAutomation(resource: resource("ImageUpdateAutomation", $1))
        ])
      }
    ),
  ]

  @Test func waitForAnObjectThatDoesNotTerminateIsItsSymptom() {
    let parent = Reference(kind: "Kustomization", namespace: "flux-system", name: "old")
    let report = Fixture.report {
      $0.flux = .seen([
        Fixture.git(), FluxObject(resource: Self.resource("Kustomization", 1200)),
        Fixture.kustomization(
          "apps",
          [
            Fixture.condition(
              "Ready", .isFalse, "DependencyNotReady", "dependency 'flux-system/old' is not ready", ago: 1200)
          ], dependsOn: [parent]),
      ])
    }
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/old/terminating"])
  }

  @Test func failureOfADeletionIsTold() {
    let release = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "old", deleted: Fixture.ago(1200),
        [Fixture.condition("Ready", .isFalse, "UninstallFailed", "Helm uninstall failed: hook")]))
    #expect(
      Fixture.report { $0.flux = .seen([release]) }.problems.map(\.detail) == [
        "UninstallFailed: Helm uninstall failed: hook"
      ])
  }

  @Test(arguments: kinds.indices)
  func longTerminationIsReported(_ index: Int) {
    let (path, put) = Self.kinds[index]
    func report(_ seconds: Int64) -> ClusterReport { Fixture.report { put(&$0, seconds) } }
    #expect(report(900).problemIDs == ["tethys/\(path)/terminating"])
    #expect(report(900).problems.map(\.since) == [Fixture.ago(900)])
    #expect(report(60).problems.isEmpty)
  }
}
