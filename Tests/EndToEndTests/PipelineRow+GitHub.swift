import GuardAPI
import GuardTypes
import Health

/// The verdicts about the workflow on GitHub, and about answers that are no success.
extension PipelineRow {
  private static let view = "gh run view 90000000"

  /// A problem of the workflow, which stops the newest commit at the stage `cloud`.
  private static func stuck(
    _ meaning: String, _ begin: [String], _ problem: String, _ state: Sight, title: String,
    command: String? = view, note: String? = "https://github.com/oceanid/cluster/actions/runs/9"
  ) -> PipelineRow {
    PipelineRow(
      meaning: meaning, begin: begin, problem: "pipeline/workflow/deploy.yaml/\(problem)", title: title,
      command: command, note: note, sight: state, place: .stuck)
  }

  private static func failed(_ meaning: String, _ line: String, title: String) -> PipelineRow {
    var row = stuck(
      meaning, ["push cloud/", line], "failed", .stage("cloud", .failed), title: title)
    row.severity = .critical
    row.detail = ["commit ", "is still in place", "https://github.com/"]
    return row
  }

  static let workflow: [PipelineRow] = [
    // The workflow is disabled or deleted: nothing will deploy.
    stuck(
      "disabled by hand", ["workflow-disabled manually", "push cloud/"], "disabled",
      .stage("cloud", .stopped), title: "is disabled manually, so nothing will be deployed",
      command: "gh workflow view deploy.yaml --repo oceanid/cluster", note: "enable it again: https://"),
    stuck(
      "disabled for inactivity", ["workflow-disabled inactivity", "push cloud/"], "disabled",
      .stage("cloud", .stopped), title: "disabled for inactivity", command: "gh workflow view",
      note: "enable it again: https://"),
    stuck(
      "disabled in a fork", ["workflow-disabled fork", "push cloud/"], "disabled",
      .stage("cloud", .stopped), title: "the repository is a fork", command: "gh workflow view",
      note: "enable it again: https://"),
    stuck(
      "deleted", ["workflow-deleted", "push cloud/"], "disabled", .stage("cloud", .stopped),
      title: "is deleted", command: "gh workflow view", note: "restore its file in .github/workflows"),
    // The newest run failed: job, step, commit, address, and which older run is in place.
    failed("newest run failed", "run-failed Check types", title: "failed: job deploy, step Check types"),
    failed("newest run timed out", "run-ended timed_out", title: "timed out: job deploy, step pulumi up"),
    failed("broken workflow file", "run-ended startup_failure", title: "the workflow file is broken"),
    // The newest run ended without a result.
    stuck(
      "newest run cancelled", ["push cloud/", "run-ended cancelled"], "stopped", .stage("cloud", .stopped),
      title: "was cancelled"),
    stuck(
      "newest run needs an approval to run", ["push cloud/", "run-ended action_required"], "stopped",
      .stage("cloud", .waiting), title: "needs a person's approval"),
    stuck(
      "newest run stale", ["push cloud/", "run-ended stale"], "stopped", .stage("cloud", .stopped),
      title: "ended as stale"),
    // It runs too long, also in its second attempt.
    stuck(
      "newest run takes too long", ["push cloud/", "run-running 45"], "slow", .stage("cloud", .running),
      title: "has been running for 45m"),
    PipelineRow(
      meaning: "newest run does not take long yet", begin: ["push cloud/", "run-running 20"], problem: nil,
      sight: .stage("cloud", .running), place: .underway),
    // No runner, or another run of the group.
    stuck(
      "no runner", ["push cloud/", "run-queued 11"], "queued", .stage("cloud", .waiting, "has no runner"),
      title: "has had no runner for 11m"),
    stuck(
      "not even queued", ["push cloud/", "run-requested 11"], "queued", .stage("cloud", .waiting),
      title: "has had no runner for 11m"),
    stuck(
      "waits for another run", ["push cloud/", "run-pending 11"], "queued",
      .stage("cloud", .waiting, "waits for another run"), title: "has waited for another run for 11m"),
    PipelineRow(
      meaning: "queued for less than ten minutes", begin: ["push cloud/", "run-queued 5"], problem: nil,
      sight: .stage("cloud", .waiting), place: .underway),
    // It waits for an approval: a problem after an hour.
    stuck(
      "waits for an approval", ["push cloud/", "run-waiting production 70"], "approval",
      .stage("cloud", .waiting, "waits for approval of production"),
      title: "has been waiting for approval of production for 70m", command: nil,
      note: "approve or reject it: https://"),
    PipelineRow(
      meaning: "waits for an approval for less than an hour",
      begin: ["push cloud/", "run-waiting production 30"],
      problem: nil, sight: .stage("cloud", .waiting, "waits for approval of production"), place: .underway),
    // No run was started for the newest commit; without a change of its files nothing has to start.
    {
      var row = stuck(
        "no run for the newest commit", ["not-started 11"], "not-started", .stage("cloud", .behind),
        title: "deploy.yaml was not started for ", command: "gh run list --workflow deploy.yaml",
        note: "compare 'paths'")
      (row.first, row.later) = (.stage("cloud", .behind), 660)
      return row
    }(),
    PipelineRow(
      meaning: "later commits change no file of the workflow",
      begin: ["push apps/", "automation-push apps/"],
      problem: nil, sight: .stage("cloud", .current, "+2 elsewhere"), place: .unaffected),
    // A list that lags or has no order changes no verdict, and neither does a pull request's run.
    {
      var row = failed("failed, and then an old copy of the list", "run-failed", title: "failed: job deploy")
      (row.first, row.then) = (.stage("cloud", .failed), ["list-stale"])
      return row
    }(),
    failed("failed, in a list without order", "run-failed", title: "failed: job deploy").after(
      "list-unsorted"),
    failed("failed, beside a pull request", "run-failed", title: "failed: job deploy").after("pull-request"),
  ]

  private func after(_ line: String) -> PipelineRow {
    var row = self
    row.begin.append(line)
    return row
  }

  /// A row without a problem: a stage is unknown, and the cluster's verdict stays.
  private static func unknown(
    _ meaning: String, _ begin: [String], _ sight: Sight
  ) -> PipelineRow {
    PipelineRow(meaning: meaning, begin: begin, problem: nil, sight: sight)
  }

  static let access: [PipelineRow] = [
    unknown(
      "GitHub refuses the token (401)", ["token-refused github"],
      .source("github", "refused", "wrong, expired or revoked")),
    unknown(
      "single sign-on (403)", ["sso-required"], .source("github", "refused", "requires single sign-on")),
    unknown(
      "a missing right (403)", ["permission-missing actions"], .source("github", "refused", "actions=read")),
    unknown(
      "another missing right (403)", ["permission-missing contents"],
      .stage("source/flux-system/flux-system", .unknown, "contents=read")),
    unknown(
      "the repository can't be seen (404)", ["repository-hidden"],
      .source("github", "refused", "the token has no access to it")),
    unknown(
      "no connection to GitHub", ["api-answers-wrong github closes /"], .source("github", "unreachable")),
    unknown(
      "a captive portal for GitHub", ["api-answers-wrong github html /"], .source("github", "unreadable")),
    unknown(
      "an error of GitHub", ["api-answers-wrong github status:502 /"],
      .stage("cloud", .unknown, "HTTP 502")),
    unknown("GitHub's limit", ["rate-limited github 3"], .source("github", "limited", "limits requests")),
    unknown(
      "Pulumi refuses the token (401)", ["token-refused pulumi"],
      .source("pulumi", "refused", "wrong, expired or revoked")),
    unknown(
      "no such stack (404)", ["api-answers-wrong pulumi status:404 /deployments"],
      .stage("cluster", .unknown, "Pulumi Cloud has no ")),
    unknown(
      "no connection to Pulumi", ["api-answers-wrong pulumi closes /"], .source("pulumi", "unreachable")),
    unknown("the pools may not be listed (403)", ["pools-forbidden"], .stage("cluster", .current)),
    // The guard's own token for GitHub.
    PipelineRow(
      meaning: "the token expires within 14 days", begin: ["token-expires 240"],
      problem: "pipeline/token/github/expiring", title: "the guard's token for GitHub expires in ",
      note: "github.token"),
    PipelineRow(
      meaning: "the token expires within three days", begin: ["token-expires 48"],
      problem: "pipeline/token/github/expiring", severity: .critical, note: "make a new token"),
    PipelineRow(
      meaning: "the token expires later", begin: ["token-expires 720"], problem: nil,
      sight: .source("github", "ok")),
  ]
}
