import Health
import Testing

/// Rollouts that do not end, and kstatus of the apps kinds to the letter.
@Suite struct RolloutTests {
  private static func deployment(
    _ available: Int, of desired: Int, _ conditions: [Condition], hasDeadline: Bool = true,
    updated: Int? = nil,
    deleted: Timestamp? = nil
  ) -> Workload {
    Workload(
      resource: Fixture.resource("Deployment", "web", namespace: "cloudflared", deleted: deleted, conditions),
      desired: desired, hasProgressDeadline: hasDeadline, ready: available, available: available,
      updated: updated ?? desired, current: desired)
  }

  private static let available = Fixture.condition("Available", .isTrue, "MinimumReplicasAvailable")
  private static let done = Fixture.condition("Progressing", .isTrue, "NewReplicaSetAvailable")
  private static let late = Fixture.condition(
    "Progressing", .isFalse, "ProgressDeadlineExceeded", "has timed out progressing", ago: 3600)

  private static func report(_ workload: Workload, history: PollHistory = PollHistory()) -> (
    ClusterReport, PollHistory
  ) {
    let observation = Fixture.observation(Fixture.snapshot { $0.workloads = .seen([workload]) })
    let judged = judge(observation, history: history, now: Fixture.now)
    return (judged.report, judged.history)
  }

  @Test(arguments: [2, 1])
  func rolloutBeyondItsDeadlineIsReportedWithItsStart(_ serving: Int) throws {
    let workload = Self.deployment(serving, of: 2, [Self.available, Self.late], updated: 1)
    let report = Self.report(workload).0
    let problem = try #require(report.problems.first)
    #expect(
      problem.title == "Deployment cloudflared/web does not roll out: ProgressDeadlineExceeded")
    #expect(problem.since == Fixture.ago(3600))
    #expect(problem.detail.contains("\(serving) of 2 available"))
    #expect(report.workloads.map(\.status) == [.failed])
    #expect(report.workloads.map(\.since) == [Fixture.ago(3600)])
  }

  @Test func outageIsReportedBeforeTheRollout() {
    let down = Fixture.condition("Available", .isFalse, "MinimumReplicasUnavailable", ago: 1800)
    let report = Self.report(Self.deployment(0, of: 2, [down, Self.late])).0
    #expect(report.problems.map(\.title) == ["Deployment cloudflared/web has 0 of 2 available"])
    #expect(report.problems.map(\.since) == [Fixture.ago(1800)])
  }

  @Test func stuckAvailableRolloutIsReportedWithItsReason() {
    let resumed = Fixture.condition("Progressing", .unknown, "DeploymentResumed")
    let workload = Self.deployment(2, of: 2, [Self.available, resumed])
    let (first, history) = Self.report(workload)
    #expect(first.problems.isEmpty)
    let later = judge(
      Fixture.observation(
        Fixture.snapshot { $0.workloads = .seen([workload]) }, at: Fixture.now + .seconds(200)),
      history: history, now: Fixture.now + .seconds(200)
    ).report
    #expect(
      later.problems.map(\.title) == ["Deployment cloudflared/web does not roll out: ReplicaSetNotAvailable"])
    #expect(later.problems.map(\.since) == [Fixture.now])
  }

  @Test func reasonOfAReplicaFailureIsInTheDetail() {
    let quota = Fixture.condition("ReplicaFailure", .isTrue, "FailedCreate", "exceeded quota: pods")
    let down = Fixture.condition("Available", .isFalse, "MinimumReplicasUnavailable")
    let report = Self.report(Self.deployment(0, of: 1, [down, quota])).0
    #expect(report.problems.first?.detail.contains("FailedCreate: exceeded quota: pods") == true)
  }

  @Test func longDeletionOfAWorkloadIsReported() {
    let report = Self.report(Self.deployment(1, of: 1, [Self.available], deleted: Fixture.ago(900))).0
    #expect(report.problems.map(\.title) == ["Deployment cloudflared/web has been terminating for 15m"])
    #expect(Self.report(Self.deployment(1, of: 1, [], deleted: Fixture.ago(60))).0.problems.isEmpty)
  }

  /// kstatus calls a set whose pods a person replaces Current, independent of their state.
  @Test(arguments: [(3, 3, 0, false), (0, 0, 3, true), (1, 1, 3, true)])
  func podsReplacedByHandMustBeReady(
    _ ready: Int, _ available: Int, _ updated: Int, _ isTold: Bool
  ) {
    for kind in ["StatefulSet", "DaemonSet"] {
      let workload = Workload(
        resource: Fixture.resource(kind, "web", namespace: "cloudflared", []), desired: 3, ready: ready,
        available: available, updated: updated, current: 3, updates: .onDelete)
      let history = Self.report(workload).1
      let later = Fixture.now + .seconds(200)
      let report = judge(
        Fixture.observation(Fixture.snapshot { $0.workloads = .seen([workload]) }, at: later),
        history: history,
        now: later
      ).report
      let id = "tethys/workload/cloudflared/web/\(kind.lowercased())"
      #expect(report.problemIDs == (isTold ? [id] : []))
    }
  }

  /// deploymentConditions of cli-utils.
  @Test(arguments: [
    ([done, available], true, ObjectStatus.current, "Available"),
    ([available], false, .current, "Available"),
    ([available], true, .inProgress, "ReplicaSetNotAvailable"),
    (
      [Fixture.condition("Progressing", .isFalse, "NewReplicaSetAvailable"), available], true, .inProgress,
      "ReplicaSetNotAvailable"
    ),
    (
      [Fixture.condition("Progressing", .isTrue, "ReplicaSetUpdated"), available], true, .inProgress,
      "ReplicaSetNotAvailable"
    ),
    ([done], true, .inProgress, "DeploymentNotAvailable"), ([], false, .inProgress, "DeploymentNotAvailable"),
    ([done, Fixture.condition("Available", .unknown)], true, .inProgress, "DeploymentNotAvailable"),
    (
      [Fixture.condition("Progressing", .isTrue, "ProgressDeadlineExceeded"), available], true, .failed,
      "ProgressDeadlineExceeded"
    ),
    ([Fixture.condition("Stalled", .isTrue, "S"), done, available], true, .failed, "S"),
    ([Fixture.condition("Reconciling", .isTrue, "R"), done, available], true, .inProgress, "R"),
  ])
  func deploymentsFollowKStatus(
    _ conditions: [Condition], _ hasDeadline: Bool, _ status: ObjectStatus, _ reason: String
  ) {
    let computed = KStatus.compute(Self.deployment(2, of: 2, conditions, hasDeadline: hasDeadline))
    #expect(computed.status == status)
    #expect(computed.reason == reason)
  }

  /// daemonsetConditions of cli-utils.
  @Test(arguments: [
    (Int64?.some(1), Int64?.some(1), true, ObjectStatus.current, "Available"),
    (nil, 1, true, .inProgress, "NoGeneration"), (1, nil, true, .inProgress, "NoObservedGeneration"),
    (1, 1, false, .inProgress, "NoDesiredNumber"), (2, 1, true, .inProgress, "LatestGenerationNotObserved"),
  ])
  func daemonSetsFollowKStatus(
    _ generation: Int64?, _ observed: Int64?, _ isDesiredKnown: Bool, _ status: ObjectStatus, _ reason: String
  ) {
    let computed = KStatus.compute(
      Workload(
        resource: Fixture.resource("DaemonSet", "exporter", generation: generation, observed: observed, []),
        desired: isDesiredKnown ? 3 : 0, isDesiredKnown: isDesiredKnown, ready: 3, available: 3, updated: 3,
        current: 3))
    #expect(computed.status == status)
    #expect(computed.reason == reason)
  }
}
