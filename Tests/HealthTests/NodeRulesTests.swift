import GuardTypes
import Health
import Testing

@Suite struct NodeRulesTests {
  private static func report(_ node: Node, _ expectations: Expectations = Expectations()) -> ClusterReport {
    Fixture.report(expectations) { $0.nodes = .seen([node]) }
  }

  @Test(arguments: [
    (Condition.Status.isTrue, false, "Ready"), (.isFalse, false, "NotReady"), (.unknown, false, "NotReady"),
    (.isTrue, true, "Ready,SchedulingDisabled"), (.unknown, true, "NotReady,SchedulingDisabled"),
  ])
  func statusMatchesKubectl(_ status: Condition.Status, _ cordoned: Bool, _ column: String) {
    let node = Fixture.node("calypso", [Fixture.condition("Ready", status)], cordoned: cordoned)
    #expect(Self.report(node).nodes.map(\.status) == [column])
  }

  @Test func missingReadyConditionIsUnknown() {
    let report = Self.report(Fixture.node("calypso", []))
    #expect(report.nodes.map(\.status) == ["Unknown"])
    #expect(report.problemIDs == ["tethys/node/calypso/not-ready"])
  }

  @Test func notReadyNamesReasonTimeAndCommand() throws {
    let condition = Fixture.condition(
      "Ready", .unknown, "NodeStatusUnknown", "Kubelet stopped posting node status.", ago: 720)
    let problem = try #require(Self.report(Fixture.node("calypso", [condition])).problems.first)
    #expect(problem.severity == .critical)
    #expect(problem.since == Fixture.ago(720))
    #expect(problem.detail == "NodeStatusUnknown: Kubelet stopped posting node status.")
    #expect(
      problem.step.command == "kubectl --kubeconfig /home/ann/.kube/k3s-config.yaml describe node calypso")
  }

  @Test(arguments: [
    "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "KernelDeadlock",
    "ReadonlyFilesystem",
  ])
  func pressureIsAWarning(_ type: String) {
    let node = Fixture.node(
      "calypso", [Fixture.condition("Ready", .isTrue), Fixture.condition(type, .isTrue)])
    let report = Self.report(node)
    #expect(report.problemIDs == ["tethys/node/calypso/\(type)"])
    #expect(report.verdict == .degraded)
  }

  @Test func missingAndUnexpectedNodesAreReported() {
    let report = Self.report(Fixture.node("extra"), Expectations(nodes: ["calypso"]))
    #expect(report.problemIDs == ["tethys/node/calypso/missing", "tethys/node/extra/unexpected"])
    #expect(report.nodes.map(\.isExpected) == [false])
  }

  @Test(arguments: [(Int?.none, true), (0, true), (1, false), (2, false)])
  func lostGPUOfAReadyNodeIsCritical(_ gpus: Int?, _ isLost: Bool) {
    let report = Self.report(Fixture.node("calypso", gpus: gpus), Expectations(gpus: ["calypso": 1]))
    #expect(report.problemIDs == (isLost ? ["tethys/node/calypso/gpu-lost"] : []))
  }

  @Test func oldLeaseIsReportedBeforeNotReady() {
    #expect(
      Self.report(Fixture.node("calypso", renewed: Fixture.ago(31))).problemIDs == [
        "tethys/node/calypso/lease-stale"
      ])
    #expect(Self.report(Fixture.node("calypso", renewed: Fixture.ago(29))).problems.isEmpty)
    #expect(Self.report(Fixture.node("calypso", renewed: nil)).problems.isEmpty)
  }

  @Test func kubeletWithAnotherClockIsAliveWhileItsLeaseChanges() {
    func report(_ renewed: Int64, _ history: PollHistory) -> (report: ClusterReport, history: PollHistory) {
      let node = Fixture.node("calypso", renewed: Fixture.ago(renewed))
      return judge(
        Fixture.observation(Fixture.snapshot { $0.nodes = .seen([node]) }), history: history, now: Fixture.now
      )
    }
    // Two minutes behind: at first sight it may have stopped.
    let (first, history) = report(120, PollHistory())
    #expect(first.problemIDs == ["tethys/node/calypso/lease-stale"])
    let (second, moved) = report(110, history)
    #expect(second.problems.isEmpty)
    #expect(report(110, moved).report.problems.isEmpty)
  }

  @Test func kubeletWithAFutureUnchangedLeaseHasStopped() {
    let node = Fixture.node("calypso", renewed: Fixture.ago(-7200))
    func look(_ seconds: Int64, _ history: PollHistory) -> (report: ClusterReport, history: PollHistory) {
      let now = Fixture.now + .seconds(seconds)
      let snapshot = Fixture.snapshot {
        $0.serverTime = now
        $0.nodes = .seen([node])
        $0.flux = .seen([])
      }
      return judge(Fixture.observation(snapshot, at: now), history: history, now: now)
    }
    let (first, history) = look(0, PollHistory())
    #expect(first.problems.isEmpty)
    #expect(look(40, history).report.problemIDs == ["tethys/node/calypso/lease-stale"])
  }

  @Test(arguments: [(Int?.some(1), "device plugin"), (nil, "driver")])
  func lostGPUNamesTheLikelyCause(_ capacity: Int?, _ word: String) {
    let node = Node(
      resource: Fixture.node("calypso").resource, allocatableGPUs: capacity.map { _ in 0 },
      capacityGPUs: capacity)
    let report = Self.report(node, Expectations(gpus: ["calypso": 1]))
    #expect(report.problems.first?.detail.contains(word) == true)
  }

  @Test func moreExpectedGPUsThanTheNodeHasIsNoDeadDriver() {
    let node = Node(resource: Fixture.node("calypso").resource, allocatableGPUs: 1, capacityGPUs: 1)
    let detail = Self.report(node, Expectations(gpus: ["calypso": 2])).problems.first?.detail
    #expect(detail == "its capacity is 1: a GPU has failed, or expect.gpu is too high")
  }

  @Test(arguments: [
    ("v1.33.4+k3s1", false), ("v1.30.0", false), ("v1.29.9", true), ("v1.34.0", true), ("", false),
    ("odd", false),
  ])
  func versionSkewAgainstTheServer(_ version: String, _ isTooMuch: Bool) {
    #expect(Self.report(Fixture.node("calypso", version: version)).problems.isEmpty == !isTooMuch)
  }
}
