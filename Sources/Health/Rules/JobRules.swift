// Jobs that failed. A failed run of a CronJob is over once a later one has succeeded.
extension Judgement {
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
      _ = reportTerminating(
        job.resource, path: "\(job.resource.reference.problemPath)/job", remedy: look(job.resource))
      return
    }
    if let failure = job.failure {
      report(failure, of: job, subject: job.resource.reference, "\(job.resource.reference) failed")
    } else if let failing = job.resource.conditions["FailureTarget"], failing.status == .isTrue,
      let since = failing.lastTransitionTime, serverNow - since > .seconds(600)
    {
      report(
        failing, of: job, subject: job.resource.reference,
        "\(job.resource.reference) is to fail, and its pods do not end")
    } else if !job.isSuspended, job.startTime == nil, job.completion == nil,
      let made = job.resource.conditions["Suspended"]?.lastTransitionTime ?? job.resource.creationTimestamp,
      serverNow - made > .seconds(300)
    {
      let reference = job.resource.reference
      report(
        "\(reference.problemPath)/job", .warning, subject: reference.description,
        title: "\(reference) has not started for \((serverNow - made).humanDuration)",
        detail: "no controller has written a start time for it", since: made, remedy: look(job.resource))
    }
  }

  /// - Parameter runs: Jobs that the CronJob has made.
  private mutating func judge(_ runs: [Job], of cronJob: Reference, _ snapshot: Snapshot) {
    let failed = runs.filter { $0.failure != nil }
    for run in failed { tellPods(of: run) }
    guard let last = failed.max(by: { started($0) < started($1) }), let failure = last.failure else { return }
    let succeeded = (snapshot.cronJobs.value ?? []).first { $0.resource.reference == cronJob }?
      .lastSuccessfulTime
    let isOver =
      runs.contains { $0.completion != nil && started($0) > started(last) }
      || (succeeded ?? started(last)) > (failure.lastTransitionTime ?? started(last))
    guard !isOver else { return }
    report(failure, of: last, subject: cronJob, "the last run of \(cronJob) failed")
  }

  private func started(_ job: Job) -> Timestamp {
    job.startTime ?? job.resource.creationTimestamp ?? Timestamp(milliseconds: 0)
  }

  private mutating func report(
    _ failure: Condition, of job: Job, subject: Reference, _ title: String
  ) {
    tellPods(of: job)
    let (namespace, name) = (job.resource.namespace.shellWord, job.resource.name.shellWord)
    let kind = subject.kind.lowercased()
    report(
      "\(subject.problemPath)/\(kind)", .warning, subject: subject.description,
      title: failure.reason.isEmpty ? title : "\(title): \(failure.reason)",
      detail: "\(job.resource.reference): \(failure.message)", since: failure.lastTransitionTime,
      remedy: kubectl("-n \(namespace) logs job/\(name) --all-containers --tail=50")
        + "; \(kubectl("-n \(namespace) describe job \(name)"))")
  }

  private mutating func tellPods(of job: Job) {
    toldPods.formUnion(
      unwellPods.lazy.filter { $0.owner == job.resource.reference }.map(\.resource.reference))
  }
}
