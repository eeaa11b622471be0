/// Problems of workloads, Jobs and pods.
public enum WorkloadProblem: String, DeclaredProblem {
  case unavailable = "workload-unavailable"
  case missing = "workload-missing"
  case jobFailed = "job-failed"
  case jobFailing = "job-failing"
  case jobNotEnding = "job-not-ending"
  case jobNotStarted = "job-not-started"
  case jobTerminating = "job-terminating"
  case cronJobFailed = "cronjob-failed"
  case cronJobUnsuccessful = "cronjob-unsuccessful"
  case cronJobOverdue = "cronjob-overdue"
  case podsCrashLooping = "pods-crash-looping"
  case podsPending = "pods-pending"
  case podsNotReady = "pods-not-ready"
  case podsTerminating = "pods-terminating"
  case podsFailed = "pods-failed"

  public var declaration: ProblemDeclaration {
    switch self {
    case .unavailable:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/<kind>", title: "<subject> <state>",
        meaning:
          """
          A Deployment, StatefulSet or DaemonSet has fewer pods than it should have, does not roll out, or does \
          not go away. It is critical for a workload that guard.yaml expects and for a controller of Flux, unless \
          it serves during a rollout.
          """,
        command: "kubectl -n <namespace> describe <kind> <name>")
    case .missing:
      ProblemDeclaration(
        .workload, .critical, path: "workload/<namespace>/<name>/missing",
        title: "<subject> is missing",
        meaning:
          "guard.yaml expects the workload (expect.workloads), and no Deployment, StatefulSet or DaemonSet has its name.",
        command: "kubectl -n <namespace> get deployments,statefulsets,daemonsets",
        note: "if it is gone for good, remove it from expect.workloads")
    case .jobFailed:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/job", title: "<subject> failed<reason>",
        meaning: "The Job has failed and is not retried.",
        command: "kubectl -n <namespace> logs job/<job> --all-containers --tail=50",
        note: "the Job's events say more: kubectl describe job")
    case .jobNotEnding:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/job",
        title: "<subject> <outcome>, and its pods do not end<reason>",
        meaning:
          "The Job met a condition for failure or success more than ten minutes ago, and its pods are still there.",
        command: "kubectl -n <namespace> logs job/<job> --all-containers --tail=50",
        note: "the Job's events say more: kubectl describe job")
    case .jobFailing:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/job", title: "<subject> is failing: <state>",
        meaning:
          """
          The Job has not failed yet, because its backoffLimit permits more attempts. Some of its indexes have \
          failed; or three of its pods have failed, none has succeeded, and none has been ready in the ten minutes \
          since.
          """,
        command: "kubectl -n <namespace> logs job/<job> --all-containers --tail=50",
        note: "the Job's events say more: kubectl describe job")
    case .jobTerminating:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/job/terminating",
        title: "<subject> has been terminating for <age>",
        meaning: "The Job was deleted, and a finalizer keeps it.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "find out what its finalizers wait for")
    case .jobNotStarted:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/job",
        title: "<subject> has not started for <age>",
        meaning: "The Job was created more than five minutes ago, and no controller has started it.",
        command: "kubectl -n <namespace> describe job <name>")
    case .cronJobFailed:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/cronjob",
        title: "the last run of <subject> failed<reason>",
        meaning: "The last run of the CronJob failed, and none has succeeded since.",
        command: "kubectl -n <namespace> logs job/<job> --all-containers --tail=50",
        note: "the Job's events say more: kubectl describe job")
    case .cronJobUnsuccessful:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/cronjob",
        title: "no run of <subject> has succeeded for <age>",
        meaning:
          """
          At least two runs of the CronJob have ended since its last success, and their Jobs are deleted \
          (failedJobsHistoryLimit, ttlSecondsAfterFinished), so that nothing says why they failed.
          """,
        command: "kubectl -n <namespace> describe cronjob <name>",
        note: "to keep the Jobs that failed, raise failedJobsHistoryLimit and ttlSecondsAfterFinished in Git")
    case .cronJobOverdue:
      ProblemDeclaration(
        .workload, .warning, path: "workload/<namespace>/<name>/cronjob/overdue",
        title: "<subject> has not been scheduled for <age>",
        meaning:
          """
          The schedule of the CronJob has been due for more than ten minutes and its starting deadline, and no Job \
          was made. Outside of UTC the guard waits for the latest of all time zones. If concurrencyPolicy is \
          Forbid and a run has not ended, it waits for a day.
          """,
        command: "kubectl -n <namespace> describe cronjob <name>")
    case .podsCrashLooping:
      ProblemDeclaration(
        .pods, .warning, path: "pods/crash-looping", title: "<pods> in a crash loop",
        meaning:
          """
          Containers start, exit with an error and are started again, at growing intervals. A pod that is ready \
          counts for three times its average time between restarts, at least ten minutes and at most an hour after \
          the last one; after 20 restarts, an hour.
          """,
        command: "kubectl -n <namespace> logs <pod> --all-containers --previous")
    case .podsPending:
      ProblemDeclaration(
        .pods, .warning, path: "pods/pending", title: "<pods> not starting",
        meaning: "Pods can't be scheduled on a node, or their images can't be pulled.",
        command: "kubectl -n <namespace> describe pod <pod>")
    case .podsNotReady:
      ProblemDeclaration(
        .pods, .warning, path: "pods/not-ready", title: "<pods> not ready",
        meaning: "Pods run and have not been ready for more than ten minutes: a readiness probe fails.",
        command: "kubectl -n <namespace> describe pod <pod>")
    case .podsTerminating:
      ProblemDeclaration(
        .pods, .warning, path: "pods/terminating", title: "<pods> stuck terminating",
        meaning:
          "Pods are still there minutes after their grace period: a finalizer or the kubelet keeps them.",
        command: "kubectl -n <namespace> describe pod <pod>",
        note: "look at its finalizers, and at the kubelet of its node")
    case .podsFailed:
      ProblemDeclaration(
        .pods, .warning, path: "pods/failed", title: "<pods> in phase Failed",
        meaning: "Pods that no controller replaces have failed.",
        command: "kubectl -n <namespace> logs <pod> --all-containers")
    }
  }
}
