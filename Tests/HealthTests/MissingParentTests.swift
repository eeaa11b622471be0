import GuardTypes
import Health
import Testing

/// The problem of an object that waits for a missing one names that object and the field.
@Suite struct MissingParentTests {
  private static func release(
    _ reason: String, _ message: String, source: Reference, field: String, chart: Reference? = nil
  ) -> FluxObject {
    FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "app", namespace: "apps",
        [Fixture.condition("Ready", .isFalse, reason, message, ago: 3600)]),
      interval: .seconds(600), source: source, sourceField: field, chart: chart)
  }

  private static let repository = Reference(kind: "HelmRepository", namespace: "apps", name: "charts")
  fileprivate static let chart = Reference(kind: "HelmChart", namespace: "apps", name: "apps-app")

  @Test(arguments: ["chartRef", "chart.spec.sourceRef"])
  func fieldOfAMissingSourceIsNamed(_ field: String) throws {
    let ghost = Reference(kind: "OCIRepository", namespace: "apps", name: "ghost")
    let report = Fixture.report {
      $0.flux = .seen([
        Self.release("SourceNotReady", "could not get Source object", source: ghost, field: field)
      ])
    }
    let problem = try #require(report.problems.first)
    #expect(problem.title == "HelmRelease apps/app waits for OCIRepository apps/ghost, which does not exist")
    #expect(problem.step.note?.contains("correct \(field) of HelmRelease apps/app") == true)
  }

  /// The status names the chart only after it exists.
  @Test(arguments: [nil, MissingParentTests.chart] as [Reference?], ["HelmChartNotReady", "SourceNotReady"])
  func missingChartIsNotAHealthyRepository(_ chart: Reference?, _ reason: String) throws {
    let report = Fixture.report {
      $0.flux = .seen([
        FluxObject(resource: Fixture.resource("HelmRepository", "charts", namespace: "apps")),
        Self.release(
          reason, "HelmChart 'apps/apps-app' is not ready: not found", source: Self.repository,
          field: "chart.spec.sourceRef", chart: chart),
      ])
    }
    let problem = try #require(report.problems.first)
    #expect(problem.title == "HelmRelease apps/app waits for HelmChart apps/apps-app, which does not exist")
    #expect(problem.step.command?.contains("logs --kind=HelmRelease --name=app") == true)
    #expect(problem.step.note?.contains("helm-controller creates HelmChart apps/apps-app") == true)
  }

  @Test func chartThatExistsIsAwaited() {
    let report = Fixture.report {
      $0.flux = .seen([
        FluxObject(
          resource: Fixture.resource(
            "HelmChart", "apps-app", namespace: "apps",
            [Fixture.condition("Ready", .isFalse, "ChartPullError", "404")])),
        Self.release(
          "HelmChartNotReady", "HelmChart 'apps/apps-app' is not ready", source: Self.repository,
          field: "chart.spec.sourceRef", chart: Self.chart),
        FluxObject(resource: Fixture.resource("HelmRepository", "charts", namespace: "apps")),
      ])
    }
    #expect(report.problemIDs == ["tethys/flux/helmchart/apps/apps-app/failed"])
  }

  private static func images(
    _ seconds: Int64, _ change: (inout Snapshot) -> Void = { _ in }
  ) -> ClusterReport {
    let failed = [Fixture.condition("Ready", .isFalse, "DependencyNotReady", "does not exist", ago: seconds)]
    return Fixture.report { snapshot in
      snapshot.imagePolicies = .seen([
        ImagePolicy(
          resource: Fixture.resource("ImagePolicy", "app", failed),
          repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "ghost"))
      ])
      snapshot.imageUpdateAutomations = .seen([
        ImageUpdateAutomation(
          resource: Fixture.resource("ImageUpdateAutomation", "bot", failed),
          source: Reference(kind: "GitRepository", namespace: "other", name: "gone"))
      ])
      change(&snapshot)
    }
  }

  @Test func missingRepositoryAndSourceOfImagesAreNamed() {
    let titles = Set(Self.images(60).problems.map(\.title))
    #expect(
      titles == [
        "ImagePolicy flux-system/app waits for ImageRepository flux-system/ghost, which does not exist",
        "ImageUpdateAutomation flux-system/bot waits for GitRepository other/gone, which does not exist",
      ])
    let notes = Self.images(60).problems.compactMap(\.step.note)
    #expect(notes.contains { $0.contains("correct imageRepositoryRef of") })
    #expect(notes.contains { $0.contains("correct sourceRef of") })
    #expect(Self.images(10).problems.isEmpty)
  }

  @Test func repositoryOfAnUnreadListIsNotMissing() {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "add it")
    let report = Self.images(600) {
      $0.imageRepositories = .failed(failure)
      $0.failedFluxKinds = ["GitRepository": failure]
    }
    #expect(!report.problems.contains { $0.title.contains("does not exist") })
  }
}
