import GuardTypes
import Health
import Testing

/// Workloads of any namespace with a fault that none of their pods shows.
@Suite struct DownWorkloadTests {
  fileprivate static func workload(
    kind: String = "Deployment", desired: Int = 3, available: Int = 0, deleted: Int64? = nil,
    _ conditions: [Condition] = []
  ) -> Workload {
    Workload(
      resource: Fixture.resource(
        kind, "d04", namespace: "apps", deleted: deleted.map(Fixture.ago), conditions), desired: desired,
      ready: available,
      available: available, updated: desired)
  }

  fileprivate static func late(_ seconds: Int64) -> Condition {
    Fixture.condition("Progressing", .isFalse, "ProgressDeadlineExceeded", "timed out", ago: seconds)
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
    (DownWorkloadTests.workload(available: 1, DownWorkloadTests.refused(3600)), true),
    (DownWorkloadTests.workload(available: 1, DownWorkloadTests.refused(300)), false),
    (DownWorkloadTests.workload(available: 3, [DownWorkloadTests.late(3600)]), true),
    (DownWorkloadTests.workload(available: 3, [DownWorkloadTests.late(300)]), false),
    (DownWorkloadTests.workload(available: 3, deleted: 1800), true),
    (DownWorkloadTests.workload(deleted: 300), false),
    (DownWorkloadTests.workload(kind: "DaemonSet", desired: 0), false),
    (DownWorkloadTests.workload(desired: 0, DownWorkloadTests.refused(3600)), false),
    (DownWorkloadTests.workload(kind: "StatefulSet", DownWorkloadTests.refused(3600)), true),
    (DownWorkloadTests.workload([Fixture.condition("Available", .isFalse, ago: 3600)]), true),
    (DownWorkloadTests.workload(), false),
  ])
  func workloadThatNoPodExplainsIsReportedInAnyNamespace(_ workload: Workload, _ isProblem: Bool) {
    let report = Fixture.report { $0.workloads = .seen([workload]) }
    let kind = workload.resource.kind.lowercased()
    #expect(report.problemIDs == (isProblem ? ["tethys/workload/apps/d04/\(kind)"] : []))
    #expect(report.workloads.map(\.verdict) == (isProblem ? [.degraded] : []))
    #expect(report.problems.allSatisfy { $0.severity == .warning })
  }

  private static func ids(
    _ workload: Workload, after seconds: Int64, pods: [Pod]? = [], ready: Int? = nil,
    updated: (Int64) -> Int = { _ in 1 }
  ) -> [String] {
    var history = PollHistory()
    var ids: [String] = []
    for time in stride(from: 0, through: seconds, by: 60) {
      let now = Fixture.now + .seconds(time)
      let state = Workload(
        resource: workload.resource, desired: workload.desired, ready: ready ?? workload.ready,
        available: workload.available, updated: updated(time))
      var snapshot = Fixture.snapshot {
        $0.workloads = .seen([state])
        if let pods { $0.pods = .seen(PodCensus(total: 3, unhealthy: pods)) }
      }
      snapshot.serverTime = now
      let (report, next) = judge(Fixture.observation(snapshot, at: now), history: history, now: now)
      ids = report.problemIDs.filter { $0.contains("/workload/") }
      history = next
    }
    return ids
  }

  @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet"])
  func fewerPodsThanDesiredAreReportedAfterTenMinutes(_ kind: String) {
    let workload = Self.workload(kind: kind, available: 1)
    #expect(Self.ids(workload, after: 540) == [])
    #expect(Self.ids(workload, after: 720) == ["tethys/workload/apps/d04/\(kind.lowercased())"])
    let id = "tethys/workload/apps/d04/\(kind.lowercased())"
    // A long rollout that advances is none, and a rollout ends no problem.
    #expect(Self.ids(workload, after: 1200) { Int($0) / 300 } == [])
    #expect(Self.ids(workload, after: 900) { $0 < 720 ? 3 : 1 } == [id])
    // Pods that are ready count as soon as minReadySeconds are over.
    #expect(Self.ids(workload, after: 1200, ready: 3) == [])
    // Pods that cannot be listed may explain why one is missing.
    #expect(Self.ids(workload, after: 1200, pods: nil) == [])
  }

  /// A drained node waits for terminationGracePeriodSeconds.
  @Test func podThatEndsWithinItsGracePeriodExplainsItsWorkload() {
    let workload = Self.workload(available: 2)
    func ids(until due: Int64) -> [String] {
      let pod = Pod(
        resource: Resource(
          kind: "Pod", namespace: "apps", name: "d04-2", creationTimestamp: Fixture.ago(86_400),
          deletionTimestamp: Fixture.now + .seconds(due)),
        phase: "Running", owner: Reference(kind: "Deployment", namespace: "apps", name: "d04"))
      return Self.ids(workload, after: 1200, pods: [pod])
    }
    #expect(ids(until: 1800) == [])
    #expect(Self.ids(workload, after: 1200) == ["tethys/workload/apps/d04/deployment"])
  }

  @Test func changeThatNoControllerSeesIsReportedAfterTenMinutes() {
    let workload = Workload(
      resource: Fixture.resource("StatefulSet", "d04", namespace: "apps", generation: 2, []), desired: 3,
      ready: 3, available: 3, updated: 3)
    #expect(Self.ids(workload, after: 540) == [])
    #expect(Self.ids(workload, after: 720) == ["tethys/workload/apps/d04/statefulset"])
  }

  // MARK: Expected workloads

  private static let expected = Expectations(workloads: [.init(namespace: "apps", name: "d04")])

  @Test(arguments: [(60 as Int64, 0, false), (300, 0, true), (300, 3, false)])
  func deletedWorkloadWithoutPodsIsDown(_ seconds: Int64, _ available: Int, _ isDown: Bool) {
    let report = Fixture.report(Self.expected) {
      $0.workloads = .seen([Self.workload(available: available, deleted: seconds)])
    }
    #expect(report.problemIDs == (isDown ? ["tethys/workload/apps/d04/deployment"] : []))
    #expect(report.problems.allSatisfy { $0.severity == .critical && $0.title.contains("0 of 3") })
  }

  @Test func expectedDaemonSetThatMatchesNoNodeIsReported() {
    let none = Self.workload(kind: "DaemonSet", desired: 0)
    let report = Fixture.report(Self.expected) { $0.workloads = .seen([none]) }
    #expect(report.problemIDs == ["tethys/workload/apps/d04/daemonset"])
    #expect(report.problems.allSatisfy { $0.severity == .critical && $0.title.contains("matches no node") })
    // A controller that has not looked at it yet says nothing.
    let fresh = Workload(
      resource: Fixture.resource("DaemonSet", "d04", namespace: "apps", observed: nil, []), desired: 0,
      ready: 0, available: 0, updated: 0)
    #expect(Fixture.report(Self.expected) { $0.workloads = .seen([fresh]) }.problems.isEmpty)
  }

  private static func lost(
    _ conditions: [Condition], desired: Int = 3, pods: Int = 1
  ) -> [String] {
    Fixture.report(expected) {
      $0.nodes = .seen([
        Fixture.node("srv712429"),
        Fixture.node("calypso", [Fixture.condition("Ready", .isFalse, "KubeletNotReady", ago: 600)]),
      ])
      $0.workloads = .seen([workload(desired: desired, conditions)])
      $0.pods = .seen(
        PodCensus(
          total: pods,
          unhealthy: (0..<pods).map {
            Fixture.pod("d04-\($0)", waiting: "Error", owner: "d04", node: "calypso")
          }
        ))
    }.problemIDs.filter { $0.contains("/workload/") }
  }

  @Test func lostNodeExplainsOnlyThePodsThatItHad() {
    let id = ["tethys/workload/apps/d04/deployment"]
    #expect(lostIDs(3) == [])
    #expect(Self.lost([], desired: 3, pods: 1) == id)
    #expect(Self.lost(Self.refused(7200), desired: 1) == id)
    #expect(Self.lost([Self.late(7200)], desired: 1) == id)
    #expect(Self.lost([Self.late(60)], desired: 1) == [])
  }

  private func lostIDs(_ pods: Int) -> [String] { Self.lost([], desired: pods, pods: pods) }

  @Test func refusalIsTheCause() {
    let report = Fixture.report { $0.workloads = .seen([Self.workload(Self.refused(3600))]) }
    #expect(report.problems.first?.detail.contains("FailedCreate: exceeded quota: pods") == true)
  }

  @Test func podThatIsNotReadyTellsItsReason() {
    let pod = Pod(
      resource: Fixture.resource(
        "Pod", "gate",
        [Fixture.condition("Ready", .isFalse, "ReadinessGatesNotReady", "gate a is not true", ago: 3600)]),
      phase: "Running")
    let report = Fixture.report { $0.pods = .seen(PodCensus(total: 1, unhealthy: [pod])) }
    #expect(
      report.problems.map(\.detail) == ["pod gate: Running: ReadinessGatesNotReady: gate a is not true"])
  }

  @Test func podsReportForTheirWorkload() {
    let report = Fixture.report {
      $0.workloads = .seen([Self.workload([Fixture.condition("Available", .isFalse, ago: 3600)])])
      $0.pods = .seen(
        PodCensus(
          total: 3, unhealthy: [Fixture.pod("d04-1", waiting: "CrashLoopBackOff", owner: "d04", restarts: 9)])
      )
    }
    #expect(report.problemIDs == ["tethys/pods/crash-looping"])
  }
}

/// Pods of several workloads are one problem, in which a workload that went down later would not be seen.
@Suite struct LaterWorkloadTests {
  /// One replica whose pod crashes; no pod of it serves.
  private static func crashing(_ name: String, in namespace: String = "apps", restarts: Int) -> (
    Workload, Pod
  ) {
    (
      Workload(
        resource: Fixture.resource(
          "Deployment", name, namespace: namespace,
          [Fixture.condition("Available", .isFalse, "MinimumReplicasUnavailable", ago: 7200)]),
        desired: 1, ready: 0, available: 0, updated: 1),
      Fixture.pod(
        "\(name)-1", namespace: namespace, waiting: "CrashLoopBackOff", owner: name, restarts: restarts)
    )
  }

  /// The ids of the problems, for each step.
  private static func ids(_ steps: [[(Workload, Pod)]]) -> [[String]] {
    var history = PollHistory()
    return steps.enumerated().map { index, crashing in
      let now = Fixture.now + .seconds(Int64(index) * 15)
      var snapshot = Fixture.snapshot {
        $0.nodes = .seen([Fixture.node("srv712429", renewed: nil)])
        $0.workloads = .seen(crashing.map(\.0))
        $0.pods = .seen(PodCensus(total: 9, unhealthy: crashing.map(\.1)))
      }
      snapshot.serverTime = now
      let (report, next) = judge(Fixture.observation(snapshot, at: now), history: history, now: now)
      history = next
      return report.problemIDs.map { String($0.dropFirst("tethys/".count)) }.sorted()
    }
  }

  @Test func workloadThatJoinsACrashLoopHasItsOwnProblem() {
    let (toy, dns) = (Self.crashing("toy", restarts: 500), Self.crashing("coredns", restarts: 6))
    #expect(
      Self.ids([[toy], [toy, dns], [toy, dns], [dns]]) == [
        ["pods/crash-looping"], ["pods/crash-looping", "workload/apps/coredns/deployment"],
        ["pods/crash-looping", "workload/apps/coredns/deployment"], ["workload/apps/coredns/deployment"],
      ])
  }

  @Test func workloadOfTheClusterIsNamedInAnyCase() {
    let (toy, dns) = (
      Self.crashing("toy", restarts: 500), Self.crashing("coredns", in: "kube-system", restarts: 6)
    )
    #expect(Self.ids([[toy, dns]]) == [["pods/crash-looping", "workload/kube-system/coredns/deployment"]])
    #expect(Self.ids([[dns]]) == [["pods/crash-looping"]])
  }

  @Test func workloadThatCrashesBesideABarePodHasItsOwnProblem() {
    var toy = Self.crashing("toy", restarts: 500)
    toy.1 = Fixture.pod("toy", waiting: "CrashLoopBackOff", restarts: 500)
    toy.0 = Self.crashing("web", restarts: 1).0
    func census(_ pods: [Pod]) -> Part<PodCensus> { .seen(PodCensus(total: 9, unhealthy: pods)) }
    var history = PollHistory()
    let web = Self.crashing("web", restarts: 6)
    var found: [[String]] = []
    for (index, pods) in [[toy.1], [toy.1, web.1]].enumerated() {
      let now = Fixture.now + .seconds(Int64(index) * 15)
      var snapshot = Fixture.snapshot {
        $0.nodes = .seen([Fixture.node("srv712429", renewed: nil)])
        $0.workloads = .seen(index == 0 ? [] : [web.0])
        $0.pods = census(pods)
      }
      snapshot.serverTime = now
      let (report, next) = judge(Fixture.observation(snapshot, at: now), history: history, now: now)
      history = next
      found.append(report.problemIDs.sorted())
    }
    #expect(
      found == [
        ["tethys/pods/crash-looping"], ["tethys/pods/crash-looping", "tethys/workload/apps/web/deployment"],
      ])
  }

  @Test func workloadsThatCrashAtOnceAreOneProblem() {
    let all = (1...5).map { Self.crashing("web-\($0)", restarts: $0) }
    #expect(Self.ids([all, all]) == [["pods/crash-looping"], ["pods/crash-looping"]])
  }
}

/// Pods that the kubelet rejects or evicts are replaced, and their problem is that of their workload.
@Suite struct RejectedPodTests {
  @Test(arguments: ["UnexpectedAdmissionError", "Evicted", "OutOfcpu", "NodeAffinity"])
  func newestRejectedPodIsTheCause(_ reason: String) throws {
    func pod(_ name: String, age: Int64) -> Pod {
      Pod(
        resource: Resource(kind: "Pod", namespace: "apps", name: name, creationTimestamp: Fixture.ago(age)),
        phase: "Failed", node: "calypso",
        owner: Reference(kind: "Deployment", namespace: "apps", name: "d04"),
        failure: reason, failureMessage: "Allocate failed")
    }
    let report = Fixture.report {
      $0.workloads = .seen([
        DownWorkloadTests.workload(
          [Fixture.condition("Available", .isFalse, "MinimumReplicasUnavailable", ago: 7200)])
      ])
      $0.pods = .seen(PodCensus(total: 3, unhealthy: [pod("old", age: 1800), pod("new", age: 60)]))
    }
    #expect(report.problemIDs == ["tethys/workload/apps/d04/deployment"])
    let problem = try #require(report.problems.first)
    #expect(problem.detail.hasSuffix("pod new: \(reason): Allocate failed"))
    #expect(problem.remedy.contains("-n apps describe pod new"))
    // Kubernetes keeps such pods for weeks.
    let old = Fixture.report {
      $0.workloads = .seen([
        DownWorkloadTests.workload(
          [Fixture.condition("Available", .isFalse, "MinimumReplicasUnavailable", ago: 7200)])
      ])
      $0.pods = .seen(PodCensus(total: 3, unhealthy: [pod("old", age: 86_400 * 20)]))
    }
    #expect(old.problems.first?.remedy.contains("-n apps describe deployment d04") == true)
  }
}
