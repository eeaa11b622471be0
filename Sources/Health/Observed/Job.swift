/// A Job: pods that run to completion.
public struct Job: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let startTime: Timestamp?
  /// The CronJob that created it.
  public let cronJob: Reference?
  public let images: [String]
  /// The Kustomization or HelmRelease that applied it, from its labels.
  public let manager: Reference?
  public let counts: Counts

  /// The pods of a Job, as its controller counts them.
  public struct Counts: Hashable, Sendable {
    public let failed: Int
    public let succeeded: Int
    /// Active pods that are ready; active pods on servers that do not count those.
    public let ready: Int
    /// `status.failedIndexes`, for example `1,3-5`: indexes that are not tried again.
    public let failedIndexes: String?

    public init(failed: Int = 0, succeeded: Int = 0, ready: Int = 0, failedIndexes: String? = nil) {
      self.failed = failed
      self.succeeded = succeeded
      self.ready = ready
      self.failedIndexes = failedIndexes
    }
  }

  public init(
    resource: Resource, isSuspended: Bool = false, startTime: Timestamp? = nil, cronJob: Reference? = nil,
    images: [String] = [], manager: Reference? = nil, counts: Counts = Counts()
  ) {
    self.counts = counts
    self.resource = resource
    self.isSuspended = isSuspended
    self.startTime = startTime
    self.cronJob = cronJob
    self.images = images
    self.manager = manager
  }

  /// The condition of a failed Job.
  var failure: Condition? { ended("Failed") }
  var completion: Condition? { ended("Complete") }
  /// The condition of a Job that has met its end, and whose pods are still there.
  var ending: Condition? { ended("FailureTarget") ?? ended("SuccessCriteriaMet") }

  private func ended(_ type: String) -> Condition? {
    resource.conditions.first { $0.type == type && $0.status == .isTrue }
  }
}

/// A CronJob, which creates Jobs on a schedule.
public struct CronJob: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let lastSuccessfulTime: Timestamp?
  public let images: [String]
  /// The Kustomization or HelmRelease that applied it, from its labels.
  public let manager: Reference?
  /// nil if it is not known.
  public let timing: Timing?

  /// When a CronJob is due.
  public struct Timing: Hashable, Sendable {
    /// `spec.schedule`, for example `*/5 * * * *`.
    public let schedule: String
    /// `spec.timeZone`
    public let timeZone: String?
    /// `spec.startingDeadlineSeconds`: how late a run may start.
    public let deadline: Duration?
    /// True if a run is not started before the previous one has ended (`concurrencyPolicy: Forbid`).
    public let forbidsOverlap: Bool
    /// `status.lastScheduleTime`
    public let lastScheduled: Timestamp?
    /// When `spec.suspend`, the schedule or its zone was last written, if the server stores it.
    public let resumedAt: Timestamp?
    /// The number of runs that have not ended.
    public let activeRuns: Int
    /// False if a Job is deleted within a minute of its end (`ttlSecondsAfterFinished`).
    public let keepsRuns: Bool

    public init(
      schedule: String, timeZone: String? = nil, deadline: Duration? = nil, forbidsOverlap: Bool = false,
      lastScheduled: Timestamp? = nil, resumedAt: Timestamp? = nil, activeRuns: Int = 0,
      keepsRuns: Bool = true
    ) {
      self.keepsRuns = keepsRuns
      self.schedule = schedule
      self.timeZone = timeZone
      self.deadline = deadline
      self.forbidsOverlap = forbidsOverlap
      self.lastScheduled = lastScheduled
      self.resumedAt = resumedAt
      self.activeRuns = activeRuns
    }
  }

  public init(
    resource: Resource, isSuspended: Bool = false, lastSuccessfulTime: Timestamp? = nil,
    images: [String] = [],
    manager: Reference? = nil, timing: Timing? = nil
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.lastSuccessfulTime = lastSuccessfulTime
    self.images = images
    self.manager = manager
    self.timing = timing
  }
}
