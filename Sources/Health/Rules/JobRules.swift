// Rules for failed Jobs. A failed run of a CronJob no longer counts after a later run succeeded.
extension Evaluation {
  mutating func judgeJobs(_ snapshot: Snapshot) {
    for (part, failure, word) in [
      ("jobs", snapshot.jobs.failure, "job"), ("cronjobs", snapshot.cronJobs.failure, "cronjob"),
    ] {
      guard let failure else { continue }
      report(failure, part: part, of: .workload, unread: [UnreadPath(beginning: "workload/", word: word)])
    }
    guard let jobs = snapshot.jobs.value else { return }
    for (cronJob, runs) in Dictionary(grouping: jobs, by: \.cronJob) {
      if let cronJob {
        judge(runs, of: cronJob, snapshot)
      } else {
        for job in runs { judge(job) }
      }
    }
  }

  private mutating func judge(_ job: Job) {
    guard job.resource.deletionTimestamp == nil else {
      _ = reportTerminating(job.resource, as: .workload(.jobTerminating))
      return
    }
    if let failure = job.failure {
      report(.jobFailed, failure, of: job, subject: job.resource.reference)
    } else if let failing = job.resource.conditions["FailureTarget"], failing.status == .isTrue,
      let since = failing.lastTransitionTime, serverNow - since > .seconds(600)
    {
      report(.jobNotEnding, failing, of: job, subject: job.resource.reference)
    } else if !job.isSuspended, job.startTime == nil, job.completion == nil,
      let made = job.resource.conditions["Suspended"]?.lastTransitionTime ?? job.resource.creationTimestamp,
      serverNow - made > .seconds(300)
    {
      let reference = job.resource.reference
      report(
        .workload(.jobNotStarted),
        job.resource.facts.merging(["age": (serverNow - made).humanDuration]) { $1 },
        subject: reference.description, detail: "no controller has written a start time for it",
        since: made)
    }
  }

  /// - Parameter runs: Jobs that the CronJob has created.
  private mutating func judge(_ runs: [Job], of cronJob: Reference, _ snapshot: Snapshot) {
    let failed = runs.filter { $0.failure != nil }
    for run in failed { markPodsReported(of: run) }
    guard let last = failed.max(by: { started($0) < started($1) }), let failure = last.failure else { return }
    let succeeded = (snapshot.cronJobs.value ?? []).first { $0.resource.reference == cronJob }?
      .lastSuccessfulTime
    let isOver =
      runs.contains { $0.completion != nil && started($0) > started(last) }
      || (succeeded ?? started(last)) > (failure.lastTransitionTime ?? started(last))
    guard !isOver else { return }
    report(.cronJobFailed, failure, of: last, subject: cronJob)
  }

  private func started(_ job: Job) -> Timestamp {
    job.startTime ?? job.resource.creationTimestamp ?? Timestamp(milliseconds: 0)
  }

  private mutating func report(
    _ problem: WorkloadProblem, _ failure: Condition, of job: Job, subject: Reference
  ) {
    markPodsReported(of: job)
    report(
      .workload(problem),
      [
        "namespace": subject.namespace, "name": subject.name, "job": job.resource.name,
        "subject": subject.title, "reason": failure.reason.isEmpty ? "" : " (\(failure.reason))",
      ], subject: subject.description,
      detail: "\(job.resource.reference): \(failure.message)", since: failure.lastTransitionTime)
  }

  private mutating func markPodsReported(of job: Job) {
    reportedPods.formUnion(
      unwellPods.lazy.filter { $0.owner == job.resource.reference }.map(\.resource.reference))
  }
}
