import GuardTypes
import Health
import Testing

/// Workloads of any namespace that have no pod at all.
@Suite struct DownWorkloadTests {
  fileprivate static func workload(
    kind: String = "Deployment", desired: Int = 3, available: Int = 0, _ conditions: [Condition] = []
  ) -> Workload {
    Workload(
      resource: Fixture.resource(kind, "d04", namespace: "apps", conditions), desired: desired,
      ready: available,
      available: available, updated: desired)
  }

  fileprivate static func refused(_ seconds: Int64) -> [Condition] {
    [
      Fixture.condition(
        "ReplicaFailure", .isTrue, "FailedCreate", "exceeded quota: pods", ago: seconds)
    ]
  }

  @Test(arguments: [
    (DownWorkloadTests.workload(DownWorkloadTests.refused(3600)), true),
    (DownWorkloadTests.workload(DownWorkloadTests.refused(300)), false),
    (DownWorkloadTests.workload(available: 1, DownWorkloadTests.refused(3600)), false),
    (DownWorkloadTests.workload(desired: 0, DownWorkloadTests.refused(3600)), false),
    (DownWorkloadTests.workload(kind: "StatefulSet", DownWorkloadTests.refused(3600)), true),
    (DownWorkloadTests.workload([Fixture.condition("Available", .isFalse, ago: 3600)]), true),
    (DownWorkloadTests.workload(), false),
  ])
  func workloadWithoutPodsIsReportedInAnyNamespace(_ workload: Workload, _ isProblem: Bool) {
    let report = Fixture.report { $0.workloads = .seen([workload]) }
    let kind = workload.resource.kind.lowercased()
    #expect(report.problemIDs == (isProblem ? ["tethys/workload/apps/d04/\(kind)"] : []))
    #expect(report.workloads.map(\.verdict) == (isProblem ? [.degraded] : []))
    #expect(report.problems.allSatisfy { $0.severity == .warning && $0.title.contains("0 of 3 available") })
  }

  @Test func refusalIsTheCause() {
    let report = Fixture.report { $0.workloads = .seen([Self.workload(Self.refused(3600))]) }
    #expect(report.problems.first?.detail.contains("FailedCreate: exceeded quota: pods") == true)
  }

  @Test func podsReportForTheirWorkload() {
    let report = Fixture.report {
      $0.workloads = .seen([Self.workload([Fixture.condition("Available", .isFalse, ago: 3600)])])
      $0.pods = .seen(
        PodCensus(
          total: 3, unwell: [Fixture.pod("d04-1", waiting: "CrashLoopBackOff", owner: "d04", restarts: 9)]))
    }
    #expect(report.problemIDs == ["tethys/pods/crash-looping"])
  }
}
