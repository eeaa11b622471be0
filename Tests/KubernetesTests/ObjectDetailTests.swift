import Health
import Testing

@testable import Kubernetes

/// The fields, besides conditions, that the rules use.
@Suite struct ObjectDetailTests {
  private func read(_ kind: Kind, _ item: String, version: String = "v1") throws -> Observed {
    let page = try ObjectPage(
      Array(SmallCluster.list(kind.name, [item]).utf8), of: ServedKind(kind, version))
    #expect(page.undecodable.isEmpty)
    return try #require(page.objects.first)
  }

  private func flux(_ name: String, _ item: String) throws -> FluxObject {
    let kind = try #require(Kind.flux.first { $0.name == name })
    guard case .flux(let value) = try read(kind, item) else { throw Wrong.kind }
    return value
  }

  @Test func podImages() throws {
    let pod = #"""
      {"metadata":{"name":"web-1","namespace":"apps"},
       "spec":{"containers":[{"name":"web","image":"ghcr.io/a/app:latest"},{"name":"side","image":"b:1"}]},
       "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[
         {"name":"web","image":"sha256:77","imageID":"ghcr.io/a/app@sha256:0a","restartCount":7,
          "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-01-10T09:00:00Z"}}},
         {"name":"side","imageID":"sha256:99"}]}}
      """#
    guard case .pod(let value) = try read(.pod, pod) else { throw Wrong.kind }
    let own = Reference(kind: "Pod", namespace: "apps", name: "web-1")
    #expect(
      value.images == [
        PodImage(image: "ghcr.io/a/app:latest", digest: "sha256:0a", owner: own),
        PodImage(image: "b:1", digest: nil, owner: own),
      ])
    #expect(value.lastEndTime == Timestamp(rfc3339: "2026-01-10T09:00:00Z"))
    let calm =
      #"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"d:1"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"#
    guard case .healthyPod(let images) = try read(.pod, calm) else { throw Wrong.kind }
    #expect(images.map(\.image) == ["d:1"])
  }

  @Test func jobsAndCronJobs() throws {
    let template = #""template":{"spec":{"containers":[{"name":"c","image":"a/b:1"}]}}"#
    guard
      case .job(let job) = try read(
        .job,
        #"{"metadata":{"name":"j","namespace":"n","ownerReferences":[{"kind":"CronJob","name":"cj"}]},"spec":{"suspend":true,\#(template)},"status":{"startTime":"2026-01-10T09:00:00Z"}}"#
      ),
      case .cronJob(let cronJob) = try read(
        .cronJob,
        #"{"metadata":{"name":"cj","namespace":"n","labels":{"kustomize.toolkit.fluxcd.io/name":"k","kustomize.toolkit.fluxcd.io/namespace":"f"}},"spec":{"jobTemplate":{"spec":{\#(template)}}},"status":{"lastSuccessfulTime":"2026-01-10T09:00:00Z"}}"#
      )
    else { throw Wrong.kind }
    #expect(job.isSuspended)
    #expect(job.cronJob == cronJob.resource.reference)
    #expect(job.images == ["a/b:1"])
    #expect(cronJob.images == job.images)
    #expect(cronJob.lastSuccessfulTime == job.startTime)
    #expect(cronJob.manager == Reference(kind: "Kustomization", namespace: "f", name: "k"))
  }

  @Test func aPodsOwnerIsItsDeploymentAndNotTheReplicaSet() throws {
    let object = try read(
      .pod,
      """
      {"metadata":{"name":"web-7c9-x1","namespace":"apps","labels":{"pod-template-hash":"7c9"},
        "ownerReferences":[{"kind":"ReplicaSet","name":"web-7c9"}]},
       "spec":{"nodeName":"alpha","containers":[{"name":"web","env":[{"name":"PASSWORD","value":"hush"}]}]},
       "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],
        "initContainerStatuses":[{"restartCount":0,"state":{"terminated":{"exitCode":0}}}],
        "containerStatuses":[{"restartCount":7,
          "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s"}},
          "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}},
         {"restartCount":2,"state":{"running":{}}}]}}
      """)
    guard case .pod(let pod) = object else { throw Wrong.kind }
    #expect(pod.owner == Reference(kind: "Deployment", namespace: "apps", name: "web"))
    #expect(pod.node == "alpha")
    #expect(pod.restarts == 9)
    #expect(pod.waitingReason == "CrashLoopBackOff")
    #expect(pod.lastEnd == "OOMKilled, exit code 137")
    #expect(!pod.isHealthy)
    #expect(!"\(pod)".contains("hush"))
  }

  @Test(arguments: [
    (#"{"phase":"Succeeded"}"#, true), (#"{"phase":"Pending"}"#, false), (#"{"phase":"Failed"}"#, false),
    (#"{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}"#, true),
    (#"{"phase":"Running"}"#, false), ("{}", false),
  ])
  func healthyPodsAreOnlyCounted(status: String, isHealthy: Bool) throws {
    let item = #"{"metadata":{"name":"a","namespace":"b"},"status":\#(status)}"#
    #expect((try read(.pod, item) == .healthyPod([])) == isHealthy)
  }

  @Test func nodeLeasesAndLeaderLeasesAreDistinguished() throws {
    func lease(_ namespace: String, _ name: String) throws -> Observed {
      try read(
        .lease,
        #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"spec":{"renewTime":"2026-01-10T09:59:57.123456Z"}}"#
      )
    }
    let time = Timestamp(rfc3339: "2026-01-10T09:59:57.123Z")
    #expect(try lease("kube-node-lease", "alpha") == .nodeLease(node: "alpha", renewTime: time))
    let leader = LeaderLease(
      namespace: "flux-system", name: "helm-controller-leader-election", renewTime: time)
    #expect(try lease("flux-system", "helm-controller-leader-election") == .leaderLease(leader))
    #expect(leader.isOfFlux)
    #expect(!LeaderLease(namespace: "kube-system", name: "kube-scheduler", renewTime: time).isOfFlux)
  }

  @Test func suspensionAndRequestTimes() throws {
    let object = try flux(
      "Kustomization",
      """
      {"metadata":{"name":"apps","namespace":"f",
        "annotations":{"reconcile.fluxcd.io/requestedAt":"2026-01-10T09:30:00.5+01:00"},
        "managedFields":[
         {"manager":"kustomize","time":"2026-01-10T09:40:00Z","fieldsV1":{"f:spec":{"f:interval":{}}}},
         {"manager":"flux","time":"2026-01-10T09:20:00Z","fieldsV1":{"f:spec":{"f:suspend":{}}}}]},
       "spec":{"suspend":true},
       "status":{"lastHandledReconcileAt":"2026-01-10T08:00:00Z","history":[{"lastReconciled":"2026-01-10T07:00:00Z"}]}}
      """)
    #expect(object.suspendedAt == Timestamp(rfc3339: "2026-01-10T09:20:00Z"))
    #expect(object.request?.time == Timestamp(rfc3339: "2026-01-10T08:30:00.5Z"))
    #expect(object.lastReconciled == Timestamp(rfc3339: "2026-01-10T07:00:00Z"))
  }

  @Test(arguments: [
    ("2026-01-10T08:00:00Z", "2026-01-10T08:00:00Z" as String?), ("1768032000", "2026-01-10T08:00:00Z"),
    ("1768032000500", "2026-01-10T08:00:00.5Z"), ("1768032000500000000", "2026-01-10T08:00:00.5Z"),
    ("2026-01-10 09:00:00.5 +0100 CET m=+12345.6", "2026-01-10T08:00:00.5Z"),
    ("2026-01-10 08:00:00 +0000 UTC", "2026-01-10T08:00:00Z"), ("now", nil), ("17680320", nil),
    ("99999999999999999999", nil),
  ])
  func requestIsPendingUntilItsValueIsHandled(_ asked: String, _ time: String?) throws {
    for handled in ["before", asked] {
      let object = try flux(
        "GitRepository",
        #"{"metadata":{"name":"a","annotations":{"reconcile.fluxcd.io/requestedAt":"\#(asked)"}},"spec":{"secretRef":{"name":"token"}},"status":{"lastHandledReconcileAt":"\#(handled)"}}"#
      )
      let request = FluxObject.ReconcileRequest(value: asked, time: time.flatMap(Timestamp.init(rfc3339:)))
      #expect(object.request == (handled == asked ? nil : request))
      #expect(object.secretName == "token")
    }
  }

  @Test func theChartOfARelease() throws {
    let chart = Reference(kind: "HelmChart", namespace: "f", name: "n-r")
    let spec = #""spec":{"chart":{"spec":{"chart":"c","sourceRef":{"kind":"HelmRepository","name":"h"}}}}"#
    #expect(
      try flux(
        "HelmRelease", #"{"metadata":{"name":"r","namespace":"n"},\#(spec),"status":{"helmChart":"f/n-r"}}"#
      )
      .chart == chart)
    #expect(try flux("HelmRelease", #"{"metadata":{"name":"r","namespace":"n"},\#(spec)}"#).chart == nil)
  }

  @Test(arguments: [
    (#"{"nvidia.com/gpu":"2"}"#, Int?.some(2)), (#"{"nvidia.com/gpu":"0"}"#, 0), ("{}", nil),
    (#"{"nvidia.com/gpu.shared":"4"}"#, 4),
    (#"{"nvidia.com/mig-1g.5gb":"3","nvidia.com/mig-2g.10gb":"1"}"#, 4),
  ])
  func gpusOfAnyVendor(resources: String, count: Int?) throws {
    let item = #"{"metadata":{"name":"a"},"status":{"allocatable":\#(resources),"capacity":\#(resources)}}"#
    guard case .node(let node) = try read(.node, item) else { throw Wrong.kind }
    #expect(node.allocatableGPUs == count)
    #expect(node.capacityGPUs == count)
  }

  @Test func anAutomationWithAnotherPushBranchAwaitsReview() throws {
    func branch(_ push: String) throws -> String? {
      let item =
        #"{"metadata":{"name":"a","namespace":"f"},"spec":{"policySelector":{"matchLabels":{"team":"a"}},"git":{"checkout":{"ref":{"branch":"main"}}\#(push)}}}"#
      guard
        case .imageUpdateAutomation(let value) = try read(.imageUpdateAutomation, item, version: "v1beta2")
      else { throw Wrong.kind }
      #expect(value.policySelector == LabelSelector(labels: ["team": "a"]))
      return value.reviewBranch
    }
    #expect(try branch("") == nil)
    #expect(try branch(#","push":{"branch":"main"}"#) == nil)
    #expect(try branch(#","push":{"branch":"updates"}"#) == "updates")
  }

  @Test func aLatestImageHasItsDigest() throws {
    let item =
      #"{"metadata":{"name":"app","labels":{"team":"a"}},"spec":{"imageRepositoryRef":{"name":"app"}},"status":{"latestRef":{"name":"a","tag":"2","digest":"sha256:f00"}}}"#
    guard case .imagePolicy(let value) = try read(.imagePolicy, item) else { throw Wrong.kind }
    #expect(value.latestImage == "a:2@sha256:f00")
    #expect(value.labels == ["team": "a"])
  }

  @Test func updateStrategyAndManager() throws {
    func workload(_ index: Int, _ item: String) throws -> Workload {
      guard case .workload(let value) = try read(Kind.workloads[index], item) else { throw Wrong.kind }
      return value
    }
    let set = try workload(
      1,
      #"{"metadata":{"name":"s","namespace":"n","labels":{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"f"}},"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":2}},"template":{"spec":{"initContainers":[{"image":"i:1"}],"containers":[{"image":"c:1"}]}}},"status":{"replicas":4}}"#
    )
    #expect(set.updates == .partition(2))
    #expect(set.manager == Reference(kind: "Kustomization", namespace: "f", name: "apps"))
    #expect(set.images == ["c:1", "i:1"])
    #expect(set.current == 4)
    let agent = try workload(
      2, #"{"metadata":{"name":"d"},"spec":{"updateStrategy":{"type":"OnDelete"}}}"#)
    #expect(agent.updates == .onDelete)
    #expect(agent.manager == nil)
  }

  private enum Wrong: Error {
    case kind
  }
}
