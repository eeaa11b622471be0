import Testing

@testable import DemoCluster

/// The effects of faults on objects.
@Suite struct FaultTests {
  let now = APITime(microseconds: 1_768_039_200_000_000)

  func objects(_ kind: ResourceKind, after faults: Fault...) -> [String: Object] {
    var state = ClusterState.oceanid(at: now.advanced(seconds: -600))
    for fault in faults { state.apply(fault, at: now) }
    let objects = state.objects(of: kind, at: now.advanced(seconds: 100))
    return Dictionary(objects.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func condition(_ object: Object?, _ type: String) -> JSON {
    object?.status["conditions"].items.first { $0["type"].string == type } ?? .null
  }

  @Test func aLostNodeIsUnknownAndTaintedWithAnOldLease() {
    let node = objects(.node, after: .nodeNotReady("calypso"))["calypso"]
    #expect(condition(node, "Ready")["status"] == "Unknown")
    #expect(condition(node, "Ready")["reason"] == "NodeStatusUnknown")
    #expect(node?.spec["taints"].items.count == 3)
    let lease = objects(.lease, after: .nodeNotReady("calypso"))["calypso"]
    #expect(lease?.spec["renewTime"] == "2026-01-10T09:59:10.000000Z")
    let back = objects(.node, after: .nodeNotReady("calypso"), .nodeReady("calypso"))["calypso"]
    #expect(condition(back, "Ready")["status"] == "True")
  }

  @Test func aLostGPULeavesTheNodeReady() {
    let node = objects(.node, after: .gpuLost("calypso"))["calypso"]
    #expect(condition(node, "Ready")["status"] == "True")
    #expect(node?.status["allocatable"]["nvidia.com/gpu"] == "0")
    #expect(node?.status["capacity"]["nvidia.com/gpu"] == "1")
  }

  @Test func aPolicyIsAheadOfItsWorkloadUntilTheRollout() {
    let moved = Fault.policyMoved("cert-manager", tag: "v1.18.3")
    let image = "quay.io/jetstack/cert-manager-controller"
    func running(_ faults: [String: Object]) -> JSON {
      faults["cert-manager"]?.spec["template"]["spec"]["containers"].items.first?["image"] ?? .null
    }
    #expect(objects(.imagePolicy, after: moved)["cert-manager"]?.status["latestRef"]["tag"] == "v1.18.3")
    #expect(running(objects(.deployment, after: moved)) == "\(image):v1.18.2")
    #expect(running(objects(.deployment, after: moved, .rollout("cert-manager"))) == "\(image):v1.18.3")
    let automation = objects(.imageUpdateAutomation, after: moved)["flux-system"]
    #expect(automation?.status["observedPolicies"]["cert-manager"]["tag"] == "v1.18.2")
    let before = objects(.gitRepository)["flux-system"]?.status["artifact"]["revision"]
    let after = objects(.gitRepository, after: moved, .rollout("cert-manager"))["flux-system"]
    #expect(after?.status["artifact"]["revision"] != before)
    let applied = objects(.kustomization, after: moved, .rollout("cert-manager"))["apps"]
    #expect(applied?.status["lastAppliedRevision"] == after?.status["artifact"]["revision"])
  }

  @Test func aFailureIsRetriedAndBlocksDependents() {
    let all = objects(.kustomization, after: .kustomizationFailing("infrastructure"))
    #expect(condition(all["infrastructure"], "Ready")["reason"] == "BuildFailed")
    #expect(condition(all["infrastructure"], "Reconciling")["reason"] == "ProgressingWithRetry")
    #expect(condition(all["apps"], "Ready")["reason"] == "DependencyNotReady")
    #expect(condition(all["flux-system"], "Ready")["status"] == "True")
  }

  @Test func aSuspendedObjectKeepsItsConditions() {
    let object = objects(.kustomization, after: .suspended(kind: "Kustomization", name: "apps"))["apps"]
    #expect(object?.spec["suspend"] == true)
    #expect(condition(object, "Ready")["status"] == "True")
  }

  @Test func stoppedWorkResumesAfterwards() {
    let stop = OngoingFault.controllerStopped("kustomize-controller")
    func renewed(_ faults: Fault...) -> JSON {
      var state = ClusterState.oceanid(at: now.advanced(seconds: -600))
      for fault in faults { state.apply(fault, at: now) }
      let lease = state.objects(of: .lease, at: now.advanced(seconds: 100)).first {
        $0.name == "kustomize-controller-leader-election"
      }
      return lease?.spec["renewTime"] ?? .null
    }
    #expect(renewed(.begins(stop)) == "2026-01-10T09:59:56.000000Z")
    #expect(renewed(.begins(stop), .ends(stop)) == "2026-01-10T10:01:36.000000Z")
  }

  @Test func podsDependOnTheirWorkloadAndNode() {
    func ready(_ faults: Fault...) -> [JSON] {
      var state = ClusterState.oceanid(at: now)
      for fault in faults { state.apply(fault, at: now) }
      return state.objects(of: .pod, at: now).filter { $0.namespace == "cloudflared" }.map {
        condition($0, "Ready")["status"]
      }
    }
    #expect(ready() == ["True", "True"])
    #expect(ready(.begins(.podsCrashing("cloudflared/cloudflared"))) == ["False", "False"])
    #expect(Set(ready(.nodeNotReady("srv712695"))) == ["True", "False"])
    #expect(ready(.nodeGone("srv712695")) == ["True", "True"])
  }

  @Test func healedRestoresTheInitialState() {
    let faults: [Fault] = [.nodeNotReady("calypso"), .sourceRefused, .groupMissing("pulumi.com"), .healed]
    var state = ClusterState.oceanid(at: now)
    for fault in faults { state.apply(fault, at: now) }
    #expect(state.nodes.allSatisfy { $0.isReady })
    #expect(state.sourceRefused == nil)
    #expect(state.missingGroups.isEmpty)
  }

  @Test(arguments: [
    ("node-not-ready calypso", Fault.nodeNotReady("calypso")),
    ("policy-moved cert-manager v1.18.3", .policyMoved("cert-manager", tag: "v1.18.3")),
    ("suspended HelmRelease cert-manager", .suspended(kind: "HelmRelease", name: "cert-manager")),
    ("answers-wrong status:503 /apis", .answersWrong(.status(503), on: "/apis")),
    ("answers-wrong hangs", .answersWrong(.hangs, on: "/")),
    ("presents server-expired", .presents(.expired)), ("clock-ahead -90", .clockAhead(seconds: -90)),
    ("healed", .healed), ("begins push-refused", .begins(.pushRefused)),
    ("ends pods-crashing a/b", .ends(.podsCrashing("a/b"))),
    ("begins node-pressure calypso DiskPressure", .begins(.nodePressure("calypso", type: "DiskPressure"))),
    ("begins terminating Kustomization apps", .begins(.terminating(kind: "Kustomization", name: "apps"))),
  ])
  func faultsAreParsed(line: String, fault: Fault) throws {
    #expect(try Fault(line: line) == fault)
  }

  @Test(arguments: [
    "", "node-not-ready", "no-such-thing", "answers-wrong oddly", "presents nothing", "clock-ahead much",
    "begins",
    "begins nothing-known", "ends node-pressure calypso",
  ])
  func invalidLinesAreRejected(line: String) {
    #expect(throws: DemoError.self) { try Fault(line: line) }
  }
}
