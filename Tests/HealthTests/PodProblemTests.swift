import GuardTypes
import Health
import Testing

/// Pods that run and do not serve, that do not end, and Jobs that failed.
@Suite struct PodProblemTests {
  private static func pod(
    _ phase: String = "Running", ready: Condition.Status? = .isFalse, restarts: Int = 0,
    ago seconds: Int64 = 60,
    ended: Int64? = nil, deleted: Timestamp? = nil, owner: Reference? = nil, node: String? = nil
  ) -> Pod {
    Pod(
      resource: Resource(
        kind: "Pod", namespace: "apps", name: "web", creationTimestamp: Fixture.ago(86_400),
        deletionTimestamp: deleted,
        conditions: ready.map { [Fixture.condition("Ready", $0, ago: seconds)] } ?? []),
      phase: phase, node: node, owner: owner, isReady: ready == .isTrue, restarts: restarts,
      lastEnd: "OOMKilled, exit code 137", lastEndTime: ended.map(Fixture.ago))
  }

  private static func report(_ pods: Pod..., jobs: Part<[Job]> = .notServed, cronJobs: [CronJob] = [])
    -> ClusterReport
  {
    Fixture.report {
      $0.pods = .seen(PodCensus(total: 3, unhealthy: pods.filter { !$0.isHealthy }))
      $0.jobs = jobs
      $0.cronJobs = .seen(cronJobs)
    }
  }

  @Test(arguments: [Int64?.some(20), 3000, nil])
  func repeatedlyKilledPodIsCrashLooping(_ ended: Int64?) throws {
    let report = Self.report(Self.pod(restarts: 300, ended: ended))
    #expect(report.problemIDs == ["tethys/pods/crash-looping"])
    let problem = try #require(report.problems.first)
    #expect(problem.detail == "pod web: Running, 300 restarts, last OOMKilled, exit code 137")
    #expect(problem.remedy.contains("logs web --all-containers --previous"))
    #expect(report.pods?.crashLooping.count == 1)
  }

  /// The containers of a node that was rebooted were lost, and did not crash.
  @Test func podThatWasLostWithItsNodeIsNotCrashLooping() {
    func pod(_ end: String, ready: Condition.Status) -> Pod {
      Pod(
        resource: Resource(
          kind: "Pod", namespace: "apps", name: "svc", creationTimestamp: Fixture.ago(86_400 * 300),
          conditions: [Fixture.condition("Ready", ready, ago: 90)]),
        phase: "Running", isReady: ready == .isTrue, restarts: 6, lastEnd: end, lastEndTime: Fixture.ago(120))
    }
    for ready in [.isTrue, .isFalse] as [Condition.Status] {
      #expect(Self.report(pod("Unknown, exit code 255", ready: ready)).problems.isEmpty)
      #expect(Self.report(pod("exit code 1", ready: ready)).problemIDs == ["tethys/pods/crash-looping"])
    }
  }

  /// How long it ran last says more than its average: one restart after weeks, whatever ended it, is no loop.
  @Test(arguments: [
    (Int64(86_400 * 13), "exit code 137", false), (Int64(86_400 * 13), "exit code 143", false),
    (Int64(10_800), "OOMKilled, exit code 137", true), (Int64(30), "exit code 1", true),
  ])
  func restartAfterALongRunIsNoLoop(_ run: Int64, _ end: String, _ isLoop: Bool) {
    let pod = Pod(
      resource: Resource(
        kind: "Pod", namespace: "apps", name: "svc", creationTimestamp: Fixture.ago(86_400 * 14),
        conditions: [Fixture.condition("Ready", .isTrue, ago: 90)]),
      phase: "Running", isReady: true, restarts: 61, lastEnd: end, lastEndTime: Fixture.ago(120),
      lastRun: .seconds(run))
    #expect(Self.report(pod).problemIDs == (isLoop ? ["tethys/pods/crash-looping"] : []))
  }

  @Test func evictionIsToldAlsoIfTheContainerWasStopped() throws {
    let pod = Pod(
      resource: Resource(kind: "Pod", namespace: "apps", name: "ev", creationTimestamp: Fixture.ago(7200)),
      phase: "Failed", lastEnd: "ContainerStatusUnknown, exit code 143", failure: "Evicted",
      failureMessage: "The node was low on resource: ephemeral-storage",
      lastEndMessage: "The container could not be located")
    let problem = try #require(Self.report(pod).problems.first)
    #expect(problem.id == "tethys/pods/failed")
    #expect(problem.detail.hasSuffix(": The node was low on resource: ephemeral-storage"))
  }

  @Test func podThatIsKilledEveryFewHoursIsOneLastingProblem() {
    func pod(ended seconds: Int64) -> Pod {
      Pod(
        resource: Resource(
          kind: "Pod", namespace: "apps", name: "leak", creationTimestamp: Fixture.ago(86_400 * 30),
          conditions: [Fixture.condition("Ready", .isTrue, ago: seconds - 10)]),
        phase: "Running", isReady: true, restarts: 240, lastEnd: "OOMKilled, exit code 137",
        lastEndTime: Fixture.ago(seconds))
    }
    for seconds in [2400, 5400, 10_800] as [Int64] {
      #expect(Self.report(pod(ended: seconds)).problemIDs == ["tethys/pods/crash-looping"])
    }
    #expect(Self.report(pod(ended: 30_000)).problems.isEmpty)
  }

  /// While its init containers run, the phase of a pod is Pending.
  @Test func restartsOfAnInitContainerAreOneProblem() {
    func pod(waiting: String?) -> Pod {
      Pod(
        resource: Resource(kind: "Pod", namespace: "apps", name: "web", creationTimestamp: Fixture.ago(7200)),
        phase: "Pending", node: "srv712429", restarts: 20, waitingReason: waiting, lastEnd: "exit code 1",
        lastEndTime: Fixture.ago(30))
    }
    for waiting in ["CrashLoopBackOff", nil] {
      #expect(Self.report(pod(waiting: waiting)).problemIDs == ["tethys/pods/crash-looping"])
    }
  }

  @Test(arguments: [(300 as Int64, false), (660, true)])
  func pullOfALargeImageMayTakeTenMinutes(_ age: Int64, _ isProblem: Bool) {
    let pod = Pod(
      resource: Resource(kind: "Pod", namespace: "apps", name: "vllm", creationTimestamp: Fixture.ago(age)),
      phase: "Pending", node: "calypso", isPreparing: true)
    #expect(Self.report(pod).problemIDs == (isProblem ? ["tethys/pods/pending"] : []))
    #expect(
      Self.report(Fixture.pod("a", phase: "Pending", waiting: "ImagePullBackOff", age: age)).problemIDs
        == ["tethys/pods/pending"])
  }

  @Test func podThatAPersonEndedIsNoFailure() {
    func pod(_ end: String) -> Pod { Fixture.pod("node-debugger-x", phase: "Failed", lastEnd: end) }
    for end in ["exit code 130", "exit code 127"] { #expect(Self.report(pod(end)).problems.isEmpty) }
    func run(_ end: String) -> Pod { Fixture.pod("curl", phase: "Failed", lastEnd: end) }
    #expect(Self.report(run("exit code 143")).problems.isEmpty)
    #expect(Self.report(run("exit code 1")).problemIDs == ["tethys/pods/failed"])
  }

  @Test func brieflyReadyPodIsCrashLooping() {
    #expect(
      Self.report(Self.pod(ready: .isTrue, restarts: 300, ended: 60)).problemIDs == [
        "tethys/pods/crash-looping"
      ])
    #expect(Self.report(Self.pod(ready: .isTrue, restarts: 300, ended: 86_000)).problems.isEmpty)
    #expect(Self.report(Self.pod(ready: .isTrue, restarts: 2, ended: 60)).problems.isEmpty)
  }

  /// A pod that is killed every half hour is one problem, and not one that comes and goes.
  @Test(arguments: [
    (301, 60 as Int64, true), (301, 900, true), (301, 1700, true), (301, 3700, false), (48, 1700, true),
    (6, 1700, true), (4, 900, false),
  ])
  func regularlyKilledPodIsOneLastingProblem(_ restarts: Int, _ ended: Int64, _ isTold: Bool) {
    let report = Self.report(Self.pod(ready: .isTrue, restarts: restarts, ended: ended))
    #expect(report.problemIDs == (isTold ? ["tethys/pods/crash-looping"] : []))
  }

  @Test func restartsOfOthersDoNotCount() {
    let pod = Pod(
      resource: Fixture.pod("web").resource, phase: "Running", isReady: true, restarts: 43,
      lastEnd: "exit code 0",
      lastEndTime: Fixture.ago(60), container: Pod.Container(name: "side", restarts: 1))
    #expect(Self.report(pod).problems.isEmpty)
  }

  @Test func logIsThatOfTheContainer() {
    let pod = Pod(
      resource: Fixture.pod("web").resource, phase: "Running", restarts: 43,
      waitingReason: "CrashLoopBackOff",
      container: Pod.Container(name: "app", restarts: 42))
    let report = Self.report(pod)
    #expect(report.problems.first?.remedy.hasSuffix("logs web -c app --previous") == true)
    #expect(report.problems.first?.detail == "pod web: CrashLoopBackOff, container app, 42 restarts")
  }

  @Test(arguments: [(300 as Int64, false), (700, true)])
  func longUnreadyPodIsReported(_ seconds: Int64, _ isProblem: Bool) {
    let report = Self.report(Self.pod(ago: seconds))
    #expect(report.problemIDs == (isProblem ? ["tethys/pods/not-ready"] : []))
  }

  @Test(arguments: ["Running", "Pending", "Succeeded", "Failed"])
  func unterminatedPodIsReportedInAnyPhase(_ phase: String) throws {
    let report = Self.report(Self.pod(phase, ready: .isTrue, deleted: Fixture.ago(86_400)))
    #expect(report.problemIDs == ["tethys/pods/terminating"])
    #expect(report.problems.first?.since == Fixture.ago(86_400))
    #expect(report.problems.first?.title == "pod apps/web is stuck terminating")
    #expect(Self.report(Self.pod(phase, ready: .isTrue, deleted: Fixture.ago(60))).problems.isEmpty)
  }

  @Test func podOnALostNodeIsReportedByTheNode() {
    let lost = Fixture.node("srv", [Fixture.condition("Ready", .unknown)])
    let report = Fixture.report {
      $0.nodes = .seen([lost])
      $0.pods = .seen(PodCensus(total: 1, unhealthy: [Self.pod(deleted: Fixture.ago(86_400), node: "srv")]))
    }
    #expect(report.problemIDs == ["tethys/node/srv/not-ready"])
  }

  @Test func podWithoutAStatusDoesNotStart() {
    #expect(Self.report(Self.pod("Unknown", ready: nil)).problemIDs == ["tethys/pods/pending"])
  }

  @Test func onlyUnreplacedFailedPodsAreReported() {
    #expect(Self.report(Self.pod("Failed", ready: nil)).problemIDs == ["tethys/pods/failed"])
    let set = Reference(kind: "ReplicaSet", namespace: "apps", name: "web")
    #expect(Self.report(Self.pod("Failed", ready: nil, owner: set)).problems.isEmpty)
    // A static pod: the kubelet shows it to the API server, and no controller looks after it.
    let node = Reference(kind: "Node", namespace: "", name: "srv")
    #expect(Self.report(Self.pod("Failed", ready: nil, owner: node)).problemIDs == ["tethys/pods/failed"])
  }

  @Test func reasonOfAnEvictionIsReported() {
    let pod = Pod(
      resource: Resource(kind: "Pod", namespace: "apps", name: "web", creationTimestamp: Fixture.ago(900)),
      phase: "Failed", failure: "Evicted", failureMessage: "The node was low on resource: memory.")
    #expect(Self.report(pod).problems.first?.remedy.hasSuffix("-n apps describe pod web") == true)
    #expect(
      Self.report(pod).problems.map(\.detail) == ["pod web: Evicted: The node was low on resource: memory."])
  }

  /// Container runtimes and the kubelet give ever new reasons, and all but two are errors.
  @Test(arguments: [
    ("ErrImagePull", true), ("RegistryUnavailable", true), ("ImageInspectError", true),
    ("SignatureValidationFailed", true), ("PostStartHookError", true), ("NewInKubernetes", true),
    ("ContainerCreating", false), ("PodInitializing", false),
  ])
  func containerWaitingWithAnErrorDoesNotStart(_ reason: String, _ isStuck: Bool) {
    let report = Self.report(Fixture.pod("web", waiting: reason))
    #expect(report.problemIDs == (isStuck ? ["tethys/pods/pending"] : []))
  }

  @Test func podUnreadySinceAFutureTimeIsReported() {
    func look(_ seconds: Int64, _ history: PollHistory) -> (report: ClusterReport, history: PollHistory) {
      let now = Fixture.now + .seconds(seconds)
      let snapshot = Fixture.snapshot {
        $0.serverTime = now
        $0.nodes = .seen([Fixture.node("srv", renewed: nil)])
        $0.flux = .seen([])
        $0.pods = .seen(PodCensus(total: 1, unhealthy: [Self.pod(ago: -7200)]))
      }
      return judge(Fixture.observation(snapshot, at: now), history: history, now: now)
    }
    let (first, history) = look(0, PollHistory())
    #expect(first.problems.isEmpty)
    #expect(look(700, history).report.problemIDs == ["tethys/pods/not-ready"])
  }

  // MARK: Jobs

  private static func job(
    _ name: String, _ type: String?, cronJob: String? = nil, started: Int64 = 3600, ended: Int64 = 3000
  ) -> Job {
    let condition = type.map { Fixture.condition($0, .isTrue, "BackoffLimitExceeded", "enough", ago: ended) }
    return Job(
      resource: Fixture.resource("Job", name, namespace: "apps", [condition].compactMap(\.self)),
      startTime: Fixture.ago(started),
      cronJob: cronJob.map { Reference(kind: "CronJob", namespace: "apps", name: $0) })
  }

  @Test func failedJobReportsForItsPods() throws {
    let job = Self.job("migrate", "Failed")
    let pod = Self.pod("Failed", ready: nil, owner: job.resource.reference)
    let report = Self.report(pod, jobs: .seen([job]))
    #expect(report.problemIDs == ["tethys/workload/apps/migrate/job"])
    let problem = try #require(report.problems.first)
    #expect(problem.title == "Job apps/migrate failed (BackoffLimitExceeded)")
    #expect(problem.since == Fixture.ago(3000))
    #expect(problem.remedy.contains("-n apps logs job/migrate"))
  }

  @Test func failedPodOfAnUnreadableJobIsReported() {
    let owner = Reference(kind: "Job", namespace: "apps", name: "migrate")
    let failure = PollFailure(code: .forbidden, message: "no", remedy: "allow jobs")
    let report = Self.report(Self.pod("Failed", ready: nil, owner: owner), jobs: .failed(failure))
    #expect(report.problemIDs == ["tethys/api/jobs/forbidden", "tethys/pods/failed"])
  }

  @Test(arguments: [nil, "Complete"])
  func runningOrCompleteJobIsHealthy(_ type: String?) {
    #expect(Self.report(jobs: .seen([Self.job("migrate", type)])).problems.isEmpty)
  }

  @Test func failingJobWithUnterminatedPodsIsReported() {
    let failing = Self.job("migrate", "FailureTarget")
    #expect(Self.report(jobs: .seen([failing])).problemIDs == ["tethys/workload/apps/migrate/job"])
    let just = Self.job("migrate", "FailureTarget", ended: 60)
    #expect(Self.report(jobs: .seen([just])).problems.isEmpty)
  }

  @Test(arguments: [Condition.Status.isTrue, .isFalse])
  func resumedJobThatDoesNotStartIsReported(_ status: Condition.Status) {
    let job = Job(
      resource: Fixture.resource(
        "Job", "migrate", namespace: "apps", [Fixture.condition("Suspended", status, ago: 7200)]))
    #expect(Self.report(jobs: .seen([job])).problems.map(\.since) == [Fixture.ago(7200)])
  }

  @Test func failedRunOfACronJobEndsWithALaterSuccess() {
    let failed = Self.job("backup-1", "Failed", cronJob: "backup", started: 7200, ended: 7000)
    #expect(Self.report(jobs: .seen([failed])).problemIDs == ["tethys/workload/apps/backup/cronjob"])
    let later = Self.job("backup-2", "Complete", cronJob: "backup", started: 3600)
    #expect(Self.report(jobs: .seen([failed, later])).problems.isEmpty)
    // The Job that succeeded may be gone already.
    let cronJob = CronJob(
      resource: Fixture.resource("CronJob", "backup", namespace: "apps", []),
      lastSuccessfulTime: Fixture.ago(60))
    #expect(Self.report(jobs: .seen([failed]), cronJobs: [cronJob]).problems.isEmpty)
    let again = Self.job("backup-3", "Failed", cronJob: "backup", started: 600, ended: 300)
    #expect(
      Self.report(jobs: .seen([failed, later, again])).problemIDs == ["tethys/workload/apps/backup/cronjob"])
  }

  @Test func jobWithoutAControllerIsReported() {
    let job = Job(resource: Fixture.resource("Job", "migrate", namespace: "apps", []))
    #expect(Self.report(jobs: .seen([job])).problemIDs == ["tethys/workload/apps/migrate/job"])
    let held = Job(resource: job.resource, isSuspended: true)
    #expect(Self.report(jobs: .seen([held])).problems.isEmpty)
  }
}
