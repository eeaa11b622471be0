internal import Health

extension Job {
  init(_ object: Fields, _ limits: TextLimits) throws {
    let resource = try Resource(object, kind: "Job", group: "batch", limits: limits)
    let spec = try object.object("spec")
    let metadata = object.shown("metadata")
    let status = try object.object("status")
    self.init(
      resource: resource, isSuspended: try spec?.judgedFlag("suspend") ?? false,
      startTime: status?.time("startTime"),
      cronJob: metadata?.shownObjects("ownerReferences").first { $0.word("kind") == "CronJob" }?.word("name")
        .map { Reference(kind: "CronJob", namespace: resource.namespace, name: $0) },
      images: Workload.images(spec), manager: Workload.manager(metadata?.shown("labels")),
      counts: Counts(
        failed: status?.count("failed") ?? 0, succeeded: status?.count("succeeded") ?? 0,
        ready: status?.count("ready") ?? status?.count("active") ?? 0,
        failedIndexes: status?.word("failedIndexes").flatMap { $0.isEmpty ? nil : $0 }))
  }
}

extension CronJob {
  init(_ object: Fields, _ limits: TextLimits) throws {
    let spec = try object.object("spec")
    let status = try object.object("status")
    self.init(
      resource: try Resource(object, kind: "CronJob", group: "batch", limits: limits),
      isSuspended: try spec?.judgedFlag("suspend") ?? false,
      lastSuccessfulTime: status?.time("lastSuccessfulTime"),
      images: Workload.images(spec?.shown("jobTemplate")?.shown("spec")),
      manager: Workload.manager(object.shown("metadata")?.shown("labels")),
      timing: spec?.word("schedule").map { schedule in
        Timing(
          schedule: schedule, timeZone: spec?.word("timeZone"),
          deadline: spec?.count("startingDeadlineSeconds").map { .seconds($0) },
          forbidsOverlap: spec?.word("concurrencyPolicy") == "Forbid",
          lastScheduled: status?.time("lastScheduleTime"),
          resumedAt: ["f:suspend", "f:schedule", "f:timeZone"].compactMap(object.timeOfWrite).max(),
          activeRuns: status?.shownObjects("active").count ?? 0,
          keepsRuns: spec?.shown("jobTemplate")?.shown("spec")?.count("ttlSecondsAfterFinished").map {
            $0 >= 60
          }
            ?? true)
      })
  }
}
