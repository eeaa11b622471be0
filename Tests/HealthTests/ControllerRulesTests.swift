import Health
import Testing

/// The controllers of Flux: what stands still because of one of them is its problem alone.
@Suite struct ControllerRulesTests {
  private static let names = ["helm-controller", "kustomize-controller", "source-controller"]

  private static func controller(
    _ name: String, available: Int = 1, desired: Int = 1, version: String? = "v2.6.4"
  ) -> Workload {
    Workload(
      resource: Fixture.resource("Deployment", name, []), desired: desired, ready: available,
      available: available, updated: desired, images: ["ghcr.io/fluxcd/\(name):v1.6.1"], partOf: "flux",
      version: version)
  }

  private static func report(
    _ controllers: [Workload], renewed: [String: Int64] = [:], _ expectations: Expectations = Expectations(),
    history: PollHistory = PollHistory(), ready seconds: Int64 = 300
  ) -> ClusterReport {
    let snapshot = Fixture.snapshot {
      let ready = [Fixture.condition("Ready", .isTrue, ago: seconds)]
      $0.flux = .seen([
        Fixture.git(), Fixture.kustomization("apps", ready), Fixture.kustomization("base", ready),
      ])
      $0.workloads = .seen(controllers)
      $0.leaderLeases = .seen(
        renewed.map {
          LeaderLease(
            namespace: "flux-system", name: "\($0.key)-leader-election", renewTime: Fixture.ago($0.value))
        })
    }
    return Fixture.report(Fixture.observation(snapshot, expectations), history: history)
  }

  @Test func controllersAreShownWithTheirVersions() {
    let report = Self.report(Self.names.map { Self.controller($0) }, renewed: ["source-controller": 4])
    #expect(report.problems.isEmpty)
    #expect(report.controllers.map(\.name) == Self.names)
    #expect(report.controllers.map(\.version) == ["v1.6.1", "v1.6.1", "v1.6.1"])
    #expect(report.controllers.map(\.renewedAt) == [nil, nil, Fixture.ago(4)])
    #expect(report.fluxVersion == "v2.6.4")
  }

  @Test func controllerThatIsDownIsOneCriticalProblem() {
    let report = Self.report(
      Self.names.map { Self.controller($0, available: $0 == "kustomize-controller" ? 0 : 1) }, ready: 90_000)
    #expect(report.problemIDs == ["tethys/workload/flux-system/kustomize-controller/deployment"])
    #expect(report.problems.map(\.severity) == [.critical])
  }

  @Test func controllerScaledToZeroIsReported() {
    let report = Self.report(
      Self.names.map {
        $0 == "helm-controller" ? Self.controller($0, available: 0, desired: 0) : Self.controller($0)
      })
    #expect(report.problems.map(\.title) == ["Deployment flux-system/helm-controller is scaled to zero"])
  }

  @Test(arguments: [(89 as Int64, false), (91, true)])
  func leaderWithAnOldLeaseIsIdle(_ seconds: Int64, _ isStopped: Bool) {
    let report = Self.report(
      Self.names.map { Self.controller($0) }, renewed: ["kustomize-controller": seconds], ready: 600)
    #expect(report.problemIDs == (isStopped ? ["tethys/flux/controller/kustomize-controller/stopped"] : []))
  }

  @Test func controllerIsMissingIfItsObjectsExist() {
    let report = Self.report([Self.controller("source-controller")])
    #expect(report.problemIDs == ["tethys/flux/controller/kustomize-controller/missing"])
  }

  /// Without expect.flux, the installation may use other names, unless the guard has seen the usual ones.
  @Test func controllersThatVanishAreReported() {
    let missing = ["tethys/flux/controllers-missing"]
    var history = PollHistory()
    func ids(_ controllers: [Workload]) -> [String] {
      let snapshot = Fixture.snapshot {
        $0.flux = .seen([Fixture.git(), Fixture.kustomization("apps")])
        $0.workloads = .seen(controllers)
      }
      let judgment = judge(Fixture.observation(snapshot), history: history, now: Fixture.now)
      history = judgment.history
      return judgment.report.problemIDs
    }
    #expect(ids([]).isEmpty)
    #expect(ids(Self.names.map { Self.controller($0) }).isEmpty)
    #expect(ids([]) == missing)
    #expect(ids([]) == missing)
    #expect(ids(Self.names.map { Self.controller($0) }).isEmpty)
  }

  @Test func missingFluxIsOneProblemIfExpected() {
    #expect(
      Self.report([], Expectations(fluxVersion: "v2.6.4"), ready: 90_000).problemIDs == [
        "tethys/flux/controllers-missing"
      ])
    #expect(Self.report([]).problems.isEmpty)
  }

  @Test(arguments: [
    (["v2.6.4", "v2.6.4", "v2.6.4"], [String]()), (["v2.7.0", "v2.7.0", "v2.7.0"], ["tethys/flux/version"]),
    (["v2.6.4", "v2.7.0", "v2.6.4"], ["tethys/flux/version"]),
    ([nil, nil, nil], ["tethys/flux/version-unknown"]),
  ])
  func releaseIsComparedWithTheExpectedOne(_ versions: [String?], _ ids: [String]) {
    let report = Self.report(
      zip(Self.names, versions).map { Self.controller($0, version: $1) }, Expectations(fluxVersion: "v2.6.4"))
    #expect(report.problemIDs == ids)
  }
}
