import GuardTypes
import Health
import Testing

/// Pods of the platform are reported with their workload, others as a count with the worst by name.
@Suite struct PodRulesTests {
  private static func report(
    _ pods: [Pod], workload: Workload? = nil, lost: String? = nil, history: PollHistory = PollHistory()
  ) -> ClusterReport {
    let snapshot = Fixture.snapshot {
      $0.pods = .seen(PodCensus(total: 12, unhealthy: pods))
      $0.workloads = .seen(workload.map { [$0] } ?? [])
      if let lost {
        $0.nodes = .seen([Fixture.node(lost, [Fixture.condition("Ready", .unknown, "NodeStatusUnknown")])])
      }
    }
    return Fixture.report(Fixture.observation(snapshot), history: history)
  }

  private static func cloudflared(_ available: Int) -> Workload {
    Workload(
      resource: Fixture.resource("Deployment", "cloudflared", namespace: "cloudflared", []), desired: 2,
      ready: available, available: available, updated: 2)
  }

  @Test func crashLoopsAreCountedAndTheWorstIsNamed() throws {
    let report = Self.report([
      Fixture.pod("a", waiting: "CrashLoopBackOff", restarts: 3),
      Fixture.pod("b", waiting: "CrashLoopBackOff", restarts: 57, lastEnd: "OOMKilled, exit code 137"),
    ])
    let problem = try #require(report.problems.first)
    #expect(report.problemIDs == ["tethys/pods/crash-looping"])
    #expect(problem.title == "2 pods (worst: apps/b) are in a crash loop")
    #expect(problem.detail == "pod b: CrashLoopBackOff, 57 restarts, last OOMKilled, exit code 137")
    #expect(
      problem.remedy.hasSuffix(
        "kubectl --kubeconfig /home/ann/.kube/k3s-config.yaml -n apps logs b --all-containers --previous"))
    #expect(report.pods?.total == 12)
  }

  @Test(arguments: [(119 as Int64, false), (121, true)])
  func pendingIsAProblemAfterTwoMinutes(_ age: Int64, _ isProblem: Bool) {
    let report = Self.report([Fixture.pod("a", phase: "Pending", age: age)])
    #expect(report.problemIDs == (isProblem ? ["tethys/pods/pending"] : []))
  }

  @Test func failedImagePullSuggestsDescribe() {
    let report = Self.report([Fixture.pod("a", phase: "Pending", waiting: "ImagePullBackOff")])
    #expect(report.problems.first?.detail.contains("ImagePullBackOff") == true)
    #expect(report.problems.first?.remedy.hasSuffix("-n apps describe pod a") == true)
  }

  @Test func podOfABrokenWorkloadIsReportedWithIt() throws {
    let pod = Fixture.pod(
      "cloudflared-1", namespace: "cloudflared", waiting: "CrashLoopBackOff", owner: "cloudflared",
      restarts: 4)
    let report = Self.report([pod], workload: Self.cloudflared(1))
    #expect(report.problemIDs == ["tethys/workload/cloudflared/cloudflared/deployment"])
    #expect(report.problems.first?.detail.contains("pod cloudflared-1: CrashLoopBackOff") == true)
    #expect(report.problems.first?.remedy.contains("logs cloudflared-1") == true)
  }

  @Test func workloadMissingOnlyPodsOfALostNodeIsNoProblem() {
    let workload = Self.cloudflared(0)
    let pods = (0..<workload.desired).map {
      Fixture.pod("cloudflared-\($0)", namespace: "cloudflared", owner: "cloudflared", node: "calypso")
    }
    let report = Self.report(pods, workload: workload, lost: "calypso")
    #expect(report.problemIDs == ["tethys/node/calypso/not-ready"])
    #expect(report.workloads.map(\.verdict) == [.degraded])
  }

  @Test func availableRolloutHasTime() {
    let observation = Fixture.observation(Fixture.snapshot { $0.workloads = .seen([Self.cloudflared(1)]) })
    let (first, history) = judge(observation, history: PollHistory(), now: Fixture.now)
    #expect(first.problems.isEmpty)
    func later(_ seconds: Int64) -> [String] {
      let now = Fixture.now + .seconds(seconds)
      let observation = Fixture.observation(
        Fixture.snapshot {
          $0.workloads = .seen([Self.cloudflared(1)])
          $0.nodes = .seen([Fixture.node("srv712429", renewed: nil)])
          $0.flux = .seen([])
          $0.serverTime = now
        }, at: now)
      return judge(observation, history: history, now: now).report.problemIDs
    }
    #expect(later(179).isEmpty)
    #expect(later(181) == ["tethys/workload/cloudflared/cloudflared/deployment"])
  }

  @Test func unreadablePodsAreUnknown() {
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "grant list on pods")
    let report = Fixture.report { $0.pods = .failed(failure) }
    #expect(report.problemIDs == ["tethys/api/pods/forbidden"])
    #expect(report.pods == nil)
  }
}
