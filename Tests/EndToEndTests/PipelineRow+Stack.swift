import GuardAPI
import GuardTypes
import Health

/// The verdicts about the deployments of the stack at Pulumi Cloud.
extension PipelineRow {
  /// A problem of the stack's deployments, which stops the newest commit at the stage `cluster`.
  private static func stuck(
    _ meaning: String, _ begin: [String], _ problem: String, _ state: Sight, title: String,
    command: String? = nil, note: String? = nil
  ) -> PipelineRow {
    PipelineRow(
      meaning: meaning, begin: ["push cluster/"] + begin,
      problem: "pipeline/stack/oceanid/oceanid-cluster/prod/\(problem)", title: title, command: command,
      note: note, sight: state, place: .stuck)
  }

  private static func critical(_ row: PipelineRow) -> PipelineRow {
    var row = row
    row.severity = .critical
    return row
  }

  static let deployments: [PipelineRow] = [
    // The newest deployment failed: step, version, and which update is in place.
    critical(
      stuck(
        "newest deployment failed in Pulumi", ["deployment-failed"], "failed", .stage("cluster", .failed),
        title: "failed: step Pulumi operation", command: "pulumi stack history --stack", note: "its log: ")),
    critical(
      stuck(
        "newest deployment failed before Pulumi", ["deployment-failed Install dependencies"], "failed",
        .stage("cluster", .failed), title: "failed: step Install dependencies", note: "its log: ")),
    // It waits, and no agent is there; also if Pulumi has dropped the pool.
    critical(
      stuck(
        "waits, and the pool is offline", ["pool-offline 12", "deployment-queued 3"], "no-agent",
        .stage("cluster", .waiting), title: "no agent in oceanid-cluster since ",
        command: "kubectl", note: "look for the agent's pods")),
    critical(
      stuck(
        "waits, and the pool has disappeared", ["pool-gone", "deployment-queued 3"], "no-agent",
        .stage("cluster", .waiting), title: "no agent in oceanid-cluster for more than seven days",
        command: "kubectl")),
    // It waits, and agents are there: paused, an older one runs, or nothing explains it.
    stuck(
      "waits, because the stack is paused", ["paused ada", "deployment-queued 3"], "paused",
      .stage("cluster", .stopped), title: "deployments are paused for the stack", note: "resume them"),
    stuck(
      "waits, because the organization is paused", ["organization-paused", "deployment-queued 3"], "paused",
      .stage("cluster", .stopped), title: "deployments are paused for the organization oceanid",
      note: "resume them"),
    PipelineRow(
      meaning: "waits for an older deployment",
      begin: ["push cluster/", "deployment-running 5", "push cluster/", "deployment-queued 3"], problem: nil,
      sight: .stage("cluster", .waiting, "waits for deployment "), place: .underway),
    stuck(
      "waits for an older deployment that hangs",
      ["deployment-running 45", "push cluster/", "deployment-queued 3"], "slow",
      .stage("cluster", .waiting, "waits for deployment "), title: "has been running for 45m",
      note: "see which step runs"),
    stuck(
      "waits without a reason", ["deployment-queued 3"], "queued", .stage("cluster", .waiting),
      title: "has not started for 3m", note: "look at the log of the agent"),
    PipelineRow(
      meaning: "waits for less than two minutes", begin: ["push cluster/", "deployment-queued 1"],
      problem: nil,
      sight: .stage("cluster", .waiting), place: .underway),
    // An agent took it and does not begin, or it runs too long.
    stuck(
      "accepted, and does not begin", ["deployment-accepted 6"], "slow", .stage("cluster", .running),
      title: "has been accepted for 6m", note: "see which step runs"),
    stuck(
      "runs too long", ["deployment-running 45"], "slow", .stage("cluster", .running),
      title: "has been running for 45m"),
    // Previews change nothing, and a skipped deployment was replaced.
    PipelineRow(
      meaning: "previews do not count", begin: ["preview"], problem: nil, sight: .stage("cluster", .current)),
    PipelineRow(
      meaning: "a skipped deployment does not count", begin: ["push cluster/", "deployment-skipped"],
      problem: nil, sight: .stage("cluster", .behind), place: .underway),
    // The pool is offline, and nothing waits.
    PipelineRow(
      meaning: "the pool is offline", begin: ["pool-offline 12"],
      problem: "pipeline/pool/oceanid-cluster/offline",
      title: "agent pool oceanid-cluster has been offline since ", command: "kubectl",
      note: "singleRun: true",
      sight: .stage("cluster", .current)),
    PipelineRow(
      meaning: "the pool is offline, and its node too", begin: ["pool-offline 12", "node-not-ready calypso"],
      problem: "node/calypso/not-ready", severity: .critical, command: "describe node calypso",
      sight: .stage("cluster", .current)),
    // Beside the deployments.
    PipelineRow(
      meaning: "drift", begin: ["drift"], problem: "pipeline/stack/oceanid/oceanid-cluster/prod/drift",
      title: "has drifted", command: "pulumi preview --refresh --stack oceanid/oceanid-cluster/prod",
      sight: .stage("cluster", .current)),
    PipelineRow(
      meaning: "an update that no deployment made", begin: ["applied-by-hand"],
      problem: "pipeline/stack/oceanid/oceanid-cluster/prod/by-hand", title: "was applied manually",
      command: "pulumi stack history --stack", note: "bring the change into Git",
      sight: .stage("cluster", .current)),
    PipelineRow(
      meaning: "an update with changes of no commit", begin: ["applied-by-hand dirty"],
      problem: "pipeline/stack/oceanid/oceanid-cluster/prod/by-hand",
      title: "with changes that are in no commit",
      note: "bring the change into Git"),
  ]
}
