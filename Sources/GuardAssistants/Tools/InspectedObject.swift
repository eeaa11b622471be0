import GuardAPI
import GuardConnection
import GuardPages
import GuardTypes
import Health

/// An object in the answer of `inspect`.
struct InspectedObject {
  let verdict: Verdict
  /// Empty for objects without a namespace.
  let namespace: String
  let name: String
  /// Its form in the answer. Most objects of a large cluster are not shown, so it is made on demand.
  let json: () -> JSONValue

  /// - Parameters:
  ///   - ours: words and numbers of the guard.
  ///   - texts: texts of the cluster in addition to the names.
  private init(
    _ cluster: String, _ kind: String, _ verdict: Verdict, namespace: String = "", name: String,
    ours: @autoclosure @escaping () -> KeyValuePairs<String, JSONValue?>,
    texts: @autoclosure @escaping () -> KeyValuePairs<String, JSONValue?>
  ) {
    self.verdict = verdict
    self.namespace = namespace
    self.name = name
    json = {
      var fields = JSONValue.fields(ours()).fields ?? [:]
      var untrusted = JSONValue.fields(texts()).fields ?? [:]
      untrusted["namespace"] = .foreign(namespace, limit: 253)
      untrusted["name"] = .foreign(name, limit: 253)
      fields["cluster"] = .own(cluster)
      fields["kind"] = .string(kind)
      fields["verdict"] = .string(verdict.rawValue)
      fields["untrusted"] = .object(untrusted)
      return .object(fields)
    }
  }

  /// The objects of a part, in the order of the document.
  static func all(_ part: Tool.Part, of cluster: ClusterDocument) -> [InspectedObject] {
    switch part {
    case .nodes: cluster.nodes.map { node($0, cluster.name) }
    case .flux: cluster.flux.objects.map { flux($0, cluster.name) }
    case .images: images(cluster.images, cluster.name)
    case .workloads: workloads(cluster)
    case .tunnel: [tunnel(cluster.tunnel, cluster.name)]
    }
  }

  /// The verdicts of the objects of a part that the document omits.
  static func omitted(_ part: Tool.Part, of cluster: ClusterDocument) -> [Verdict] {
    guard let omitted = cluster.omitted else { return [] }
    return switch part {
    case .nodes: omitted.nodes.verdicts
    case .flux: omitted.flux.verdicts
    case .images:
      omitted.policies.verdicts + omitted.repositories.verdicts + omitted.automations.verdicts
    case .workloads: omitted.workloads.verdicts + omitted.certificates.verdicts + omitted.stacks.verdicts
    case .tunnel: []
    }
  }

  private static func node(_ node: NodeDocument, _ cluster: String) -> InspectedObject {
    InspectedObject(
      cluster, "node", node.verdict, name: node.name,
      ours: [
        "ready": .bool(node.isReady), "expected": .bool(node.expected), "createdAt": .time(node.createdAt),
        "gpus": node.gpu.map { .count($0.allocatable) },
      ],
      texts: [
        "status": .foreign(node.status, limit: 200), "roles": .foreign(node.roles, count: 5),
        "version": .foreign(node.version, limit: 100), "conditions": conditions(node),
      ])
  }

  /// The conditions that are not as they should be; nil without one.
  private static func conditions(_ node: NodeDocument) -> JSONValue? {
    // A condition other than Ready is good if it is False.
    let bad = node.conditions.filter { ($0.type == "Ready") != ($0.status == .isTrue) }
    guard !bad.isEmpty else { return nil }
    return .array(
      bad.prefix(4).map { condition -> JSONValue in
        .fields([
          "type": .foreign(condition.type, limit: 100), "status": .string(condition.status.rawValue),
          "reason": .foreign(condition.reason, limit: 100), "message": .foreign(condition.message),
          "since": .time(condition.lastTransitionTime),
        ])
      })
  }

  private static func flux(_ object: FluxObjectDocument, _ cluster: String) -> InspectedObject {
    InspectedObject(
      cluster, "flux", object.verdict, namespace: object.namespace, name: object.name,
      ours: [
        "status": .string(object.status.rawValue), "suspended": .bool(object.suspended),
        "since": .time(object.since),
      ],
      texts: [
        "kind": .foreign(object.kind, limit: 100), "reason": .foreign(object.reason, limit: 100),
        "message": .foreign(object.message), "revision": .foreign(object.revision, limit: 200),
        "attemptedRevision": .foreign(object.attemptedRevision, limit: 200),
      ])
  }

  private static func images(_ images: ImagesDocument, _ cluster: String) -> [InspectedObject] {
    let policies = images.policies.map { policy in
      InspectedObject(
        cluster, "policy", policy.verdict, namespace: policy.namespace, name: policy.name,
        ours: [
          "behind": policy.behind.map(JSONValue.bool), "behindSince": .time(policy.behindSince),
          "stuckAt": .own(policy.stuckAt), "suspended": .bool(policy.suspended), "since": .time(policy.since),
        ],
        texts: [
          "latest": .foreign(policy.latest, limit: 200), "range": .foreign(policy.range, limit: 100),
          "running": .foreign((policy.running ?? []).map { "\($0.image) in \($0.workload)" }, count: 4),
          "reason": .foreign(policy.reason, limit: 100), "message": .foreign(policy.message),
        ])
    }
    let repositories = images.repositories.map { repository in
      InspectedObject(
        cluster, "repository", repository.verdict, namespace: repository.namespace, name: repository.name,
        ours: [
          "suspended": .bool(repository.suspended), "lastScanAt": .time(repository.lastScanAt),
          "tags": repository.tags.map(JSONValue.count), "since": .time(repository.since),
        ],
        texts: [
          "image": .foreign(repository.image, limit: 200), "reason": .foreign(repository.reason, limit: 100),
          "message": .foreign(repository.message),
        ])
    }
    let automations = images.automations.map { automation in
      InspectedObject(
        cluster, "automation", automation.verdict, namespace: automation.namespace, name: automation.name,
        ours: [
          "suspended": .bool(automation.suspended), "lastRunAt": .time(automation.lastRunAt),
          "lastPushAt": .time(automation.lastPushAt), "since": .time(automation.since),
        ],
        texts: [
          "lastPushCommit": .foreign(automation.lastPushCommit, limit: 100),
          "reason": .foreign(automation.reason, limit: 100), "message": .foreign(automation.message),
        ])
    }
    return policies + repositories + automations
  }

  private static func workloads(_ cluster: ClusterDocument) -> [InspectedObject] {
    let workloads = cluster.workloads.map { workload in
      InspectedObject(
        cluster.name, "workload", workload.verdict, namespace: workload.namespace, name: workload.name,
        ours: [
          "desired": .count(workload.desired), "ready": .count(workload.ready),
          "available": .count(workload.available), "since": .time(workload.since),
        ],
        texts: [
          "kind": .foreign(workload.kind, limit: 100), "images": .foreign(workload.images, count: 4),
          "reason": .foreign(workload.reason, limit: 100), "message": .foreign(workload.message),
        ])
    }
    let certificates = cluster.certificates.map { certificate in
      InspectedObject(
        cluster.name, "certificate", certificate.verdict, namespace: certificate.namespace,
        name: certificate.name,
        ours: ["notAfter": .time(certificate.notAfter), "renewalTime": .time(certificate.renewalTime)],
        texts: [
          "reason": .foreign(certificate.reason, limit: 100), "message": .foreign(certificate.message),
        ])
    }
    let stacks = cluster.stacks.map { stack in
      InspectedObject(
        cluster.name, "stack", stack.verdict, namespace: stack.namespace, name: stack.name,
        ours: ["lastUpdateAt": .time(stack.lastUpdateAt), "since": .time(stack.since)],
        texts: [
          "lastUpdateState": .foreign(stack.lastUpdateState, limit: 100),
          "reason": .foreign(stack.reason, limit: 100), "message": .foreign(stack.message),
        ])
    }
    let secrets = cluster.secrets.map { secret in
      InspectedObject(
        cluster.name, "secret", secret.present.map { $0 ? .healthy : .critical } ?? .unknown,
        namespace: secret.namespace, name: secret.name,
        ours: ["present": secret.present.map(JSONValue.bool)], texts: [:])
    }
    return workloads + certificates + stacks + secrets
  }

  private static func tunnel(_ tunnel: TunnelDocument, _ cluster: String) -> InspectedObject {
    InspectedObject(
      cluster, "tunnel", tunnel.verdict, name: tunnel.host,
      ours: [
        "state": .string(tunnel.state?.rawValue ?? "unknown"), "since": .time(tunnel.since),
        "roundTripMs": tunnel.roundTripMs.map(JSONValue.number), "reconnects": .count(tunnel.reconnects),
        "attempt": .count(tunnel.attempt), "nextAttemptAt": .time(tunnel.nextAttemptAt),
        "error": .own(tunnel.lastError?.code), "errorAt": .time(tunnel.lastError?.at),
        "openConnections": .count(tunnel.openConnections),
        "forwards": .array(tunnel.forwards.prefix(8).map(forward)),
      ], texts: ["message": .foreign(tunnel.lastError?.message), "peer": .foreign(tunnel.peer, limit: 100)])
  }

  private static func forward(_ forward: ForwardDocument) -> JSONValue {
    .fields([
      "listen": .own(forward.listen), "target": .own(forward.target),
      "state": .string(forward.state?.rawValue ?? "unknown"),
      "openConnections": .count(forward.openConnections), "acceptsNobody": .bool(forward.shortage != nil),
      "untrusted": .untrusted(["holder": .foreign(forward.holder, limit: 200)]),
    ])
  }
}
