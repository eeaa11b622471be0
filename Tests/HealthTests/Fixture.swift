import GuardTypes
import Health

/// Small values for rule tests: a healthy cluster, to be changed in the one thing that a test is about.
enum Fixture {
  static let now = Timestamp(seconds: 1_768_039_200)  // 2026-01-10T10:00:00Z

  static func ago(_ seconds: Int64) -> Timestamp { now - .seconds(seconds) }

  static func condition(
    _ type: String, _ status: Condition.Status, _ reason: String = "", _ message: String = "",
    ago seconds: Int64 = 300
  ) -> Condition {
    Condition(type: type, status: status, reason: reason, message: message, lastTransitionTime: ago(seconds))
  }

  static let ready = condition("Ready", .isTrue, "Succeeded", "fine")

  static func resource(
    _ kind: String, _ name: String, namespace: String = "flux-system", generation: Int64? = 1,
    observed: Int64? = 1,
    deleted: Timestamp? = nil, _ conditions: [Condition] = [ready]
  ) -> Resource {
    Resource(
      kind: kind, group: "", namespace: namespace, name: name, creationTimestamp: ago(86_400),
      deletionTimestamp: deleted,
      generation: generation, observedGeneration: observed, conditions: conditions)
  }

  static func node(
    _ name: String, _ conditions: [Condition] = [condition("Ready", .isTrue, "KubeletReady")],
    version: String = "v1.33.4+k3s1",
    cordoned: Bool = false, gpus: Int? = nil, renewed: Timestamp? = ago(5)
  ) -> Node {
    Node(
      resource: Resource(kind: "Node", name: name, creationTimestamp: ago(86_400), conditions: conditions),
      kubeletVersion: version, isUnschedulable: cordoned, allocatableGPUs: gpus, leaseRenewTime: renewed)
  }

  static func kustomization(
    _ name: String, _ conditions: [Condition] = [ready], suspended: Bool = false,
    revision: String = "main@sha1:a",
    dependsOn: [Reference] = [], deleted: Timestamp? = nil, generation: Int64 = 1
  ) -> FluxObject {
    FluxObject(
      resource: resource("Kustomization", name, generation: generation, deleted: deleted, conditions),
      isSuspended: suspended,
      revision: revision, interval: .seconds(600), source: gitReference, dependsOn: dependsOn)
  }

  /// A Kustomization that waits for a Deployment.
  static func kustomization(_ name: String, waitingFor deployment: String) -> FluxObject {
    kustomization(
      name,
      [
        condition(
          "Ready", .isFalse, "HealthCheckFailed",
          "timeout waiting for: [Deployment/\(deployment) status: 'InProgress']")
      ])
  }

  static let gitReference = Reference(kind: "GitRepository", namespace: "flux-system", name: "flux-system")

  static func git(
    _ conditions: [Condition] = [ready], revision: String = "main@sha1:a", updated: Timestamp = ago(3600)
  ) -> FluxObject {
    FluxObject(
      resource: resource("GitRepository", "flux-system", conditions), revision: revision,
      artifactUpdateTime: updated,
      interval: .seconds(60))
  }

  static func pod(
    _ name: String, namespace: String = "apps", phase: String = "Running", waiting: String? = nil,
    owner: String? = nil, node: String? = "srv712429", restarts: Int = 0, lastEnd: String? = nil,
    age: Int64 = 3600
  ) -> Pod {
    Pod(
      resource: Resource(kind: "Pod", namespace: namespace, name: name, creationTimestamp: ago(age)),
      phase: phase, node: node,
      owner: owner.map { Reference(kind: "Deployment", namespace: namespace, name: $0) }, restarts: restarts,
      waitingReason: waiting, lastEnd: lastEnd)
  }

  static func snapshot(_ change: (inout Snapshot) -> Void = { _ in }) -> Snapshot {
    var snapshot = Snapshot(
      serverTime: now, version: "v1.33.4+k3s1", isReady: true,
      nodes: .seen([node("srv712429"), node("calypso", gpus: 1)]),
      flux: .seen([git(), kustomization("apps")]), imageRepositories: .seen([]), imagePolicies: .seen([]),
      imageUpdateAutomations: .seen([]), workloads: .seen([]))
    change(&snapshot)
    return snapshot
  }

  static func tunnel(
    _ state: TunnelState = .up, _ failure: TunnelHealth.Failure? = nil,
    forwards: [TunnelHealth.Forward] = [],
    attempt: Int = 0
  ) -> TunnelHealth {
    TunnelHealth(
      state: state, since: ago(60), host: "tethys", lastError: failure, attempt: attempt, forwards: forwards)
  }

  static func observation(
    _ snapshot: Snapshot? = snapshot(), tunnel: TunnelHealth = tunnel(), at: Timestamp? = ago(3),
    failure: PollFailure? = nil, mismatch: KubeconfigMismatch? = nil, owner: String = "",
    _ expectations: Expectations = Expectations()
  ) -> Observation {
    Observation(
      cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/home/ann/.kube/k3s-config.yaml",
      mismatch: mismatch, owner: owner, tunnel: tunnel,
      snapshot: snapshot, snapshotAt: snapshot == nil ? nil : at, pollFailure: failure,
      pollInterval: .seconds(15),
      expectations: expectations)
  }

  /// A kubeconfig as K3s writes it.
  static let mismatch = KubeconfigMismatch(
    server: "https://127.0.0.1:6443", localEnd: "https://127.0.0.1:16443", isFarPort: true,
    step: NextStep(
      command:
        "kubectl --kubeconfig /home/ann/.kube/k3s-config.yaml config set-cluster default --server=https://127.0.0.1:16443",
      note: "it changes that line of the file; the guard reads it again by itself"))

  static func report(_ observation: Observation, history: PollHistory = PollHistory()) -> ClusterReport {
    judge(observation, history: history, now: now).report
  }

  static func report(
    _ expectations: Expectations = Expectations(), _ change: (inout Snapshot) -> Void
  ) -> ClusterReport {
    report(observation(snapshot(change), expectations))
  }
}

extension ClusterReport {
  var problemIDs: [String] { problems.map(\.id) }
}
