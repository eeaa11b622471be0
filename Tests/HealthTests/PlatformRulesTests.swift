import GuardTypes
import Health
import Testing

@Suite struct PlatformRulesTests {
  private static func workload(_ available: Int, of desired: Int, _ conditions: [Condition] = []) -> Workload
  {
    Workload(
      resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared", conditions),
      desired: desired,
      ready: available, available: available, updated: desired)
  }

  private static let expected = Expectations(workloads: [.init(namespace: "cloudflared", name: "cloudflared")]
  )

  @Test func unavailableExpectedWorkloadIsCritical() {
    let down = Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(0, of: 2)]) }
    #expect(down.problems.map(\.severity) == [.critical])
    let deadline = Fixture.condition("Progressing", .isFalse, "ProgressDeadlineExceeded")
    let failed = Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(1, of: 2, [deadline])]) }
    #expect(failed.problems.map(\.severity) == [.critical])
    #expect(
      Fixture.report(Self.expected) { $0.workloads = .seen([Self.workload(2, of: 2)]) }.verdict == .healthy)
  }

  @Test func absentExpectedWorkloadIsMissing() {
    #expect(
      Fixture.report(Self.expected) { _ in }.problemIDs == ["tethys/workload/cloudflared/cloudflared/missing"]
    )
  }

  /// Of a certificate: days to its end and to its renewal, hours since an attempt failed, and whether it is ready.
  struct CertificateSample: Sendable {
    var end: Int64? = 60
    var renewal: Int64? = 30
    var failed: Int64? = nil
    var ready: Condition.Status = .isTrue
    let word: String?
  }

  @Test(arguments: [
    CertificateSample(word: nil), CertificateSample(end: 6, renewal: -24, word: "expiring"),
    CertificateSample(end: 0, word: "expired"),
    CertificateSample(ready: .isFalse, word: "not-ready"),
    CertificateSample(end: 25, renewal: -5, word: "renewal-overdue"),
    CertificateSample(end: nil, renewal: nil, failed: 2, ready: .isFalse, word: "not-ready"),
    // One of three days that is renewed a day before its end has no week to lose.
    CertificateSample(end: 2, renewal: 1, word: nil), CertificateSample(end: nil, renewal: nil, word: nil),
  ])
  func certificates(_ paper: CertificateSample) {
    func moment(_ days: Int64?) -> Timestamp? { days.map { Fixture.now + .seconds($0 * 86_400) } }
    let certificate = Certificate(
      resource: Fixture.resource(
        "Certificate", "web", namespace: "web", [Fixture.condition("Ready", paper.ready)]),
      notAfter: moment(paper.end), renewalTime: moment(paper.renewal),
      lastFailureTime: paper.failed.map { Fixture.ago($0 * 3600) },
      failedAttempts: paper.failed.map { _ in 3 })
    let report = Fixture.report { $0.certificates = .seen([certificate]) }
    #expect(report.problemIDs == [paper.word].compactMap { $0.map { "tethys/certificate/web/web/\($0)" } })
    if paper.failed != nil {
      #expect(report.problems.first?.detail.contains("3 attempts failed, the next one is due at") == true)
    }
  }

  @Test func failedIssueIsInTheDetail() {
    let certificate = Certificate(
      resource: Fixture.resource(
        "Certificate", "web", namespace: "web",
        [
          Fixture.condition("Ready", .isFalse, "DoesNotExist", "Secret does not exist"),
          Fixture.condition("Issuing", .isFalse, "Failed", "acme: order is invalid"),
        ]), lastFailureTime: Fixture.ago(7200), failedAttempts: 2)
    let report = Fixture.report { $0.certificates = .seen([certificate]) }
    #expect(report.problems.first?.detail.contains("Failed: acme: order is invalid") == true)
  }

  @Test(arguments: [-3600, 86_400] as [Int64])
  func failedRenewalIsInTheDetailOfTheDates(_ end: Int64) {
    let certificate = Certificate(
      resource: Fixture.resource(
        "Certificate", "web", namespace: "web",
        [Fixture.ready, Fixture.condition("Issuing", .isFalse, "Failed", "acme: order is invalid")]),
      notAfter: Fixture.now + .seconds(end), lastFailureTime: Fixture.ago(7200), failedAttempts: 20)
    let report = Fixture.report { $0.certificates = .seen([certificate]) }
    #expect(report.problems.first?.detail.contains("; Failed: acme: order is invalid; 20 attempts") == true)
  }

  private static func stack(
    _ state: String, _ conditions: [Condition], resynced: Int64 = 60, updating: Bool = false
  ) -> Stack {
    Stack(
      resource: Fixture.resource("Stack", "infra", conditions), lastUpdateState: state,
      lastUpdateTime: Fixture.ago(resynced), lastAttemptedCommit: "bbbbbbbbbb",
      lastSuccessfulCommit: "aaaaaaaaaa",
      resyncInterval: .seconds(300), isUpdating: updating)
  }

  private static let resyncing = Fixture.condition("Ready", .isFalse, "NotReadyInProgress", ago: 30)

  @Test(arguments: [
    (stack("succeeded", [Fixture.ready]), String?.none),
    // Every comparison with the world makes it not ready for a while.
    (stack("succeeded", [resyncing], updating: true), nil),
    // A retry is not a success.
    (stack("failed", [resyncing], updating: true), "failed"),
    (stack("failed", [Fixture.ready]), "failed"),
    (
      stack("succeeded", [Fixture.condition("Reconciling", .isTrue, "RetryingAfterFailure"), resyncing]),
      "failed"
    ),
    (stack("failed", [Fixture.condition("Stalled", .isTrue, "SpecInvalid")]), "stalled"),
    (stack("succeeded", [Fixture.condition("Ready", .isFalse, "NotReadyInProgress", ago: 4000)]), "stuck"),
    (stack("succeeded", [Fixture.ready], resynced: 3000), "overdue"),
  ])
  func stacks(_ stack: Stack, _ word: String?) {
    let report = Fixture.report { $0.stacks = .seen([stack]) }
    #expect(report.problemIDs == [word].compactMap { $0.map { "tethys/stack/flux-system/infra/\($0)" } })
    if word == "failed" {
      #expect(
        report.problems.first?.detail.contains("failed on bbbbbbbb; the last good one is aaaaaaaa") == true)
    }
  }

  @Test(arguments: [
    (Bool?.some(true), String?.none), (false, "secret/flux-system/github-token/missing"),
    (nil, "api/secrets/forbidden"),
  ])
  func secretsArePresentMissingOrUnknown(_ isPresent: Bool?, _ id: String?) {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "grant get on it")
    let secret = SecretPresence(
      namespace: "flux-system", name: "github-token", isPresent: isPresent,
      failure: isPresent == nil ? failure : nil)
    #expect(
      Fixture.report { $0.secrets = .seen([secret]) }.problemIDs
        == [id].compactMap { $0.map { "tethys/\($0)" } })
  }

  @Test func successfulLoginProvesTheSecret() {
    let git = FluxObject(
      resource: Fixture.resource("GitRepository", "flux-system"), secretName: "github-token")
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "grant get on it")
    let report = Fixture.report {
      $0.flux = .seen([git])
      $0.secrets = .seen([
        SecretPresence(namespace: "flux-system", name: "github-token", isPresent: nil, failure: failure)
      ])
    }
    #expect(report.problems.isEmpty)
    #expect(report.secrets.map(\.isPresent) == [true])
  }

  /// Counts of a workload, and what kstatus says of them.
  struct Counts: Sendable {
    var kind = "Deployment"
    var desired = 3, ready = 3, available = 3, updated = 3
    var current: Int? = 3
    var updates = Workload.Updates.rolling
    let status: ObjectStatus
    let reason: String
  }

  @Test(arguments: [
    Counts(status: .current, reason: "Available"),
    Counts(current: 2, status: .inProgress, reason: "LessReplicas"),
    Counts(updated: 2, status: .inProgress, reason: "LessUpdated"),
    Counts(current: 4, status: .inProgress, reason: "ExtraPods"),
    Counts(available: 2, status: .inProgress, reason: "LessAvailable"),
    Counts(ready: 2, status: .inProgress, reason: "LessReady"),
    Counts(kind: "StatefulSet", ready: 2, status: .inProgress, reason: "LessReady"),
    Counts(kind: "StatefulSet", updated: 1, status: .inProgress, reason: "RevisionMismatch"),
    Counts(
      kind: "StatefulSet", ready: 0, updated: 0, updates: .onDelete, status: .current, reason: "Available"),
    Counts(kind: "StatefulSet", updated: 1, updates: .partition(2), status: .current, reason: "Available"),
    Counts(
      kind: "StatefulSet", updated: 0, updates: .partition(2), status: .inProgress, reason: "PartitionRollout"
    ),
    Counts(kind: "DaemonSet", current: 2, status: .inProgress, reason: "LessCurrent"),
    Counts(kind: "DaemonSet", available: 2, status: .inProgress, reason: "LessAvailable"),
  ])
  func workloadsFollowKStatus(_ counts: Counts) {
    let available = Fixture.condition("Available", .isTrue, "MinimumReplicasAvailable")
    let computed = KStatus.compute(
      Workload(
        resource: Fixture.resource(counts.kind, "web", [available]), desired: counts.desired,
        ready: counts.ready,
        available: counts.available, updated: counts.updated, current: counts.current, updates: counts.updates
      ))
    #expect(computed.status == counts.status)
    #expect(computed.reason == counts.reason)
  }
}

@Suite struct AgeTests {
  @Test(arguments: [
    (-5 as Int64, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (312, "5m12s"),
    (600, "10m"),
    (10_799, "179m"), (10_800, "3h"), (27_000, "7h30m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"),
    (442_800, "5d3h"), (691_200, "8d"), (35_596_800, "412d"), (98_064_000, "3y40d"), (315_360_000, "10y"),
  ])
  func followsKubectl(_ seconds: Int64, _ text: String) {
    #expect(Duration.seconds(seconds).humanDuration == text)
  }
}
