/// Problems of the way from a commit to the cluster: GitHub Actions, Pulumi Deployments, image automation's pushes, and
/// the tokens that the guard reads them with.
public enum PipelineProblem: String, DeclaredProblem {
  case workflowDisabled = "pipeline-workflow-disabled"
  case runFailed = "pipeline-run-failed"
  case runStopped = "pipeline-run-stopped"
  case runSlow = "pipeline-run-slow"
  case runQueued = "pipeline-run-queued"
  case runWaiting = "pipeline-run-waiting"
  case runMissing = "pipeline-run-missing"
  case deploymentFailed = "pipeline-deployment-failed"
  case deploymentWithoutAgent = "pipeline-deployment-without-agent"
  case deploymentsPaused = "pipeline-deployments-paused"
  case deploymentQueued = "pipeline-deployment-queued"
  case deploymentSlow = "pipeline-deployment-slow"
  case agentPoolOffline = "pipeline-agent-pool-offline"
  case drift = "pipeline-drift"
  case appliedByHand = "pipeline-applied-by-hand"
  case pushLost = "pipeline-push-lost"
  case tokenExpiring = "pipeline-token-expiring"
  case nameUnknown = "pipeline-name-unknown"

  /// The problem of a run, a deployment or a commit has its number in its path: the next one is another problem, which
  /// begins later.
  public var declaration: ProblemDeclaration {
    switch self {
    case .workflowDisabled:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/disabled",
        title: "workflow <workflow> is <state>, so nothing will be deployed",
        meaning:
          """
          GitHub starts no runs of the workflow: a person disabled or deleted it, or GitHub disabled it because \
          the repository had no activity for 60 days.
          """,
        command: "gh workflow view <workflow> --repo <repository>", note: "<advice>: <url>")
    case .runFailed:
      ProblemDeclaration(
        .pipeline, .critical, rank: .source, path: "pipeline/workflow/<workflow>/failed/<run>",
        title: "run <run> of <workflow> <outcome>",
        meaning:
          """
          The newest run of the workflow on the branch failed, so its commit was not deployed. What the last \
          successful run deployed stays in place.
          """,
        command: "gh run view <id> --repo <repository> --log-failed", note: "<url>")
    case .runStopped:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/stopped/<run>",
        title: "run <run> of <workflow> <outcome>",
        meaning:
          """
          The newest run of the workflow on the branch ended without a result: it was cancelled, became stale, or \
          a person must approve that it runs.
          """,
        command: "gh run view <id> --repo <repository>", note: "<advice>: <url>")
    case .runSlow:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/slow/<run>",
        title: "run <run> of <workflow> has been running for <age>",
        meaning:
          "The run takes longer than half an hour, and three times as long as usual. A step probably hangs.",
        command: "gh run view <id> --repo <repository>", note: "see which step runs: <url>")
    case .runQueued:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/queued/<run>",
        title: "run <run> of <workflow> <state> for <age>",
        meaning:
          """
          The run has not started for ten minutes: no runner takes it, or it waits for another run of the same \
          concurrency group.
          """,
        command: "gh run view <id> --repo <repository>",
        note: "<advice>: <url>")
    case .runWaiting:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/approval/<run>",
        title: "run <run> of <workflow> has been waiting for approval of <environment> for <age>",
        meaning:
          """
          An environment of the repository needs an approval, and has had none for an hour. GitHub fails the run \
          after 30 days.
          """,
        note: "approve or reject it: <url>")
    case .runMissing:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/workflow/<workflow>/not-started/<commit>",
        title: "<workflow> was not started for <commit>",
        meaning:
          """
          The newest commit of the branch changes files that start the workflow, and ten minutes later there is no \
          run for it.
          """,
        command: "gh run list --workflow <workflow> --repo <repository> --limit 5",
        note:
          "compare 'paths' and 'branches' under 'on' in the workflow; GitHub's own state: https://www.githubstatus.com"
      )
    case .deploymentFailed:
      ProblemDeclaration(
        .pipeline, .critical, rank: .source, path: "pipeline/stack/<stack>/failed/<deployment>",
        title: "deployment <deployment> of <stack> failed<step>",
        meaning:
          """
          The newest Pulumi deployment of the stack failed, timed out or was cancelled. What the last successful \
          update applied stays in place.
          """,
        command: "pulumi stack history --stack <stack> --show-secrets=false", note: "its log: <url>")
    case .deploymentWithoutAgent:
      ProblemDeclaration(
        .pipeline, .critical, rank: .source, path: "pipeline/stack/<stack>/no-agent/<deployment>",
        title: "no agent in <pool> <seen>: deployment <deployment> waits",
        meaning:
          "A deployment waits for an agent of the pool, and no agent is online. After seven days Pulumi drops it.",
        command: "kubectl get pods -A",
        note: "look for the agent's pods, their logs and their token; the pool: <url>")
    case .deploymentsPaused:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/stack/<stack>/paused/<deployment>",
        title: "deployment <deployment> of <stack> waits: deployments are paused for <scope>",
        meaning: "Pulumi Deployments are paused for the stack or the whole organization.",
        note: "resume them in the settings: <url>")
    case .deploymentQueued:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/stack/<stack>/queued/<deployment>",
        title: "deployment <deployment> of <stack> has not started for <age>",
        meaning:
          """
          Agents are online, deployments are not paused and no other one of the stack runs, but none takes this \
          one. An agent does one job at a time, and pauses for ten minutes after two failures.
          """,
        note: "look at the log of the agent; the deployment: <url>")
    case .deploymentSlow:
      ProblemDeclaration(
        .pipeline, .warning, rank: .source, path: "pipeline/stack/<stack>/slow/<deployment>",
        title: "deployment <deployment> of <stack> has been <state> for <age>",
        meaning:
          """
          An agent took the deployment and did not begin it for five minutes, or it runs longer than half an hour, \
          and three times as long as usual.
          """,
        note: "see which step runs: <url>")
    case .agentPoolOffline:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/pool/<pool>/offline",
        title: "agent pool <pool> has been offline <seen>",
        meaning:
          "No agent of the pool is connected to Pulumi Cloud. Nothing waits for one now, and the next deployment will.",
        command: "kubectl get pods -A",
        note: "if its agents end after each deployment, set singleRun: true under pulumi in guard.yaml")
    case .drift:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/stack/<stack>/drift", title: "<stack> has drifted",
        meaning:
          """
          The last drift detection of Pulumi found resources that differ from the stack's state: they were changed \
          elsewhere.
          """,
        command: "pulumi preview --refresh --stack <stack>", note: "the detection: <url>")
    case .appliedByHand:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/stack/<stack>/by-hand",
        title: "update <update> of <stack> was applied manually<state>",
        meaning:
          """
          The newest update was made by no deployment, or from a working tree with changes that are in no commit. \
          The next deployment may undo it.
          """,
        command: "pulumi stack history --stack <stack>", note: "bring the change into Git: <url>")
    case .pushLost:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/automation/<namespace>/<name>/push-lost",
        title: "<subject> reported a push of <commit> that is not on <branch>",
        meaning:
          """
          The commit that the automation says it pushed is not part of the branch: the push was refused, or the \
          branch was force-pushed since.
          """,
        command: "kubectl -n <namespace> describe imageupdateautomations.image.toolkit.fluxcd.io <name>",
        note: "compare the rules that protect the branch with the rights of Flux's token")
    case .tokenExpiring:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/token/<source>/expiring",
        title: "the guard's token for <api> <expires>",
        meaning:
          """
          The token with which the guard reads the pipeline expires in less than 14 days; in less than three it is \
          critical. It is the guard's own token, not Flux's. Without it the stages are unknown.
          """,
        note: "make a new token with the same rights, and write it to <place>; the guard reads it by itself")
    case .nameUnknown:
      ProblemDeclaration(
        .pipeline, .warning, path: "pipeline/name/<key>",
        title: "pipeline.<key> does not exist: <value>",
        meaning:
          "A name under 'pipeline' in guard.yaml matches no object of the cluster, so its stages are not shown.",
        note: "<advice>")
    }
  }
}
