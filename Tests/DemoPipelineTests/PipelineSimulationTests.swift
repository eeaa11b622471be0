import DemoPipeline
import Foundation
import TestSupport
import Testing

/// A push through the stages, and the faults that stop it at each of them.
@Suite(.blocking, .enabled(if: program("curl") != nil, "curl is not installed"))
struct PipelineSimulationTests {
  func client(pace: Pace = .visible) throws -> DemoClient {
    DemoClient(pipeline: try DemoPipeline.start(pace: pace))
  }

  @Test func aPushGoesThroughAllStages() throws {
    let client = try client(pace: Pace(queue: .seconds(2), work: .milliseconds(600)))
    try client.apply("push cloud/ cluster/ apps/")
    let head = try client.head
    var seen: (run: [String], deployment: [String]) = ([], [])
    func note(_ state: String?, in states: inout [String]) {
      if let state, states.last != state { states.append(state) }
    }
    let end = ContinuousClock.now + .seconds(20)
    while seen.run.last != "completed" || seen.deployment.last != "succeeded", ContinuousClock.now < end {
      note(try client.newestRun["status"] as? String, in: &seen.run)
      note(try client.deployments[0]["status"] as? String, in: &seen.deployment)
    }
    #expect(seen.run == ["queued", "in_progress", "completed"])
    #expect(seen.deployment == ["not-started", "accepted", "running", "succeeded"])
    #expect(try client.newestRun["head_sha"] as? String == head)
    #expect(try client.newestRun["conclusion"] as? String == "success")
    let update = try #require((try client.deployments[0]["updates"] as? [[String: Any]])?.first)
    #expect((update["environment"] as? [String: Any])?["git.head"] as? String == head)
  }

  @Test func onlyTouchedStagesStart() throws {
    let client = try client()
    let (runs, deployments) = (try client.runs.count, try client.deployments.count)
    try client.apply("push apps/", "automation-push clusters/oceanid/infrastructure.yaml")
    #expect(try client.runs.count == runs && client.deployments.count == deployments)
    try client.apply("push cloud/")
    #expect(try client.runs.count == runs + 1 && client.deployments.count == deployments)
    try client.apply("push cluster/Pulumi.yaml")
    #expect(try client.runs.count == runs + 1 && client.deployments.count == deployments + 1)
  }

  /// The console lines of a test case, and the resulting state of the newest run or deployment.
  struct Stop: Sendable {
    let lines: [String]
    let status: String
    var conclusion: String?

    init(_ lines: String..., status: String, conclusion: String? = nil) {
      (self.lines, self.status, self.conclusion) = (lines, status, conclusion)
    }
  }

  /// A case per state of a workflow run.
  static let runs: [Stop] = [
    Stop("push cloud/", "run-failed pulumi up", status: "completed", conclusion: "failure"),
    Stop("push cloud/", "run-ended timed_out", status: "completed", conclusion: "timed_out"),
    Stop("push cloud/", "run-ended startup_failure", status: "completed", conclusion: "startup_failure"),
    Stop("push cloud/", "run-ended cancelled", status: "completed", conclusion: "cancelled"),
    Stop("push cloud/", "run-ended action_required", status: "completed", conclusion: "action_required"),
    Stop("push cloud/", "run-ended stale", status: "completed", conclusion: "stale"),
    Stop("push cloud/", "run-running 45", status: "in_progress"),
    Stop("push cloud/", "run-queued", status: "queued"),
    Stop("push cloud/", "run-requested", status: "requested"),
    Stop("push cloud/", "run-pending", status: "pending"),
    Stop("push cloud/", "run-waiting production", status: "waiting"),
    Stop("push cloud/", "run-failed", "run-again", status: "in_progress"),
  ]

  @Test(arguments: runs)
  func runsReachTheRequestedState(_ stop: Stop) throws {
    let client = try client()
    let before = try client.runs.count
    for line in stop.lines { try client.apply(line) }
    let run = try client.newestRun
    #expect(run["run_number"] as? Int == before + 1)
    #expect(run["status"] as? String == stop.status)
    #expect(run["conclusion"] as? String == stop.conclusion)
    #expect(run["run_attempt"] as? Int == (stop.lines.last == "run-again" ? 2 : 1))
    // `healed` ends it and deploys the newest commit.
    try client.apply("healed")
    #expect(try client.newestRun["conclusion"] as? String == "success")
    #expect(try client.newestRun["head_sha"] as? String == client.pipeline.head)
  }

  @Test func aFailedRunNamesItsJobAndStep() throws {
    let client = try client()
    try client.apply("push cloud/", "run-failed Check types")
    let id = try #require(try client.newestRun["id"] as? Int)
    let job = try #require(try client.github("/actions/runs/\(id)/jobs").list("jobs").first)
    let failed = (job["steps"] as? [[String: Any]] ?? []).filter { $0["conclusion"] as? String == "failure" }
    #expect(job["name"] as? String == "deploy")
    #expect(failed.compactMap { $0["name"] as? String } == ["Check types"])
    try client.apply("run-ended startup_failure")
    #expect(try client.github("/actions/runs/\(id)/jobs").list("jobs").isEmpty)
  }

  @Test func aWaitingRunNamesItsEnvironment() throws {
    let client = try client()
    try client.apply("push cloud/", "run-waiting production 70")
    let id = try #require(try client.newestRun["id"] as? Int)
    let body = try client.github("/actions/runs/\(id)/pending_deployments").body
    #expect(body.contains("\"name\":\"production\""))
  }

  @Test(arguments: [
    ("workflow-disabled manually", "disabled_manually"), ("workflow-disabled fork", "disabled_fork"),
    ("workflow-disabled inactivity", "disabled_inactivity"), ("workflow-deleted", "deleted"),
  ])
  func aDisabledWorkflowStartsNothing(_ line: String, state: String) throws {
    let client = try client()
    let runs = try client.runs.count
    try client.apply(line, "push cloud/")
    #expect(try client.runs.count == runs)
    #expect(try client.github("/actions/workflows/deploy.yaml").object["state"] as? String == state)
  }

  @Test func aSilentWorkflowLeavesTheNewestCommitWithoutARun() throws {
    let client = try client()
    try client.apply("not-started 11")
    #expect(try client.newestRun["head_sha"] as? String != client.pipeline.head)
    let commit = try client.github("/commits/main").object["commit"] as? [String: Any]
    let author = try #require(commit?["author"] as? [String: Any])
    let date = try #require(try? Date(author["date"] as? String ?? "", strategy: .iso8601))
    #expect(abs(date.timeIntervalSinceNow + 660) < 30)
  }

  /// A case per state of a deployment.
  static let deployments: [Stop] = [
    Stop("push cluster/", "deployment-failed", status: "failed"),
    Stop("push cluster/", "deployment-failed Install dependencies", status: "failed"),
    Stop("pool-offline", "push cluster/", "deployment-queued", status: "not-started"),
    Stop("push cluster/", "deployment-queued", status: "not-started"),
    Stop("paused grace", "push cluster/", "deployment-queued", status: "not-started"),
    Stop("push cluster/", "deployment-accepted", status: "accepted"),
    Stop("push cluster/", "deployment-running 45", status: "running"),
    Stop("push cluster/", "deployment-skipped", status: "skipped"),
    Stop("push cluster/", "deployment-succeeded", status: "succeeded"),
  ]

  @Test(arguments: deployments)
  func deploymentsReachTheRequestedState(_ stop: Stop) throws {
    let client = try client()
    let before = try client.deployments[0]["version"] as? Int ?? 0
    for line in stop.lines { try client.apply(line) }
    let deployment = try client.deployments[0]
    #expect(deployment["version"] as? Int == before + 1)
    #expect(deployment["status"] as? String == stop.status)
    let updates = deployment["updates"] as? [[String: Any]] ?? []
    // A deployment that failed before Pulumi ran made no update.
    let isExpected = stop.status == "succeeded" || stop.lines.last == "deployment-failed"
    #expect(updates.count == (isExpected ? 1 : 0))
    let metadata = try client.pulumi("/stacks/oceanid/oceanid-cluster/prod/deployments/metadata").object
    #expect(metadata["paused"] as? Bool == (stop.lines.first == "paused grace"))
    try client.apply("healed")
    #expect(try client.deployments[0]["status"] as? String == "succeeded")
  }

  @Test func aSecondDeploymentWaitsForTheFirst() throws {
    let client = try client(pace: Pace(queue: .zero, work: .zero))
    try client.apply("push cluster/", "deployment-running 5", "push cluster/")
    #expect(
      try client.deployments.prefix(2).compactMap { $0["status"] as? String } == ["not-started", "running"])
    let stack = try client.pulumi("/stacks/oceanid/oceanid-cluster/prod").object
    #expect((stack["currentOperation"] as? [String: Any])?["kind"] as? String == "update")
  }

  @Test func driftAndManualUpdatesAreReported() throws {
    let client = try client()
    let stack = "/stacks/oceanid/oceanid-cluster/prod"
    try client.apply("drift", "applied-by-hand dirty")
    let drift = try client.pulumi(stack + "/deployments/metadata").object["drift"] as? [String: Any]
    #expect(drift?["driftDetected"] as? Bool == true)
    let latest = try client.pulumi(stack + "/updates/latest").object
    let versions = try client.deployments.flatMap { deployment in
      (deployment["updates"] as? [[String: Any]] ?? []).compactMap { $0["version"] as? Int }
    }
    #expect(try !versions.contains(#require(latest["version"] as? Int)))
    let environment = (latest["info"] as? [String: Any])?["environment"] as? [String: Any]
    #expect(environment?["git.dirty"] as? String == "true")
  }

  @Test func previewsComeAfterTheNewestUpdate() throws {
    let client = try client()
    try client.apply("preview")
    #expect(
      try client.deployments.prefix(3).compactMap { $0["pulumiOperation"] as? String } == [
        "detect-drift", "preview", "update",
      ])
  }

  @Test(arguments: [
    "", "push-everything", "workflow-disabled", "workflow-disabled often", "run-ended well",
    "run-queued soon", "token-refused gitlab", "api-answers-wrong github oddly",
    "api-answers-wrong github endless-continue", "marker good",
    "permission-missing everything", "image-tag cert-manager",
  ])
  func invalidLinesAreRejected(_ line: String) {
    #expect(throws: DemoPipelineError.self) { try PipelineFault(line: line) }
  }

  @Test func theFolderHasAddressesAndTokens() throws {
    let (client, folder) = (try client(), try TemporaryFolder())
    try client.pipeline.writeFolder(folder.file(""))
    let url = try String(contentsOfFile: folder.file("pulumi.url"), encoding: .utf8)
    #expect(url == client.pipeline.url(.pulumi) + "\n")
    let path = folder.file("github.token")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}
