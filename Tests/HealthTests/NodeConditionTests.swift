import GuardTypes
import Health
import Testing

/// Conditions of nodes are judged by their names, independent of their source.
@Suite struct NodeConditionTests {
  private static func report(_ conditions: Condition..., ready: Condition.Status = .isTrue) -> ClusterReport {
    Fixture.report {
      $0.nodes = .seen([Fixture.node("calypso", [Fixture.condition("Ready", ready, "R")] + conditions)])
    }
  }

  @Test(arguments: ["MemberIsLearner", "Unhealthy", "NotAMember", "SomethingNew"])
  func nonVotingEtcdMemberIsAWarning(_ reason: String) throws {
    let report = Self.report(Fixture.condition("EtcdIsVoter", .isFalse, reason, "m", ago: 3600))
    let problem = try #require(report.problems.first)
    #expect(report.problemIDs == ["tethys/node/calypso/EtcdIsVoter"])
    #expect(problem.title == "node calypso has EtcdIsVoter=False (\(reason))")
    #expect(problem.since == Fixture.ago(3600))
    #expect(problem.remedy.contains("describe node calypso"))
    #expect(report.verdict == .degraded)
    #expect(report.nodes.map(\.verdict) == [.degraded])
  }

  @Test func newEtcdMemberMayBeALearner() {
    #expect(
      Self.report(Fixture.condition("EtcdIsVoter", .isFalse, "MemberIsLearner", ago: 60)).problems.isEmpty)
    #expect(!Self.report(Fixture.condition("EtcdIsVoter", .isFalse, "Unhealthy", ago: 60)).problems.isEmpty)
  }

  /// The kubelet's clock is two hours ahead.
  @Test func etcdLearnerSinceAFutureTimeIsReported() {
    let learner = Fixture.condition("EtcdIsVoter", .isFalse, "MemberIsLearner", ago: -7200)
    let node = Fixture.node("calypso", [Fixture.condition("Ready", .isTrue), learner], renewed: nil)
    func look(_ seconds: Int64, _ history: PollHistory) -> (report: ClusterReport, history: PollHistory) {
      let snapshot = Fixture.snapshot {
        $0.serverTime = Fixture.now + .seconds(seconds)
        $0.nodes = .seen([node])
        $0.flux = .seen([])
      }
      let now = Fixture.now + .seconds(seconds)
      return judge(Fixture.observation(snapshot, at: now), history: history, now: now)
    }
    let (first, history) = look(0, PollHistory())
    #expect(first.problems.isEmpty)
    #expect(look(400, history).report.problemIDs == ["tethys/node/calypso/EtcdIsVoter"])
  }

  /// Bad when True: node-problem-detector, AKS, GKE, NVSentinel and others.
  @Test(arguments: [
    "FrequentKubeletRestart", "FrequentContainerdRestart", "FrequentUnregisterNetDevice", "KubeletUnhealthy",
    "ContainerRuntimeUnhealthy", "CorruptDockerOverlay2", "NTPProblem", "KubeletProblem", "VMEventScheduled",
    "FilesystemCorruptionProblem", "XfsShutdown", "CperHardwareErrorFatal", "GPUMissing", "GpuXidError",
    "NVMeDegraded", "NeuronHealth", "OutOfDisk", "NotReady", "NetworkNotReady", "IBLinkFlapping",
    "example.com/DiskFull", "network-unavailable", "Fault", "XidErrorsPresent", "CorruptionPresent",
    "BadDiskPresent",
    "RootkitInstalled", "MaintenanceModeEnabled", "ReadOnlyModeEnabled", "FaultActive", "AlertActive",
    "ThrottlingActive", "EvictionRunning", "DrainStarted", "NonGracefulShutdown", "DriverNotInstalled",
    "RootkitLoaded", "UpdateAvailable", "SecurityUpdatesAvailable", "KernelUpgradeAvailable", "BackupRunning",
    "UpgradeRunning", "JobActive", "ClockNotInSync", "RebootRequired", "OutOfSync", "NoConnectivity",
    "NoSpaceLeft", "NoRouteToHost", "GPUNotFound", "DiskNotEncrypted", "ShutdownSignalReceived",
    "PreemptionNoticeReceived", "MaintenanceAssigned", "NotEncrypted", "PatchesNotApplied",
  ])
  func trueFaultConditionIsAWarning(_ type: String) {
    let report = Self.report(Fixture.condition(type, .isTrue, "Why", "words", ago: 60))
    #expect(report.problemIDs == ["tethys/node/calypso/\(type)"])
    #expect(report.problems.first?.detail == "Why: words")
    #expect(Self.report(Fixture.condition(type, .isFalse)).problems.isEmpty)
    #expect(Self.report(Fixture.condition(type, .unknown)).problems.isEmpty)
  }

  /// Good when True: EKS, cloud providers, GPU operators and others.
  @Test(arguments: [
    "AcceleratedHardwareReady", "ContainerRuntimeReady", "KernelReady", "NetworkingReady", "StorageReady",
    "GPUHealthy", "nvidia.com/GpuHealthy", "KubeletConfigOk", "StorageAvailable", "TimeSynchronized",
    "network_ready", "EtcdIsVoter", "FilesystemWritable", "DNSResolvable", "UpToDate", "VolumesAttached",
    "example.com/Trusted", "PoolMember", "DriverLoaded", "OutOfServiceClear", "Compatible", "Serving",
    "NoDiskErrors", "NoKernelDeadlock", "NotThrottled", "NotCorrupted", "ErrorFree", "HealthCheckPassing",
    "CertificateRotated", "NoXidErrorsPresent", "ErrorReporterRunning", "AlertsResolved",
    "KubeletHasNoDiskPressure", "TimeInSync", "ClockInSync", "HasSufficientMemory", "SufficientIP",
    "EtcdQuorum", "SelinuxEnforcing", "WorkloadsMigratable", "NoUpdateAvailable", "RebootNotRequired",
    "NoRebootRequired", "TimeSync", "ClockSync", "DNSResolution", "NetworkConnectivity", "Upgraded",
    "Bootstrapped", "IsLeader", "PatchesApplied", "SysctlsApplied", "IPAllocated", "VolumeBound",
    "DiskEncrypted",
    "PolicyEnforced", "DNSResolves", "ConfigValidated", "LeaseAcquired", "ImageSigned", "NodeCertified",
    "TimeSynchronization", "InternetAccess", "RoleAssigned",
  ])
  func untrueGoodConditionIsAWarning(_ type: String) {
    #expect(Self.report(Fixture.condition(type, .isTrue)).problems.isEmpty)
    for status in [Condition.Status.isFalse, .unknown] {
      let report = Self.report(Fixture.condition(type, status, "Why", "words", ago: 3600))
      #expect(report.problemIDs == ["tethys/node/calypso/\(type)"])
    }
  }

  @Test(arguments: [
    "InPlaceUpdate", "SwapEnabled", "example.com/SEVSupported", "ErrorCorrectionEnabled",
    "LeakDetectorInstalled",
  ])
  func propertyIsNeitherGoodNorBad(_ type: String) {
    for status in Condition.Status.allCases {
      #expect(Self.report(Fixture.condition(type, status)).problems.isEmpty)
    }
  }

  /// The node controller sets what a lost kubelet reported to Unknown.
  @Test func lostNodeIsOneProblem() {
    let report = Self.report(
      Fixture.condition("DiskPressure", .unknown), Fixture.condition("StorageReady", .unknown),
      ready: .unknown)
    #expect(report.problemIDs == ["tethys/node/calypso/not-ready"])
  }

  /// The controller removes the taint when the node is Ready; if it does not, nothing can run on the node.
  @Test(arguments: ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
  func taintOfALostNodeThatStaysOnAReadyNodeIsReported(_ key: String) {
    let node = Node(
      resource: Fixture.node("calypso").resource, leaseRenewTime: nil,
      taints: [Node.Taint(key: key, effect: "NoExecute", addedAt: Fixture.ago(7200))])
    var history = PollHistory()
    var ids: [[String]] = []
    for seconds in [0, 240, 360] as [Int64] {
      let now = Fixture.now + .seconds(seconds)
      var snapshot = Fixture.snapshot { $0.nodes = .seen([node]) }
      snapshot.serverTime = now
      let (report, next) = judge(Fixture.observation(snapshot, at: now), history: history, now: now)
      ids.append(report.problemIDs.filter { $0.contains("/node/") })
      history = next
    }
    #expect(ids == [[], [], ["tethys/node/calypso/taint"]])
  }

  // MARK: GPUs that no expectation names

  private static func gpus(capacity: Int?, allocatable: Int?, labeled: Int? = nil) -> ClusterReport {
    let node = Node(
      resource: Fixture.node("calypso").resource, allocatableGPUs: allocatable, capacityGPUs: capacity,
      labeledGPUs: labeled)
    return Fixture.report { $0.nodes = .seen([node]) }
  }

  @Test(arguments: [(1, 0, Int?.none), (1, nil, nil), (8, 7, nil), (0, 0, 1), (4, 3, 1)])
  func unallocatableGPUIsAWarning(_ capacity: Int, _ allocatable: Int?, _ labeled: Int?) {
    let report = Self.gpus(capacity: capacity, allocatable: allocatable, labeled: labeled)
    #expect(report.problemIDs == ["tethys/node/calypso/gpu-lost"])
    #expect(report.verdict == .degraded)
    #expect(report.problems.first?.detail.contains("device plugin") == true)
  }

  @Test(arguments: [
    (["nvidia.com/gpu"], "nvidia-smi"), (["amd.com/gpu"], "the driver and the device plugin of amd.com/gpu"),
  ])
  func toolIsThatOfTheVendor(_ resources: [String], _ tool: String) {
    let node = Node(
      resource: Fixture.node("calypso").resource, allocatableGPUs: 0, capacityGPUs: 1, gpuResources: resources
    )
    let report = Fixture.report { $0.nodes = .seen([node]) }
    #expect(report.problems.map(\.step.note) == ["on the node: \(tool)"])
  }

  @Test func fewerDevicesThanTheNodeHasAreAWarning() {
    let node = Node(
      resource: Fixture.node("calypso").resource,
      lostDevices: [Node.Device(resource: "furiosa.ai/npu", capacity: "8", lost: 5)])
    let report = Fixture.report { $0.nodes = .seen([node]) }
    #expect(report.problems.map(\.title) == ["node calypso does not offer 5 of 8 furiosa.ai/npu"])
  }

  /// An expectation is a minimum.
  @Test func lostGPUIsAWarningAlthoughTheRestIsEnough() {
    let node = Node(
      resource: Fixture.node("calypso").resource, allocatableGPUs: 1, capacityGPUs: 2,
      gpuResources: ["nvidia.com/gpu"])
    let report = Fixture.report(Expectations(gpus: ["calypso": 1])) { $0.nodes = .seen([node]) }
    #expect(report.problemIDs == ["tethys/node/calypso/gpu-lost"])
    #expect(report.problems.map(\.severity) == [.warning])
  }

  @Test func labelsCountAGPUThatHasNoCapacity() {
    let report = Self.gpus(capacity: 1, allocatable: 1, labeled: 2)
    #expect(report.problemIDs == ["tethys/node/calypso/gpu-lost"])
    #expect(report.problems.first?.detail == "its labels count 2, and its capacity is 1: a GPU has failed")
    #expect(Self.gpus(capacity: 4, allocatable: 4, labeled: 1).problems.isEmpty)
    // The device plugin may be limited to some of them, which an expectation tells.
    let limited = Node(
      resource: Fixture.node("calypso").resource, allocatableGPUs: 1, capacityGPUs: 1, labeledGPUs: 2)
    let asked = Fixture.report(Expectations(gpus: ["calypso": 1])) { $0.nodes = .seen([limited]) }
    #expect(asked.problems.isEmpty)
  }

  @Test(arguments: ["GpuHealth", "DiskHealth", "NodeHealth"])
  func healthIsGoodIfTrue(_ type: String) {
    func ids(_ status: Condition.Status) -> [String] {
      let conditions = [Fixture.condition("Ready", .isTrue, "R"), Fixture.condition(type, status, "R")]
      return Fixture.report { $0.nodes = .seen([Fixture.node("calypso", conditions)]) }.problemIDs
    }
    #expect(ids(.isTrue).isEmpty)
    #expect(ids(.isFalse).count == 1)
  }

  @Test func lostDevicesAreOneWarning() {
    let node = Node(
      resource: Fixture.node("calypso").resource,
      lostDevices: ["furiosa.ai/npu", "huawei.com/Ascend910"].map { Node.Device(resource: $0, capacity: "8") }
    )
    let report = Fixture.report { $0.nodes = .seen([node]) }
    #expect(report.problemIDs == ["tethys/node/calypso/devices-lost"])
    #expect(
      report.problems.first?.title
        == "node calypso does not offer 8 furiosa.ai/npu, 8 huawei.com/Ascend910")
    #expect(report.problems.first?.remedy.contains("nvidia") == false)
  }

  @Test(arguments: [(Int?.none, Int?.none, Int?.none), (2, 2, nil), (0, 0, nil), (nil, nil, 1)])
  func nodeWithAllGPUsAllocatableIsHealthy(_ capacity: Int?, _ allocatable: Int?, _ labeled: Int?) {
    #expect(Self.gpus(capacity: capacity, allocatable: allocatable, labeled: labeled).problems.isEmpty)
  }
}
