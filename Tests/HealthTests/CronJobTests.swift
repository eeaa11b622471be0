import GuardTypes
import Testing

@testable import Health

/// Schedules of CronJobs, and their runs that do not end.
@Suite struct CronJobTests {
  private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  /// In UTC the next time is exact.
  @Test(arguments: [
    ("*/5 * * * *", "2026-01-10T10:00:00Z", "2026-01-10T10:05:00Z"),
    ("*/5 * * * *", "2026-01-10T10:04:59Z", "2026-01-10T10:05:00Z"),
    ("0 3 * * *", "2026-01-10T03:00:00Z", "2026-01-11T03:00:00Z"),
    ("30 2 29 2 *", "2026-01-10T10:00:00Z", "2028-02-29T02:30:00Z"),
    ("0 0 1 1 *", "2026-01-10T10:00:00Z", "2027-01-01T00:00:00Z"),
    ("15 14 1 * *", "2026-01-10T10:00:00Z", "2026-02-01T14:15:00Z"),
    ("0 22 * * 1-5", "2026-01-09T22:00:00Z", "2026-01-12T22:00:00Z"),
    ("0 22 * * mon-FRI", "2026-01-09T22:00:00Z", "2026-01-12T22:00:00Z"),
    ("0 12 * feb sun", "2026-01-10T10:00:00Z", "2026-02-01T12:00:00Z"),
    // Either field of the day counts if both are given.
    ("0 0 13 * 5", "2026-01-10T10:00:00Z", "2026-01-13T00:00:00Z"),
    ("0 0 31 * 5", "2026-01-10T10:00:00Z", "2026-01-16T00:00:00Z"),
    ("0 0,12 1-7/2 * *", "2026-01-05T13:00:00Z", "2026-01-07T00:00:00Z"),
    ("5/20 * * * ?", "2026-01-10T10:26:00Z", "2026-01-10T10:45:00Z"),
    ("@hourly", "2026-01-10T10:00:00Z", "2026-01-10T11:00:00Z"),
    ("@weekly", "2026-01-10T10:00:00Z", "2026-01-11T00:00:00Z"),
    ("@every 1h30m", "2026-01-10T10:00:00Z", "2026-01-10T11:30:00Z"),
    ("TZ=UTC 0 3 * * *", "2026-01-10T10:00:00Z", "2026-01-11T03:00:00Z"),
    // A clock that was never set.
    ("*/5 * * * *", "1960-01-01T10:30:00Z", "1970-01-02T00:05:00Z"),
    ("*/5 * * * *", "0000-01-01T00:00:00Z", "1970-01-02T00:05:00Z"),
  ])
  func scheduleIsDueNext(_ text: String, _ after: String, _ next: String) throws {
    let schedule = try #require(CronSchedule(text))
    #expect(schedule.due(after: try Self.time(after), zone: "Etc/UTC") == (try Self.time(next)))
  }

  /// Other zones are not known, so the latest of all counts. A schedule of every hour is the same in nearly all of them.
  @Test(arguments: [
    ("*/5 * * * *", "2026-01-10T10:05:00Z"), ("0 3 * * *", "2026-01-11T11:00:00Z"),
    ("@every 5m", "2026-01-10T10:05:00Z"),
  ])
  func unknownZoneIsTheLatestOfAll(_ text: String, _ latest: String) throws {
    let schedule = try #require(CronSchedule(text))
    for zone in ["America/New_York", nil, "Mars/Olympus"] {
      #expect(
        schedule.due(after: try Self.time("2026-01-10T10:00:00Z"), zone: zone) == (try Self.time(latest)))
    }
  }

  @Test(arguments: [
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
    "a * * * *",
    "5-1 * * * *", "*/0 * * * *", "1/2/3 * * * *", "1-2-3 * * * *", ", * * * *", "@never", "@every",
    "@every 0s", "@every 兆h兆h兆h", "@every ١h", "@every ½h",
    "@every 5", "@every 99999999999999999999h", "-1 * * * *", "+1 * * * *", "١ * * * *", "TZ=UTC",
  ])
  func otherTextsAreNoSchedule(_ text: String) {
    #expect(CronSchedule(text) == nil)
  }

  /// A clock that was never set, and a zone that is behind UTC.
  @Test func yearOfTheEpochHasSchedules() throws {
    let schedule = try #require(CronSchedule("0 3 * * 4"))
    #expect(schedule.due(after: try Self.time("1970-01-01T00:00:10Z"), zone: nil) != nil)
  }

  @Test(arguments: ["Etc/UTC", nil])
  func laterTimesThanTheLimitAreNone(_ zone: String?) throws {
    let schedule = try #require(CronSchedule("0 3 * * *"))
    let start = try Self.time("2026-01-10T10:00:00Z")
    #expect(schedule.due(after: start, before: start + .seconds(3600), zone: zone) == nil)
    #expect(schedule.due(after: start, before: start + .seconds(3 * 86_400), zone: zone) != nil)
  }

  /// Never due: it must end all the same.
  @Test func impossibleDateIsNeverDue() throws {
    #expect(try #require(CronSchedule("0 0 31 2 *")).due(after: Fixture.now, zone: "UTC") == nil)
  }

  fileprivate static func cronJob(
    _ schedule: String = "*/5 * * * *", last: Int64? = 20 * 86_400, suspended: Bool = false,
    deadline: Int64? = nil, forbids: Bool = false, active: Int = 0, resumed: Int64? = nil
  ) -> CronJob {
    CronJob(
      resource: Fixture.resource("CronJob", "backup", namespace: "apps", []), isSuspended: suspended,
      timing: CronJob.Timing(
        schedule: schedule, timeZone: "UTC", deadline: deadline.map { .seconds($0) }, forbidsOverlap: forbids,
        lastScheduled: last.map(Fixture.ago), resumedAt: resumed.map(Fixture.ago), activeRuns: active))
  }

  @Test(arguments: [
    (CronJobTests.cronJob(), true), (CronJobTests.cronJob(last: 300), false),
    (CronJobTests.cronJob(last: 800), false), (CronJobTests.cronJob(last: 1000), true),
    (CronJobTests.cronJob(suspended: true), false), (CronJobTests.cronJob(last: nil), true),
    (CronJobTests.cronJob("never"), false),
    // A run may start as late as its deadline.
    (CronJobTests.cronJob(last: 1500, deadline: 1800), false),
    (CronJobTests.cronJob(last: 3000, deadline: 1800), true),
    (CronJobTests.cronJob(deadline: 86_400 * 30), true),
    // A run that has not ended holds up the next one.
    (CronJobTests.cronJob(last: 7200, forbids: true, active: 1), false),
    (CronJobTests.cronJob(last: 90_000, forbids: true, active: 1), true),
    (CronJobTests.cronJob(last: 7200, forbids: true), true),
    (CronJobTests.cronJob(last: 7200, active: 1), true),
    // It was suspended until a moment ago.
    (CronJobTests.cronJob(resumed: 120), false), (CronJobTests.cronJob(resumed: 3600), true),
    (CronJobTests.cronJob("0 3 1 * *", last: 86_400 * 8), false),
    (CronJobTests.cronJob("0 3 * * *", last: 86_400 * 8), true),
  ])
  func unscheduledCronJobIsReported(_ cronJob: CronJob, _ isProblem: Bool) {
    let report = Fixture.report { $0.cronJobs = .seen([cronJob]) }
    #expect(report.problemIDs == (isProblem ? ["tethys/workload/apps/backup/cronjob/overdue"] : []))
    #expect(report.problems.allSatisfy { $0.remedy.contains("-n apps describe cronjob backup") })
  }

  /// - Parameter success: seconds since its last success; nil if there was none.
  private static func ended(
    _ schedule: String = "*/30 * * * *", success: Int64?, last: Int64 = 900, active: Int = 0,
    keepsRuns: Bool = true
  ) -> CronJob {
    CronJob(
      resource: Fixture.resource("CronJob", "backup", namespace: "apps", []),
      lastSuccessfulTime: success.map(Fixture.ago),
      timing: CronJob.Timing(
        schedule: schedule, timeZone: "UTC", lastScheduled: Fixture.ago(last), activeRuns: active,
        keepsRuns: keepsRuns))
  }

  @Test func runsThatFailWithoutALeftJobAreReported() throws {
    func ids(_ cronJob: CronJob, jobs: [Job] = []) -> [String] {
      Fixture.report {
        $0.cronJobs = .seen([cronJob])
        $0.jobs = .seen(jobs)
      }.problemIDs
    }
    let path = ["tethys/workload/apps/backup/cronjob"]
    #expect(ids(Self.ended(success: 20 * 86_400)) == path)
    // The resource was created a day ago.
    #expect(ids(Self.ended(success: nil)) == path)
    #expect(ids(Self.ended(success: nil, keepsRuns: false)).isEmpty)
    #expect(ids(Self.ended(success: 600)).isEmpty)
    // One run may have failed, and the next one may succeed.
    #expect(ids(Self.ended("0 */4 * * *", success: 7200, last: 3600)).isEmpty)
    #expect(ids(Self.ended(success: 20 * 86_400, active: 1)).isEmpty)
    // The newest run says nothing about those before it.
    #expect(ids(Self.ended(success: 20 * 86_400, last: 60)) == path)
    #expect(ids(Self.ended("*/5 * * * *", success: 20 * 86_400, last: 200)) == path)
    #expect(ids(Self.ended("*/5 * * * *", success: 900, last: 200)).isEmpty)
    // While the next run is active, the problem stays.
    let known = PollHistory(firstSeen: ["tethys/workload/apps/backup/cronjob": Fixture.ago(900)])
    let running = Fixture.observation(
      Fixture.snapshot {
        $0.cronJobs = .seen([Self.ended(success: 20 * 86_400, active: 1)])
        $0.jobs = .seen([])
      })
    #expect(Fixture.report(running, history: known).problemIDs == path)
    let byHand = Self.run("manual", [Self.condition("Complete", ago: 600)])
    #expect(ids(Self.ended(success: 20 * 86_400), jobs: [byHand]).isEmpty)
    // A Job that failed says why, under the same id.
    let failed = Self.run("a", [Self.condition("Failed", ago: 600)])
    #expect(ids(Self.ended(success: 20 * 86_400), jobs: [failed]) == path)
  }

  fileprivate static func run(
    _ name: String, _ conditions: [Condition] = [], started: Int64? = 7200, deleted: Int64? = nil
  ) -> Job {
    Job(
      resource: Resource(
        kind: "Job", namespace: "apps", name: name, creationTimestamp: Fixture.ago(7200),
        deletionTimestamp: deleted.map(Fixture.ago), conditions: conditions),
      startTime: started.map(Fixture.ago),
      cronJob: Reference(kind: "CronJob", namespace: "apps", name: "backup"))
  }

  fileprivate static func condition(_ type: String, ago seconds: Int64) -> Condition {
    Fixture.condition(type, .isTrue, "R", ago: seconds)
  }

  @Test(
    arguments: [
      (CronJobTests.run("a", [CronJobTests.condition("FailureTarget", ago: 1200)]), "job", "is failing"),
      (
        CronJobTests.run("a", [CronJobTests.condition("SuccessCriteriaMet", ago: 4980)]), "job",
        "has succeeded"
      ),
      (CronJobTests.run("a", [CronJobTests.condition("FailureTarget", ago: 300)]), nil, ""),
      (
        CronJobTests.run(
          "a",
          [
            CronJobTests.condition("SuccessCriteriaMet", ago: 4980),
            CronJobTests.condition("Complete", ago: 4900),
          ]), nil, ""
      ),
      (CronJobTests.run("a", started: nil), "job", "has not started for"),
      (CronJobTests.run("a", deleted: 86_400), "job/terminating", ""),
      (CronJobTests.run("a"), nil, ""),
    ] as [(Job, String?, String)])
  func stuckRunIsReported(_ run: Job, _ path: String?, _ words: String) {
    let report = Fixture.report { $0.jobs = .seen([run]) }
    #expect(report.problemIDs == [path].compactMap { $0.map { "tethys/workload/apps/a/\($0)" } })
    #expect(report.problems.allSatisfy { $0.title.contains(words) })
  }

  @Test func ofManyStuckRunsTheOldestIsReported() {
    let runs = (1...50).map {
      Self.run("run-\($0)", [Self.condition("FailureTarget", ago: 900)], started: Int64($0) * 1000)
    }
    let report = Fixture.report { $0.jobs = .seen(runs) }
    #expect(report.problemIDs == ["tethys/workload/apps/run-50/job"])
  }
}
