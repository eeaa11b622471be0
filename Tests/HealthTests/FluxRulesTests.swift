import GuardTypes
import Health
import Testing

/// The findings that make a plain reading of kstatus wrong for this job.
@Suite struct FluxRulesTests {
  @Test(arguments: ["Kustomization", "HelmRelease"])
  func canceledHealthCheckIsNoFailure(_ kind: String) {
    let canceled = FluxObject(
      resource: Fixture.resource(
        kind, "apps",
        [
          Fixture.condition(
            "Ready", .isFalse, "HealthCheckCanceled", "New reconciliation triggered by GitRepository/a/b",
            ago: 2)
        ]))
    let (report, history) = judge(
      Fixture.observation(Fixture.snapshot { $0.flux = .seen([canceled]) }), history: PollHistory(),
      now: Fixture.now)
    #expect(report.problems.isEmpty)
    #expect(history.failures.isEmpty)
  }

  private static func report(_ objects: FluxObject..., expectations: Expectations = Expectations())
    -> ClusterReport
  {
    Fixture.report(expectations) { $0.flux = .seen(objects) }
  }

  private static let retrying = Fixture.condition(
    "Reconciling", .isTrue, "ProgressingWithRetry", "building", ago: 2)
  private static let failed = Fixture.condition("Ready", .isFalse, "BuildFailed", "no such file", ago: 297)

  @Test func retriedFailureIsAFailure() throws {
    let report = Self.report(Fixture.kustomization("apps", [Self.retrying, Self.failed]))
    #expect(report.flux.map(\.status) == [.inProgress])
    #expect(report.flux.map(\.verdict) == [.critical])
    let problem = try #require(report.problems.first)
    #expect(problem.id == "tethys/flux/kustomization/flux-system/apps/failed")
    #expect(problem.since == Fixture.ago(297))
    #expect(problem.detail == "no such file")
    #expect(
      problem.remedy
        == "flux --kubeconfig /home/ann/.kube/k3s-config.yaml logs --kind=Kustomization --name=apps "
        + "--namespace=flux-system  # fix it in Git")
  }

  /// helm-controller replaces the failure in Ready by the success of the rollback.
  @Test(arguments: ["Released", "TestSuccess"], [false, true])
  func undoneUpgradeShowsWhyItFailed(_ action: String, _ isStalled: Bool) throws {
    let undone = "Helm rollback to previous release succeeded"
    let stalled = Fixture.condition(
      "Stalled", .isTrue, "RetriesExceeded", "Failed to upgrade after 1 attempt(s)")
    let release = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "web",
        (isStalled ? [stalled] : []) + [
          Fixture.condition("Ready", .isFalse, "RollbackSucceeded", undone),
          Fixture.condition(action, .isFalse, "UpgradeFailed", "field is immutable"),
          Fixture.condition("Remediated", .isTrue, "RollbackSucceeded", undone),
        ]))
    let problem = try #require(Self.report(release).problems.first)
    #expect(problem.detail.contains("field is immutable; \(undone)"))
    #expect(problem.title.hasSuffix(isStalled ? "(RetriesExceeded)" : "(UpgradeFailed)"))
  }

  @Test func absentProviderOfAnAlertIsReported() throws {
    let alert = FluxObject(
      resource: Fixture.resource("Alert", "main", generation: nil, observed: nil, []), isStatic: true,
      dependsOn: [Reference(kind: "Provider", namespace: "flux-system", name: "chat")])
    let provider = FluxObject(
      resource: Fixture.resource("Provider", "chat", generation: nil, observed: nil, []), isStatic: true)
    var history = PollHistory()
    var titles: [[String]] = []
    for (seconds, objects) in [(0, [alert]), (40, [alert]), (80, [alert, provider])]
      as [(Int64, [FluxObject])]
    {
      let now = Fixture.now + .seconds(seconds)
      let snapshot = Fixture.snapshot {
        $0.serverTime = now
        $0.flux = .seen(objects)
      }
      let (report, next) = judge(Fixture.observation(snapshot, at: now), history: history, now: now)
      titles.append(report.problems.filter { $0.subject.hasPrefix("alert") }.map(\.title))
      history = next
    }
    #expect(
      titles == [
        [], ["Alert flux-system/main waits for Provider flux-system/chat, which does not exist"], [],
      ])
  }

  @Test(arguments: [
    ("Alert", "sends nothing"), ("Receiver", "accepts no webhooks"), ("GitRepository", "fetches nothing"),
    ("HelmRelease", "does not follow Git"),
  ])
  func suspensionSaysWhatStops(_ kind: String, _ words: String) {
    let object = FluxObject(
      resource: Fixture.resource(kind, "x"), isSuspended: true, isStatic: kind == "Alert")
    #expect(Self.report(object).problems.first?.detail == "it \(words) until it is resumed")
  }

  @Test func regularReconciliationIsNoProblem() {
    let ticking = Fixture.kustomization(
      "apps",
      [
        Fixture.condition("Reconciling", .isTrue, "Progressing", ago: 5),
        Fixture.condition("Ready", .unknown, "Progressing", ago: 5),
      ])
    #expect(Self.report(ticking).verdict == .healthy)
    let release = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "cert-manager",
        [Fixture.condition("Reconciling", .isTrue, "Progressing", ago: 5), Fixture.ready]))
    #expect(Self.report(release).verdict == .healthy)
  }

  @Test func progressBeyondTheTimeoutIsStuck() {
    let stuck = Fixture.kustomization(
      "apps",
      [
        Fixture.condition("Reconciling", .isTrue, "Progressing", ago: 700),
        Fixture.condition("Ready", .unknown, "Progressing", ago: 700),
      ])
    #expect(Self.report(stuck).problemIDs == ["tethys/flux/kustomization/flux-system/apps/stuck"])
  }

  @Test func unobservedObjectIsInProgressAndThenStuck() {
    let object = FluxObject(
      resource: Fixture.resource("Kustomization", "new", observed: -1, []), interval: .seconds(600))
    let report = Self.report(object)
    #expect(report.flux.map(\.status) == [.inProgress])
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/new/stuck"])
  }

  @Test func staticKindsNeedNoConditions() {
    let alert = FluxObject(
      resource: Fixture.resource("Alert", "main", generation: nil, observed: nil, []), isStatic: true)
    let oci = FluxObject(
      resource: Fixture.resource("HelmRepository", "charts", observed: -1, []), isStatic: true)
    #expect(Self.report(alert, oci).verdict == .healthy)
  }

  /// Objects without a status that are suspended or stuck terminating.
  @Test(arguments: ["Alert", "Provider"])
  func kindWithoutAStatusCanBeSuspended(_ kind: String) {
    let path = "tethys/flux/\(kind.lowercased())/flux-system/main"
    let held = FluxObject(resource: Fixture.resource(kind, "main", []), isSuspended: true, isStatic: true)
    #expect(Self.report(held).problemIDs == ["\(path)/suspended"])
    let deleted = FluxObject(
      resource: Fixture.resource(kind, "main", deleted: Fixture.ago(900), []), isStatic: true)
    #expect(Self.report(deleted).problemIDs == ["\(path)/terminating"])
    let oci = FluxObject(
      resource: Fixture.resource("HelmRepository", "charts", []), isSuspended: true, isStatic: true)
    #expect(Self.report(oci).problems.isEmpty)
  }

  @Test func suspensionIsCheckedBeforeConditions() {
    let suspended = Fixture.kustomization("apps", [Self.failed], suspended: true, generation: 2)
    let report = Self.report(suspended)
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/apps/suspended"])
    #expect(report.flux.map(\.verdict) == [.degraded])
  }

  @Test func stalledIsFailed() {
    let stalled = FluxObject(
      resource: Fixture.resource(
        "HelmRelease", "app",
        [
          Fixture.condition("Stalled", .isTrue, "RetriesExceeded", "gave up"),
          Fixture.condition("Ready", .isFalse, "UpgradeFailed"),
        ]))
    let report = Self.report(stalled)
    #expect(report.flux.map(\.status) == [.failed])
    #expect(report.problems.first?.title.contains("RetriesExceeded") == true)
  }

  @Test func symptomIsReportedByItsCause() {
    let cause = Fixture.kustomization("infrastructure", [Self.retrying, Self.failed])
    let symptom = Fixture.kustomization(
      "apps",
      [Self.retrying, Fixture.condition("Ready", .isFalse, "DependencyNotReady", "dependency not ready")],
      dependsOn: [cause.resource.reference])
    let report = Self.report(cause, symptom)
    #expect(report.problemIDs == ["tethys/flux/kustomization/flux-system/infrastructure/failed"])
    #expect(report.flux.map(\.verdict) == [.critical, .degraded])
    // Without a failing parent it is a problem of its own.
    #expect(Self.report(symptom).problems.count == 1)
  }

  @Test func unappliedRevisionIsReportedWhenOverdue() {
    func report(_ updated: Int64) -> ClusterReport {
      Self.report(
        Fixture.git(revision: "main@sha1:b", updated: Fixture.ago(updated)), Fixture.kustomization("apps"))
    }
    #expect(report(1100).problems.isEmpty)
    #expect(report(1300).problemIDs == ["tethys/flux/kustomization/flux-system/apps/behind-source"])
  }

  @Test func longTerminationIsReported() {
    #expect(Self.report(Fixture.kustomization("apps", deleted: Fixture.ago(60))).problems.isEmpty)
    #expect(
      Self.report(Fixture.kustomization("apps", deleted: Fixture.ago(700))).problemIDs
        == ["tethys/flux/kustomization/flux-system/apps/terminating"])
  }

  @Test func missingFluxIsAProblemOnlyIfExpected() {
    #expect(Fixture.report { $0.flux = .notServed }.problems.isEmpty)
    #expect(
      Fixture.report(Expectations(fluxVersion: "v2.6.4")) { $0.flux = .notServed }.problemIDs == [
        "tethys/flux/missing"
      ])
  }

  @Test func versionComesFromTheControllers() {
    let controller = Workload(
      resource: Fixture.resource("Deployment", "source-controller"), desired: 1, ready: 1, available: 1,
      updated: 1,
      partOf: "flux", version: "v2.7.0")
    let report = Fixture.report(Expectations(fluxVersion: "v2.6.4")) {
      $0.workloads = .seen([controller])
      $0.flux = .seen([Fixture.git()])
    }
    #expect(report.fluxVersion == "v2.7.0")
    #expect(report.problemIDs == ["tethys/flux/version"])
  }

  @Test func unreadableKindIsOneWarning() {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "grant list on helmreleases")
    #expect(
      Fixture.report { $0.failedFluxKinds = ["HelmRelease": failure] }.problemIDs == [
        "tethys/api/HelmRelease/forbidden"
      ])
  }

  @Test(arguments: [
    "unable to clone 'https://github.com/o/token-service': dial tcp: lookup github.com: no such host",
    "Get \"https://charts.token.io/index.yaml\": 503 Service Unavailable",
    "bucket 'tokens' does not exist", "chart 'token-exchange' version '*' not found: 404",
    "mkdir /data/x: permission denied", "tls: x509: certificate of token.io is not valid",
    "failed to get secret 'flux-system/bot-token': secrets \"bot-token\" not found",
  ])
  func nameWithTokenIsNoRefusedLogin(_ message: String) {
    let report = Self.report(
      Fixture.git([Self.retrying, Fixture.condition("Ready", .isFalse, "GitOperationFailed", message)]))
    #expect(report.problems.allSatisfy { !$0.remedy.contains("renew the credentials") })
  }

  @Test func expiredTokenIsReportedAsCredentials() {
    let report = Self.report(
      Fixture.git([
        Self.retrying,
        Fixture.condition("Ready", .isFalse, "GitOperationFailed", "authentication required: Invalid token"),
      ]))
    #expect(report.problems.first?.remedy.contains("secretRef") == true)
  }
}
