import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// Which container explains a pod, what a node lost, and what an answer says about its cause.
@Suite(.blocking) struct ContainerTests {
  private func read(_ kind: Kind, _ item: String) throws -> Observed {
    let page = try ObjectPage(Array(SmallCluster.list(kind.name, [item]).utf8), of: ServedKind(kind, "v1"))
    #expect(page.undecodable.isEmpty)
    return try #require(page.objects.first)
  }

  private func pod(_ status: String, spec: String = "{}") throws -> Pod {
    let item =
      #"{"metadata":{"name":"web-1","namespace":"apps","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":\#(spec),"status":{\#(status)}}"#
    guard case .pod(let pod) = try read(.pod, item) else { throw Wrong.kind }
    return pod
  }

  fileprivate static let sidecar =
    #"{"name":"sidecar","restartCount":1,"state":{"running":{}},"lastState":{"terminated":{"exitCode":0,"reason":"Completed","finishedAt":"2026-01-10T09:30:00Z"}}}"#
  fileprivate static let app =
    #"{"name":"app","restartCount":42,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-01-10T09:00:00Z"}}}"#
  fileprivate static let running =
    #"{"name":"app","restartCount":42,"state":{"running":{}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-01-10T09:00:00Z"}}}"#
  fileprivate static let creating =
    #"{"name":"new","restartCount":0,"state":{"waiting":{"reason":"ContainerCreating"}}}"#
  fileprivate static let pulling =
    #"{"name":"pull","restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff"}}}"#
  fileprivate static let failed =
    #"{"name":"job","restartCount":0,"state":{"terminated":{"exitCode":3}}}"#

  @Test(arguments: [
    (
      [ContainerTests.sidecar, ContainerTests.app],
      "pod web-1: CrashLoopBackOff, container app, 42 restarts, last OOMKilled, exit code 137"
    ),
    (
      [ContainerTests.app, ContainerTests.sidecar],
      "pod web-1: CrashLoopBackOff, container app, 42 restarts, last OOMKilled, exit code 137"
    ),
    ([ContainerTests.app], "pod web-1: CrashLoopBackOff, 42 restarts, last OOMKilled, exit code 137"),
    // Many restarts explain more than one later one.
    (
      [ContainerTests.sidecar, ContainerTests.running],
      "pod web-1: Running, container app, 42 restarts, last OOMKilled, exit code 137"
    ),
    (
      [ContainerTests.sidecar, ContainerTests.creating, ContainerTests.pulling],
      "pod web-1: ImagePullBackOff, container pull"
    ),
    ([ContainerTests.sidecar, ContainerTests.creating], "pod web-1: ContainerCreating, container new"),
    ([ContainerTests.creating], "pod web-1: ContainerCreating"),
    ([ContainerTests.failed], "pod web-1: Running, last exit code 3"),
  ])
  func stateTextIsThatOfOneContainer(_ containers: [String], _ stateText: String) throws {
    let pod = try pod(#""phase":"Running","containerStatuses":[\#(containers.joined(separator: ","))]"#)
    #expect(pod.stateText == stateText)
  }

  /// The runtime's message is the cause, and there is no log.
  @Test func containerThatCannotStartTellsWhy() throws {
    let status =
      #""phase":"Running","containerStatuses":[{"name":"app","restartCount":12,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container=app"}},"lastState":{"terminated":{"exitCode":128,"reason":"StartError","message":"exec: \"foo\": executable file not found in $PATH","finishedAt":"2026-01-10T09:00:00Z"}}}]"#
    let pod = try pod(status)
    #expect(pod.isUnstartable)
    #expect(
      pod.stateText
        == "pod web-1: CrashLoopBackOff, 12 restarts, last StartError, exit code 128: exec: \"foo\": executable file not found in $PATH"
    )
  }

  @Test func podThatPullsItsImagesIsPreparing() throws {
    for (reason, isPreparing) in [
      ("PodInitializing", true), ("ContainerCreating", true), ("ErrImagePull", false),
    ] {
      let pod = try pod(
        #""phase":"Pending","containerStatuses":[{"name":"app","state":{"waiting":{"reason":"\#(reason)"}}}]"#
      )
      #expect(pod.isPreparing == isPreparing)
    }
  }

  @Test func lengthOfTheLastRunIsRead() throws {
    let pod = try pod(
      #""phase":"Running","containerStatuses":[{"name":"app","restartCount":6,"state":{"running":{}},"lastState":{"terminated":{"exitCode":137,"startedAt":"2026-01-09T09:00:00Z","finishedAt":"2026-01-10T09:00:00Z"}}}]"#
    )
    #expect(pod.lastRun == .seconds(86_400))
  }

  @Test func runningInitContainerIsNamed() throws {
    let status =
      #""phase":"Pending","initContainerStatuses":[{"name":"proxy","state":{"running":{"startedAt":"2026-01-10T09:54:00Z"}}},{"name":"migrate","state":{"running":{"startedAt":"2026-01-10T09:55:00Z"}}}],"containerStatuses":[{"name":"app","state":{"waiting":{"reason":"PodInitializing"}}}]"#
    let pod = try pod(
      status, spec: #"{"initContainers":[{"name":"proxy","restartPolicy":"Always"},{"name":"migrate"}]}"#)
    #expect(pod.stateText == "pod web-1: init container migrate has been running since 2026-01-10T09:55:00Z")
  }

  @Test func pressureIsReadAmongManyConditions() throws {
    let many = (0..<100).map { #"{"type":"Custom\#($0)","status":"False"}"# }
    let item =
      #"{"metadata":{"name":"a"},"status":{"conditions":[\#((many + [#"{"type":"DiskPressure","status":"True"}"#, #"{"type":"GPUMissing","status":"True"}"#]).joined(separator: ","))]}}"#
    guard case .node(let node) = try read(.node, item) else { throw Wrong.kind }
    #expect(node.resource.conditions.count == 64)
    #expect(node.resource.conditions["DiskPressure"]?.status == .isTrue)
    #expect(node.resource.conditions["GPUMissing"]?.status == .isTrue)
  }

  @Test(arguments: [
    ("huawei.com/Ascend910", "8", "0", true), ("furiosa.ai/npu", "1", "0", true),
    ("furiosa.ai/npu", "1", "1", false),
    ("furiosa.ai/npu", "0", "0", false), ("devices.kubevirt.io/kvm", "1k", "0", true),
    ("devices.kubevirt.io/kvm", "1k", "1k", false), ("nvidia.com/gpu", "1", "0", false),
    ("memory", "8", "0", false), ("furiosa.ai/npu", "8", "3", true), ("furiosa.ai/npu", "8", "8", false),
    ("furiosa.ai/npu", "8", "9", false), ("furiosa.ai/npu", "8k", "1k", false),
    ("hugepages-2Mi", "8", "0", false), ("example.kubernetes.io/x", "8", "0", false),
  ])
  func lostDevicesAreExtendedResources(
    _ name: String, _ capacity: String, _ allocatable: String, _ isLost: Bool
  ) throws {
    let item =
      #"{"metadata":{"name":"a"},"status":{"capacity":{"cpu":"4","\#(name)":"\#(capacity)"},"allocatable":{"cpu":"4","\#(name)":"\#(allocatable)"}}}"#
    guard case .node(let node) = try read(.node, item) else { throw Wrong.kind }
    #expect(node.lostDevices.map(\.resource) == (isLost ? [name] : []))
    #expect(node.lostDevices.compactMap(\.lost) == (isLost && allocatable != "0" ? [5] : []))
    #expect(node.gpuResources == (name == "nvidia.com/gpu" ? [name] : []))
  }

  @Test func scheduleOfACronJobIsRead() throws {
    let item =
      #"{"metadata":{"name":"a","namespace":"b","managedFields":[{"time":"2026-01-09T00:00:00Z","fieldsV1":{"f:spec":{"f:suspend":{}}}},{"time":"2026-01-10T00:00:00Z","fieldsV1":{"f:status":{}}}]},"spec":{"schedule":"*/5 * * * *","timeZone":"Etc/UTC","startingDeadlineSeconds":200,"concurrencyPolicy":"Forbid"},"status":{"lastScheduleTime":"2026-01-08T00:00:00Z","active":[{"name":"a-1"}]}}"#
    guard case .cronJob(let cronJob) = try read(.cronJob, item) else { throw Wrong.kind }
    #expect(
      cronJob.timing
        == CronJob.Timing(
          schedule: "*/5 * * * *", timeZone: "Etc/UTC", deadline: .seconds(200), forbidsOverlap: true,
          lastScheduled: Timestamp(rfc3339: "2026-01-08T00:00:00Z"),
          resumedAt: Timestamp(rfc3339: "2026-01-09T00:00:00Z"), activeRuns: 1))
  }

  @Test func releaseNamesTheFieldOfItsSource() throws {
    let kind = try #require(Kind.flux.first { $0.name == "HelmRelease" })
    for (spec, field) in [
      (#"{"chartRef":{"kind":"OCIRepository","name":"x"}}"#, "chartRef"),
      (#"{"chart":{"spec":{"sourceRef":{"kind":"HelmRepository","name":"x"}}}}"#, "chart.spec.sourceRef"),
    ] {
      guard
        case .flux(let object) = try read(kind, #"{"metadata":{"name":"a","namespace":"b"},"spec":\#(spec)}"#)
      else { throw Wrong.kind }
      #expect(object.sourceField == field)
    }
  }

  // MARK: Causes of failed requests

  fileprivate static let webhook =
    "conversion webhook for kustomize.toolkit.fluxcd.io/v1beta2, Kind=Kustomization failed: x509: certificate has expired"

  @Test(arguments: [
    (500, "InternalError", ContainerTests.webhook, "get crd kustomizations.kustomize.toolkit.fluxcd.io"),
    (429, "TooManyRequests", "too many requests", "priority"), (410, "Expired", "too old", "read"),
    (500, "InternalError", "etcdserver: no leader", "/livez/etcd"),
    (503, "ServiceUnavailable", "no", "/livez/etcd"),
    (500, "InternalError", "index out of range", "journalctl -u k3s"),
  ])
  func stepFollowsTheCause(_ status: Int, _ reason: String, _ message: String, _ step: String) async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"] = .json(
      status, SmallCluster.status(status, reason, message))
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let snapshot = try await client.pollOnDedicatedThread().get()
    let failure = try #require(snapshot.failedFluxKinds["Kustomization"])
    #expect(failure.remedy.contains(step), "\(failure.remedy)")
    #expect(failure.remedy.contains("etcd") == step.contains("etcd") || status == 410, "\(failure.remedy)")
  }

  @Test func answerThatEndsTooLateIsNoFaultOfEtcd() throws {
    let kubeconfig = try kubeconfig()
    let served = ServedKind(.node, "v1")
    let step = Subject(served, namespace: nil).diagnosis(kubeconfig, of: .cutOff)
    #expect(step.command?.contains("get nodes -A --request-timeout=60s | wc -c") == true)
    #expect(step.note?.contains("etcd") == false)
  }

  private enum Wrong: Error {
    case kind
  }
}
