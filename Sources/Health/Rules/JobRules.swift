// Rules for Jobs that failed or do not end, and for CronJobs that are not scheduled. A failed run of a CronJob no longer
// counts after a later run succeeded.
extension Evaluation {
  mutating func judgeJobs(_ snapshot: Snapshot) {
    for (part, failure, word) in [
      ("jobs", snapshot.jobs.failure, "job"), ("cronjobs", snapshot.cronJobs.failure, "cronjob"),
    ] {
      guard let failure else { continue }
      report(failure, part: part, of: .workload, unread: [UnreadPath(beginning: "workload/", word: word)])
    }
    var scheduled: [CronJob] = []
    for cronJob in snapshot.cronJobs.value ?? [] where !judgeSchedule(of: cronJob) {
      scheduled.append(cronJob)
    }
    guard let jobs = snapshot.jobs.value else { return }
    let runs = Dictionary(grouping: jobs) { $0.cronJob }
    for cronJob in scheduled {
      let runs = runs[cronJob.resource.reference] ?? []
      // A Job that failed says more. The controller does not count a run by hand.
      guard runs.allSatisfy({ $0.failure == nil }) else { continue }
      judgeSuccess(of: cronJob, byHand: runs.compactMap { $0.completion?.lastTransitionTime }.max())
    }
    for (cronJob, runs) in Dictionary(grouping: jobs, by: \.cronJob) {
      if let cronJob {
        judge(runs, of: cronJob, snapshot)
      } else {
        for job in runs { judge(job) }
      }
    }
  }

  private mutating func judge(_ job: Job) {
    if job.resource.deletionTimestamp == nil, let failure = job.failure {
      report(.jobFailed, failure, of: job, subject: job.resource.reference)
    } else {
      _ = judgeProgress(of: job)
    }
  }

  /// Judges a Job that has not failed.
  ///
  /// - Returns: true if it is stuck.
  private mutating func judgeProgress(of job: Job) -> Bool {
    guard job.resource.deletionTimestamp == nil else {
      return reportTerminating(job.resource, as: .workload(.jobTerminating))
    }
    if let ending = job.ending {
      guard job.completion == nil,
        elapsed(
          since: ending.lastTransitionTime, watching: "\(job.resource.reference.problemPath)/job/ending")
          > .seconds(600)
      else { return false }
      report(.jobNotEnding, ending, of: job, subject: job.resource.reference)
      return true
    }
    if !job.isSuspended, job.startTime == nil, job.completion == nil,
      let made = job.resource.conditions["Suspended"]?.lastTransitionTime ?? job.resource.creationTimestamp,
      serverNow - made > .seconds(300)
    {
      let reference = job.resource.reference
      report(
        .workload(.jobNotStarted),
        job.resource.facts.merging(["age": (serverNow - made).humanDuration]) { $1 },
        subject: reference.description, detail: "no controller has written a start time for it",
        since: made)
      return true
    }
    return judgeAttempts(of: job)
  }

  /// Judges the attempts of a Job that has not ended. One that has begun to run well has ten minutes to prove it.
  private mutating func judgeAttempts(of job: Job) -> Bool {
    guard !job.isSuspended, job.completion == nil, let started = job.startTime else { return false }
    let reference = job.resource.reference
    var state: String?
    if let indexes = job.counts.failedIndexes { state = "failed indexes: \(indexes)" }
    if state == nil, job.counts.failed >= 3, job.counts.succeeded == 0, serverNow - started > .seconds(600) {
      let isReported = history.firstSeen["\(cluster)/\(reference.problemPath)/job"] != nil
      let isRunning =
        job.counts.ready > 0 && (!isReported || watch("\(reference.problemPath)/job/ready") > .seconds(600))
      state = isRunning ? nil : "\(job.counts.failed) pods failed and none has succeeded"
    }
    guard let state else { return false }
    markPodsReported(of: job)
    report(
      .workload(.jobFailing), job.resource.facts.merging(["state": state, "job": job.resource.name]) { $1 },
      subject: reference.description,
      detail: job.counts.failedIndexes == nil
        ? "it is tried again until its backoffLimit is reached"
        : "these indexes are not tried again; the others continue",
      since: nil)
    return true
  }

  /// Reports a CronJob whose schedule has been due for a while without a run.
  ///
  /// - Returns: true if it is reported.
  private mutating func judgeSchedule(of cronJob: CronJob) -> Bool {
    guard !cronJob.isSuspended, cronJob.resource.deletionTimestamp == nil, let timing = cronJob.timing,
      let schedule = CronSchedule(timing.schedule)
    else { return false }
    let last = timing.lastScheduled ?? cronJob.resource.creationTimestamp
    // Runs that were due during a suspension are not made up for.
    // A run may take long, and the next one then waits for it.
    let isHeld = timing.forbidsOverlap && timing.activeRuns > 0
    let timeLimit: Duration =
      isHeld ? .seconds(86_400) : .seconds(600) + min(timing.deadline ?? .zero, .seconds(3600))
    guard let start = [last, timing.resumedAt].compactMap(\.self).max(), start <= serverNow,
      let due = schedule.due(after: start, before: serverNow - timeLimit, zone: timing.timeZone)
    else { return false }
    let reference = cronJob.resource.reference
    report(
      .workload(.cronJobOverdue),
      cronJob.resource.facts.merging(["age": (serverNow - start).humanDuration]) { $1 },
      subject: reference.description,
      detail: "its schedule is \(timing.schedule)"
        + (timing.lastScheduled.map { "; it was last scheduled at \($0)" } ?? "; it was never scheduled")
        + (isHeld ? "; a run has not ended, and concurrencyPolicy Forbid waits for it" : ""),
      since: due)
    return true
  }

  /// Reports a CronJob that has ended two runs since its last success. If no Job of them is left, only its times tell.
  ///
  /// - Parameter byHand: the last success of its Jobs in the list.
  private mutating func judgeSuccess(of cronJob: CronJob, byHand: Timestamp?) {
    // A Job that is deleted as soon as it ends may be gone before the controller has seen its success.
    let reference = cronJob.resource.reference
    let isReported = history.firstSeen["\(cluster)/\(reference.problemPath)/cronjob"] != nil
    guard !cronJob.isSuspended, cronJob.resource.deletionTimestamp == nil, let timing = cronJob.timing,
      timing.keepsRuns, timing.activeRuns == 0 || isReported, let schedule = CronSchedule(timing.schedule),
      let last = timing.lastScheduled,
      let success = [cronJob.lastSuccessfulTime ?? cronJob.resource.creationTimestamp, byHand]
        .compactMap(\.self).max(), success < last
    else { return }
    // While it was suspended, or had another schedule, it had no runs.
    let start = max(success, timing.resumedAt ?? success)
    // The newest run may still succeed.
    let limit = serverNow - .seconds(600)
    guard let first = schedule.due(after: start, before: limit, zone: timing.timeZone),
      schedule.due(after: first, before: limit, zone: timing.timeZone) != nil
    else { return }
    report(
      .workload(.cronJobUnsuccessful),
      cronJob.resource.facts.merging(["age": (serverNow - success).humanDuration]) { $1 },
      subject: reference.description,
      detail: "its schedule is \(timing.schedule); it was last scheduled at \(last), and "
        + (cronJob.lastSuccessfulTime.map { "last succeeded at \($0)" } ?? "never succeeded"),
      since: success)
  }

  /// - Parameter runs: Jobs that the CronJob has created.
  private mutating func judge(_ runs: [Job], of cronJob: Reference, _ snapshot: Snapshot) {
    let failed = runs.filter { $0.failure != nil }
    for run in failed { markPodsReported(of: run) }
    // Of several runs that are stuck, the oldest one is reported.
    let others = runs.filter { $0.failure == nil || $0.resource.deletionTimestamp != nil }
    for run in others.sorted(by: { started($0) < started($1) }) where judgeProgress(of: run) { break }
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
        "subject": subject.title,
        "outcome": failure.type == "SuccessCriteriaMet" ? "has succeeded" : "is failing",
        "reason": failure.reason.isEmpty ? "" : " (\(failure.reason))",
      ], subject: subject.description,
      detail: "\(job.resource.reference): \(failure.message)", since: failure.lastTransitionTime)
  }

  private mutating func markPodsReported(of job: Job) {
    reportedPods.formUnion(
      unhealthyPods.lazy.filter { $0.owner == job.resource.reference }.map(\.resource.reference))
  }
}
