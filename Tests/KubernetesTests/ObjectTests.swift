import Health
import Testing

@testable import Kubernetes

/// One object of each kind, decoded like a page of the server.
@Suite struct ObjectTests {
  private func read(_ kind: Kind, _ item: String) throws -> Observed { try read(kind, "v1", item) }

  private func read(_ kind: Kind, _ version: String, _ item: String) throws -> Observed {
    let page = try page(kind, version, [item])
    #expect(page.undecodable.isEmpty)
    return try #require(page.objects.first)
  }

  private func page(_ kind: Kind, _ version: String, _ items: [String]) throws -> ObjectPage {
    try ObjectPage(Array(SmallCluster.list(kind.name, items).utf8), of: ServedKind(kind, version))
  }

  private func flux(_ name: String) throws -> Kind { try #require(Kind.flux.first { $0.name == name }) }

  @Test func node() throws {
    let object = try read(
      .node,
      """
      {"metadata":{"name":"alpha","creationTimestamp":"2025-01-01T00:00:00Z","labels":{
        "node-role.kubernetes.io/worker":"","node-role.kubernetes.io/gpu":"true","node-role.kubernetes.io/":"",
        "kubernetes.io/role":"agent"}},
       "spec":{"unschedulable":true},
       "status":{"nodeInfo":{"kubeletVersion":"v1.33.4+k3s1"},"allocatable":{"cpu":"8","nvidia.com/gpu":"2"},
        "conditions":[{"type":"Ready","status":"Unknown","reason":"NodeStatusUnknown","message":"m",
          "lastTransitionTime":"2026-01-10T09:00:00Z","lastHeartbeatTime":null},
         {"type":"Odd","status":"Perhaps"}]}}
      """)
    guard case .node(let node) = object else { throw Wrong.kind }
    #expect(node.roles == ["agent", "gpu", "worker"])
    #expect(node.isUnschedulable)
    #expect(node.allocatableGPUs == 2)
    #expect(node.kubeletVersion == "v1.33.4+k3s1")
    #expect(node.resource.conditions["Ready"]?.status == .unknown)
    #expect(node.resource.conditions["Odd"]?.status == .unknown)
    #expect(
      node.resource.conditions["Ready"]?.lastTransitionTime == Timestamp(rfc3339: "2026-01-10T09:00:00Z"))
  }

  @Test func kustomization() throws {
    let object = try read(
      flux("Kustomization"),
      """
      {"metadata":{"name":"apps","namespace":"flux-system","generation":3},
       "spec":{"interval":"10m0s","timeout":"1m30s","suspend":true,
        "sourceRef":{"kind":"GitRepository","name":"repo"},"dependsOn":[{"name":"base"},{"name":"x","namespace":"y"}]},
       "status":{"observedGeneration":-1,"lastAppliedRevision":"main@sha1:a","lastAttemptedRevision":"main@sha1:b"}}
      """)
    guard case .flux(let value) = object else { throw Wrong.kind }
    #expect(value.resource.group == "kustomize.toolkit.fluxcd.io")
    #expect(value.resource.generation == 3)
    #expect(value.resource.observedGeneration == -1)
    #expect(value.isSuspended)
    #expect(value.revision == "main@sha1:a")
    #expect(value.attemptedRevision == "main@sha1:b")
    #expect(value.interval == .seconds(600))
    #expect(value.timeout == .seconds(90))
    #expect(value.source == Reference(kind: "GitRepository", namespace: "flux-system", name: "repo"))
    #expect(
      value.dependsOn == [
        Reference(kind: "Kustomization", namespace: "flux-system", name: "base"),
        Reference(kind: "Kustomization", namespace: "y", name: "x"),
      ])
  }

  @Test func helmRelease() throws {
    let object = try read(
      flux("HelmRelease"), "v2",
      """
      {"metadata":{"name":"r","namespace":"n"},
       "spec":{"chart":{"spec":{"sourceRef":{"kind":"HelmRepository","name":"h","namespace":"f"}}}},
       "status":{"history":[{"chartVersion":"1.2.3"},{"chartVersion":"1.2.2"}],"lastAttemptedRevision":"1.2.4"}}
      """)
    guard case .flux(let value) = object else { throw Wrong.kind }
    #expect(value.revision == "1.2.3")
    #expect(value.attemptedRevision == "1.2.4")
    #expect(value.source == Reference(kind: "HelmRepository", namespace: "f", name: "h"))
  }

  @Test func sourceWithAnArtifact() throws {
    let object = try read(
      flux("GitRepository"),
      """
      {"metadata":{"name":"repo","namespace":"flux-system"},"spec":{"interval":"1d","timeout":"60s"},
       "status":{"artifact":{"revision":"main@sha1:a","lastUpdateTime":"2026-01-10T09:55:03Z"}}}
      """)
    guard case .flux(let value) = object else { throw Wrong.kind }
    #expect(value.revision == "main@sha1:a")
    #expect(value.artifactUpdateTime == Timestamp(rfc3339: "2026-01-10T09:55:03Z"))
    #expect(value.interval == nil)
    #expect(value.source == nil)
  }

  @Test(arguments: [
    ("Alert", "v1beta3", "{}", true), ("Provider", "v1beta3", "{}", true), ("Alert", "v1beta2", "{}", false),
    ("Receiver", "v1", "{}", false), ("HelmRepository", "v1", #"{"type":"oci"}"#, true),
    ("HelmRepository", "v1", #"{"type":"default"}"#, false),
  ]) func staticKinds(name: String, version: String, spec: String, isStatic: Bool) throws {
    let item = #"{"metadata":{"name":"a","namespace":"b"},"spec":\#(spec)}"#
    guard case .flux(let value) = try read(flux(name), version, item) else { throw Wrong.kind }
    #expect(value.isStatic == isStatic)
  }

  @Test func aReceiversPathIsNotStored() throws {
    let object = try read(
      flux("Receiver"),
      """
      {"metadata":{"name":"a","namespace":"b"},"status":{"webhookPath":"/hook/f00",
       "conditions":[{"type":"Ready","status":"True","message":"Receiver initialized for path: /hook/f00"}]}}
      """)
    guard case .flux(let value) = object else { throw Wrong.kind }
    #expect(value.resource.conditions["Ready"]?.message == "Receiver initialized for path: /hook/…")
  }

  @Test func imageKinds() throws {
    let repository = try read(
      .imageRepository, "v1beta2",
      """
      {"metadata":{"name":"app","namespace":"f"},"spec":{"image":"ghcr.io/a/app","interval":"5m"},
       "status":{"lastScanResult":{"scanTime":"2026-01-10T09:59:58Z","tagCount":812}}}
      """)
    guard case .imageRepository(let scanned) = repository else { throw Wrong.kind }
    #expect(scanned.image == "ghcr.io/a/app")
    #expect(scanned.tagCount == 812)
    #expect(scanned.lastScanTime == Timestamp(rfc3339: "2026-01-10T09:59:58Z"))

    let automation = try read(
      .imageUpdateAutomation, "v1beta2",
      """
      {"metadata":{"name":"f","namespace":"f"},"spec":{"interval":"30m","sourceRef":{"name":"repo"}},
       "status":{"lastAutomationRunTime":"2026-01-10T09:59:58Z","lastPushTime":"2026-01-10T08:00:00Z",
        "lastPushCommit":"abc","observedPolicies":{"app":{"name":"ghcr.io/a/app","tag":"1.1"}}}}
      """)
    guard case .imageUpdateAutomation(let run) = automation else { throw Wrong.kind }
    #expect(run.observedPolicies == ["app": "ghcr.io/a/app:1.1"])
    #expect(run.source == Reference(kind: "GitRepository", namespace: "f", name: "repo"))
    #expect(run.lastPushCommit == "abc")
  }

  @Test(arguments: [
    (#"{"semver":{"range":"1.18.x"}}"#, "semver 1.18.x"), (#"{"numerical":{}}"#, "numerical asc"),
    (#"{"alphabetical":{"order":"desc"}}"#, "alphabetical desc"), (#"{"new":{}}"#, nil),
  ]) func imagePolicy(policy: String, range: String?) throws {
    let item =
      #"{"metadata":{"name":"app","namespace":"f"},"spec":{"imageRepositoryRef":{"name":"app"},"policy":\#(policy)},"status":{"latestImage":"a:1","latestRef":{"name":"a","tag":"2"}}}"#
    guard case .imagePolicy(let value) = try read(.imagePolicy, "v1beta2", item) else { throw Wrong.kind }
    #expect(value.range == range)
    #expect(value.latestImage == "a:2")
    #expect(value.repository == Reference(kind: "ImageRepository", namespace: "f", name: "app"))
  }

  @Test func anImagePolicyBeforeLatestRef() throws {
    let item =
      #"{"metadata":{"name":"app"},"spec":{"imageRepositoryRef":{"name":"app"}},"status":{"latestImage":"a:1"}}"#
    guard case .imagePolicy(let value) = try read(.imagePolicy, "v1beta1", item) else { throw Wrong.kind }
    #expect(value.latestImage == "a:1")
  }

  @Test func workloads() throws {
    let deployment = try read(
      Kind.workloads[0],
      """
      {"metadata":{"name":"d","namespace":"n","labels":{"app.kubernetes.io/part-of":"flux",
        "app.kubernetes.io/version":"v2.6.4"}},
       "spec":{"replicas":3,"template":{"spec":{"containers":[{"image":"a:1"},{"image":"b:2"}]}}},
       "status":{"readyReplicas":2,"availableReplicas":1,"updatedReplicas":3}}
      """)
    guard case .workload(let value) = deployment else { throw Wrong.kind }
    #expect([value.desired, value.ready, value.available, value.updated] == [3, 2, 1, 3])
    #expect(value.images == ["a:1", "b:2"])
    #expect(value.partOf == "flux")
    #expect(value.version == "v2.6.4")

    guard case .workload(let fresh) = try read(Kind.workloads[1], #"{"metadata":{"name":"s"},"spec":{}}"#)
    else { throw Wrong.kind }
    #expect([fresh.desired, fresh.ready, fresh.available, fresh.updated] == [1, 0, 0, 0])

    let daemonSet = try read(
      Kind.workloads[2],
      """
      {"metadata":{"name":"d"},"status":{"desiredNumberScheduled":4,"numberReady":3,"numberAvailable":2,
       "updatedNumberScheduled":1}}
      """)
    guard case .workload(let agents) = daemonSet else { throw Wrong.kind }
    #expect([agents.desired, agents.ready, agents.available, agents.updated] == [4, 3, 2, 1])
  }

  /// Without continueResyncOnCommitMatch, the operator runs a commit once.
  @Test(arguments: [
    ("", nil as Duration?), (#","continueResyncOnCommitMatch":false"#, nil),
    (#","continueResyncOnCommitMatch":true"#, .seconds(300)),
  ])
  func stackIsComparedAgainOnlyIfItsSpecSaysSo(_ field: String, _ interval: Duration?) throws {
    let object = try read(
      .stack, #"{"metadata":{"name":"s"},"spec":{"resyncFrequencySeconds":300\#(field)}}"#)
    guard case .stack(let stack) = object else { throw Wrong.kind }
    #expect(stack.resyncInterval == interval)
  }

  @Test func certificateAndStack() throws {
    let certificate = try read(
      .certificate,
      #"{"metadata":{"name":"tls"},"status":{"notAfter":"2026-03-20T00:00:00Z","renewalTime":"2026-02-18T00:00:00Z"}}"#
    )
    guard case .certificate(let value) = certificate else { throw Wrong.kind }
    #expect(value.notAfter == Timestamp(rfc3339: "2026-03-20T00:00:00Z"))
    #expect(value.renewalTime == Timestamp(rfc3339: "2026-02-18T00:00:00Z"))

    let stack = try read(
      .stack,
      #"{"metadata":{"name":"s"},"status":{"outputs":{"password":"hush"},"lastUpdate":{"state":"failed","lastResyncTime":"2026-01-10T09:55:03Z"}}}"#
    )
    guard case .stack(let update) = stack else { throw Wrong.kind }
    #expect(update.lastUpdateState == "failed")
    #expect(update.lastUpdateTime == Timestamp(rfc3339: "2026-01-10T09:55:03Z"))
    #expect(!"\(stack)".contains("hush"))
  }

  /// The API server does not validate this word.
  @Test(arguments: [
    ("True", Condition.Status.isTrue), ("true", .isTrue), ("TRUE", .isTrue), ("false", .isFalse),
    ("unknown", .unknown), ("", .unknown), ("Perhaps", .unknown),
  ])
  func aConditionStatusIsReadInAnyCase(_ word: String, _ status: Condition.Status) throws {
    let item =
      #"{"metadata":{"name":"a"},"status":{"conditions":[{"type":"DiskPressure","status":"\#(word)"}]}}"#
    guard case .node(let node) = try read(.node, item) else { throw Wrong.kind }
    #expect(node.resource.conditions.map(\.status) == [status])
  }

  @Test(arguments: [
    #"{"metadata":{"name":""}}"#, #"{"metadata":{"name":5}}"#, #"{"metadata":{}}"#, "{}",
    #"{"metadata":null}"#, #"{"metadata":{"name":"x","namespace":5}}"#,
    #"{"metadata":{"name":"x"},"status":{"conditions":[{"type":"","status":"True"}]}}"#,
  ])
  func anObjectOrConditionWithoutANameIsUnreadable(_ item: String) throws {
    for kind in Kind.builtIn where kind.name != "Lease" {
      let page = try page(kind, "v1", [item])
      #expect(page.objects.isEmpty)
      #expect(page.undecodable.count == 1)
    }
  }

  /// Each of these could be mistaken for an empty list, or for the last page of a longer one.
  @Test(arguments: [
    #"{"kind":"NodeList","metadata":{}}"#, #"{"kind":"NodeList","items":{}}"#,
    #"{"kind":"NodeList","metadata":{"remainingItemCount":5},"items":[]}"#,
    #"{"kind":"NodeList","metadata":{"continue":5},"items":[]}"#,
  ])
  func aListWithoutItsItemsIsRejected(_ body: String) {
    #expect(throws: JSONDocument.Fault.notJSON) {
      try ObjectPage(Array(body.utf8), of: ServedKind(.node, "v1"))
    }
  }

  @Test func wrongTypesOfJudgedFieldsAreUndecodable() throws {
    let page = try page(
      flux("Kustomization"), "v1",
      [
        #"{"metadata":{"name":"good","namespace":"n"}}"#,
        #"{"metadata":{"name":"a","namespace":"n"},"spec":{"suspend":"yes"}}"#,
        #"{"metadata":{"name":"b","namespace":"n","generation":"3"}}"#,
        #"{"metadata":{"name":"c","namespace":"n","deletionTimestamp":"soon"}}"#,
        #"{"metadata":{"name":"d","namespace":"n"},"status":{"conditions":[{"type":"Ready"}]}}"#,
        #"{"metadata":{"namespace":"n"}}"#, "null", "[]",
      ])
    #expect(page.objects.count == 1)
    #expect(
      page.undecodable.map(\.description) == [
        "Kustomization n/a: spec.suspend has the wrong type",
        "Kustomization n/b: metadata.generation has the wrong type",
        "Kustomization n/c: metadata.deletionTimestamp is not valid",
        "Kustomization n/d: status.conditions[0].status is missing",
        "Kustomization number 5: metadata.name is missing", "Kustomization number 6: is null",
        "Kustomization number 7: has the wrong type",
      ])
  }

  @Test func wrongTypesOfDisplayedFieldsAreUnknown() throws {
    let item =
      #"{"metadata":{"name":"a","labels":7},"spec":{"interval":5,"dependsOn":"x"},"status":{"artifact":[]}}"#
    guard case .flux(let value) = try read(flux("GitRepository"), item) else { throw Wrong.kind }
    #expect(value.interval == nil)
    #expect(value.dependsOn == [])
  }

  @Test func aLongTextIsClipped() throws {
    let message = String(repeating: "ü", count: 100_000)
    let item =
      #"{"metadata":{"name":"a"},"status":{"conditions":[{"type":"Ready","status":"True","message":"\#(message)"}]}}"#
    guard case .node(let node) = try read(.node, item) else { throw Wrong.kind }
    #expect(node.resource.conditions["Ready"].map { $0.message.utf8.count <= 4100 } == true)
  }

  private enum Wrong: Error {
    case kind
  }
}
