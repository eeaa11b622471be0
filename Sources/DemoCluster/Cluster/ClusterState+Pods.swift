/// A workload from which its pods are generated.
struct WorkloadFacts {
  let kind: ResourceKind
  let namespace: String
  let name: String
  let image: String

  var fullName: String { "\(namespace)/\(name)" }
  var templateHash: String { Hash.hex(image, digits: 10) }
  var replicaSet: String { "\(name)-\(templateHash)" }
}

/// The state of one pod of a workload.
struct PodFacts {
  let name: String
  /// nil if the pod is not scheduled.
  let node: String?
  let isReady: Bool
}

/// Generates pods. Deployments run on nodes without a GPU, and the health of a pod follows from its node and
/// workload.
extension ClusterState {
  /// When the pods of a workload became unready; nil if they are ready.
  func outage(of facts: WorkloadFacts) -> APITime? {
    downWorkloads[facts.fullName] ?? ongoingFaults[.podsCrashing(facts.fullName)]
      ?? ongoingFaults[.podsPending(facts.fullName)] ?? ongoingFaults[.podsRestarting(facts.fullName)]
  }

  func pods(of facts: WorkloadFacts, replicas: Int) -> [PodFacts] {
    let nodes = presentNodes.filter { $0.gpus == 0 }.sorted { $0.name > $1.name }
    let isPending = ongoingFaults[.podsPending(facts.fullName)] != nil
    return (0..<replicas).map { index in
      let node = nodes.isEmpty ? nil : nodes[index % nodes.count]
      return PodFacts(
        name: "\(facts.replicaSet)-\(Hash.hex("\(facts.name) \(index)", digits: 5))",
        node: isPending ? nil : node?.name,
        isReady: outage(of: facts) == nil && !isPending && node?.isReady ?? false)
    }
  }

  func podObjects(at now: APITime) -> [Object] {
    deploymentObjects().flatMap { deployment -> [Object] in
      let image = deployment.spec["template"]["spec"]["containers"].items.first?["image"].string ?? ""
      guard case .number(let replicas) = deployment.spec["replicas"] else { return [] }
      let facts = WorkloadFacts(
        kind: .deployment, namespace: deployment.namespace ?? "", name: deployment.name, image: image)
      let pods = pods(of: facts, replicas: replicas).map { object(of: $0, facts, at: now) }
      guard let since = ongoingFaults[.podTerminating(facts.fullName)], var old = pods.first else {
        return pods
      }
      old = Object(
        kind: .pod, namespace: old.namespace, name: "\(facts.name)-old", labels: ["app": facts.name],
        generation: nil, deleted: since, spec: old.spec, status: old.status)
      return pods + [old]
    }
  }

  private func object(of pod: PodFacts, _ facts: WorkloadFacts, at now: APITime) -> Object {
    let crashing = ongoingFaults[.podsCrashing(facts.fullName)]
    let pending = ongoingFaults[.podsPending(facts.fullName)]
    let restarting = ongoingFaults[.podsRestarting(facts.fullName)]
    let since = crashing ?? pending ?? restarting ?? downWorkloads[facts.fullName] ?? settled
    var ready: JSON = condition(
      "Ready", pod.isReady ? "True" : "False", pod.isReady ? "" : "ContainersNotReady", "", since: since,
      generation: nil)
    if pod.isReady { ready["reason"] = .null }
    var conditions = [ready]
    if pending != nil {
      conditions = [
        condition(
          "PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient memory.",
          since: since, generation: nil)
      ]
    }
    return Object(
      kind: .pod, namespace: facts.namespace, name: pod.name,
      labels: ["app": facts.name, "pod-template-hash": facts.templateHash], generation: nil,
      owner: [
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string(facts.replicaSet),
        "controller": true, "uid": .string(Hash.uid("ReplicaSet \(facts.replicaSet)")),
      ], created: crashing ?? pending,
      spec: [
        "nodeName": pod.node.map(JSON.string) ?? .null,
        "containers": [["name": .string(facts.name), "image": .string(facts.image)]],
      ],
      status: [
        "phase": pending == nil ? "Running" : "Pending", "conditions": .array(conditions),
        "containerStatuses": pending != nil
          ? .null
          : [
            restarting == nil
              ? container(pod, facts, crashing, at: now) : outOfMemory(pod, facts, at: now)
          ],
      ])
  }

  private func outOfMemory(_ pod: PodFacts, _ facts: WorkloadFacts, at now: APITime) -> JSON {
    [
      "name": .string(facts.name), "image": .string(facts.image), "ready": false, "restartCount": 300,
      "state": ["running": ["startedAt": .string(now.advanced(seconds: -20).time)]],
      "lastState": [
        "terminated": [
          "exitCode": 137, "reason": "OOMKilled", "finishedAt": .string(now.advanced(seconds: -20).time),
        ]
      ],
    ]
  }

  private func container(
    _ pod: PodFacts, _ facts: WorkloadFacts, _ crashing: APITime?, at now: APITime
  ) -> JSON {
    // The back-off grows to five minutes, so from then on there is one restart per five minutes.
    let restarts = crashing.map { 4 + max(0, now.seconds(since: $0)) / 300 } ?? 0
    return [
      "name": .string(facts.name), "image": .string(facts.image), "ready": .bool(pod.isReady),
      "restartCount": .number(restarts),
      "state": crashing == nil
        ? ["running": ["startedAt": .string(settled.time)]]
        : [
          "waiting": [
            "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container",
          ]
        ],
      "lastState": crashing == nil
        ? .null : ["terminated": ["exitCode": 1, "reason": "Error"]],
    ]
  }
}
