import GuardTypes
import Health
import Testing

@testable import Pipeline

private let now = Timestamp(seconds: 1_800_000_000)
private func ago(_ seconds: Int64) -> Timestamp { now - .seconds(seconds) }
private func commit(_ digit: Character) -> CommitID { CommitID(repeating: digit) }

private func update(_ version: Int64, _ result: String = "succeeded", dirty: Bool = false) -> StackUpdate {
  StackUpdate(version: version, result: result, endedAt: ago(5000), commit: commit("a"), isDirty: dirty)
}

private func deployment(
  _ version: Int64, _ status: String = "succeeded", age: Int64 = 6000, operation: String = "update",
  step: String? = nil, paused: Bool = false, updates: [StackUpdate] = []
) -> Deployment {
  Deployment(
    version: version, status: status, operation: operation, createdAt: ago(age), modifiedAt: ago(age),
    isPaused: paused, requestedBy: "ada", startedAt: status == "not-started" ? nil : ago(age),
    failedStep: step,
    updates: updates)
}

private func judge(
  _ deployments: [Deployment], state: DeploymentsState = DeploymentsState(), latest: StackUpdate? = nil,
  online: Bool? = true, singleRun: Bool = false, faulty: Bool = false
) -> StageResult {
  StackRules(
    StackFacts(
      deployments: deployments, state: state, latestUpdate: latest,
      pool: online.map { AgentPool(name: "pool", isOnline: $0, lastSeen: ago(900)) }),
    stack: "o/p/s", pool: "pool", isSingleRun: singleRun, isClusterFaulty: faulty,
    site: "https://app.pulumi.com", now: now
  ).judgment
}

extension StageResult {
  fileprivate var codes: [ProblemCode] { findings.map(\.code) }
}

/// Each row of the verdicts about Pulumi Deployments: the problem that it is, and the neighboring state that is none.
@Suite struct StackRulesTests {
  private static let good = deployment(11, updates: [update(7)])

  @Test func succeededDeploymentIsCurrent() {
    let judgment = judge([Self.good], latest: update(7))
    #expect(judgment.state == .current && judgment.codes.isEmpty && judgment.commit == commit("a"))
    #expect(judgment.url == "https://app.pulumi.com/o/p/s/deployments/11")
  }

  @Test func failedDeployment() {
    let judgment = judge([deployment(12, "failed", step: "Get source"), Self.good], latest: update(7))
    #expect(judgment.state == .failed && judgment.codes == [.pipeline(.deploymentFailed)])
    #expect(judgment.finding?.facts["step"] == ": step Get source")
    #expect(judgment.finding?.detail.contains("update 7 of aaaaaaaa is still in place") == true)
    #expect(judge([deployment(13, updates: [update(8)]), deployment(12, "failed"), Self.good]).codes.isEmpty)
  }

  @Test func previewAndDriftDetectionDoNotCount() {
    let preview = deployment(13, "failed", operation: "preview")
    #expect(judge([preview, deployment(14, "failed", operation: "detect-drift"), Self.good]).codes.isEmpty)
  }

  @Test func waitsWithoutAnAgent() {
    func waiting(_ age: Int64) -> StageResult {
      judge([deployment(12, "not-started", age: age), Self.good], online: false)
    }
    #expect(waiting(60).state == .waiting && waiting(60).codes.isEmpty)
    #expect(waiting(180).codes == [.pipeline(.deploymentWithoutAgent)])
  }

  @Test func agentOfAFaultyClusterFoldsUnderThatFault() {
    let waiting = judge([deployment(12, "not-started", age: 180), Self.good], online: false, faulty: true)
    #expect(waiting.state == .waiting && waiting.codes.isEmpty)
    #expect(judge([Self.good], online: false, faulty: true).codes.isEmpty)
  }

  @Test func pausedDeploymentsSayForWhom() {
    let queue = [deployment(12, "not-started", age: 180), Self.good]
    let stack = judge(queue, state: DeploymentsState(isStackPaused: true))
    #expect(stack.codes == [.pipeline(.deploymentsPaused)] && stack.state == .stopped)
    #expect(stack.finding?.facts["scope"] == "the stack")
    let all = judge(queue, state: DeploymentsState(isOrganizationPaused: true))
    #expect(all.finding?.facts["scope"] == "the organization o")
  }

  @Test func waitsForAnOlderOne() {
    let queue = [deployment(12, "not-started", age: 180), deployment(11, "running", age: 600)]
    #expect(judge(queue).summary == "deployment 12 waits for deployment 11" && judge(queue).codes.isEmpty)
    let hung = [deployment(12, "not-started", age: 180), deployment(11, "running", age: 4000)]
    #expect(judge(hung).codes == [.pipeline(.deploymentSlow)])
    #expect(judge(hung).finding?.facts["deployment"] == "11")
  }

  @Test func waitsForNoReason() {
    #expect(
      judge([deployment(12, "not-started", age: 180), Self.good]).codes == [.pipeline(.deploymentQueued)])
    #expect(judge([deployment(12, "not-started", age: 100), Self.good]).codes.isEmpty)
  }

  @Test func acceptedOrRunningForTooLong() {
    #expect(judge([deployment(12, "accepted", age: 200), Self.good]).codes.isEmpty)
    #expect(judge([deployment(12, "accepted", age: 400), Self.good]).codes == [.pipeline(.deploymentSlow)])
    #expect(judge([deployment(12, "running", age: 1700), Self.good]).codes.isEmpty)
    #expect(judge([deployment(12, "running", age: 1900), Self.good]).codes == [.pipeline(.deploymentSlow)])
  }

  @Test func offlinePoolWithNothingQueued() {
    #expect(judge([Self.good], online: false).codes == [.pipeline(.agentPoolOffline)])
    #expect(judge([Self.good], online: false, singleRun: true).codes.isEmpty)
    #expect(judge([Self.good], online: nil).codes.isEmpty)
  }

  @Test func drift() {
    #expect(judge([Self.good], state: DeploymentsState(hasDrift: true)).codes == [.pipeline(.drift)])
  }

  @Test func updateByHand() {
    #expect(judge([Self.good], latest: update(8)).codes == [.pipeline(.appliedByHand)])
    #expect(judge([Self.good], latest: update(7, dirty: true)).codes == [.pipeline(.appliedByHand)])
    // Its deployment is older than all that are listed.
    #expect(judge([Self.good], latest: update(6)).codes.isEmpty)
  }
}
