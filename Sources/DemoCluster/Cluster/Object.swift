/// One Kubernetes object of the demo.
struct Object: Sendable {
  static let fluxFinalizers = ["finalizers.fluxcd.io"]

  let kind: ResourceKind
  var namespace: String? = nil
  let name: String
  var labels: [String: String] = [:]
  /// nil for kinds without a generation.
  var generation: Int? = 1
  var annotations: [String: String] = [:]
  var owner: JSON = .null
  var created: APITime?
  /// The deletion time of an object that waits for its finalizers.
  var deleted: APITime?
  var finalizers = Object.fluxFinalizers
  var spec: JSON = .null
  var status: JSON = .null
  /// Members besides metadata, spec and status.
  var other: [String: JSON] = [:]

  /// `metadata` in the API's format.
  func metadata(in state: ClusterState) -> JSON {
    [
      "name": .string(name), "namespace": namespace.map(JSON.string) ?? .null,
      "uid": .string(Hash.uid("\(kind.kind) \(namespace ?? "") \(name)")),
      "resourceVersion": .string(String(state.version)),
      "creationTimestamp": .string((created ?? state.created).time),
      "generation": generation.map(JSON.number) ?? .null,
      "labels": labels.isEmpty ? .null : JSON(labels),
      "annotations": annotations.isEmpty ? .null : JSON(annotations),
      "ownerReferences": owner == .null ? .null : [owner],
      "deletionTimestamp": deleted.map { .string($0.time) } ?? .null,
      "finalizers": deleted == nil ? .null : .array(finalizers.map(JSON.string)),
    ]
  }

  func json(version: String, in state: ClusterState) -> JSON {
    var body: JSON = [
      "apiVersion": .string(ResourceKind.groupVersion(kind.group, version)), "kind": .string(kind.kind),
      "metadata": metadata(in: state), "spec": spec, "status": status,
    ]
    for (key, value) in other { body[key] = value }
    return version == "v1beta1" ? body.prunedToFirstImageAPI : body
  }
}

/// A condition in the format of metav1.Condition.
func condition(
  _ type: String, _ status: String, _ reason: String, _ message: String, since: APITime, generation: Int? = 1
) -> JSON {
  [
    "type": .string(type), "status": .string(status), "reason": .string(reason),
    "message": .string(message), "lastTransitionTime": .string(since.time),
    "observedGeneration": generation.map(JSON.number) ?? .null,
  ]
}

/// A condition with status True.
func condition(
  _ type: String, _ reason: String, _ message: String, since: APITime, generation: Int? = 1
) -> JSON {
  condition(type, "True", reason, message, since: since, generation: generation)
}

extension ClusterState {
  /// All objects of a kind in the API's order: by namespace, then name.
  func objects(of kind: ResourceKind, at now: APITime) -> [Object] {
    let objects: [Object] =
      switch kind {
      case .node: nodeObjects(at: now)
      case .lease: leaseObjects(at: now)
      case .namespace: namespaceObjects()
      case .secret: secretObjects()
      case .event: eventObjects(at: now)
      case .pod: podObjects(at: now)
      case .deployment: deploymentObjects()
      case .statefulSet: statefulSetObjects()
      case .daemonSet: daemonSetObjects()
      case .job: jobObjects()
      case .cronJob: cronJobObjects(at: now)
      case .gitRepository, .helmRepository, .helmChart: sourceObjects(of: kind)
      case .kustomization: kustomizationObjects(at: now)
      case .helmRelease: helmReleaseObjects()
      case .alert, .provider, .receiver: notificationObjects(of: kind)
      case .imageRepository, .imagePolicy, .imageUpdateAutomation: imageObjects(of: kind, at: now)
      case .certificate: certificateObjects(at: now)
      case .stack: stackObjects(at: now)
      default: []
      }
    return objects.map { object in
      var object = object
      object.deleted =
        ongoingFaults[.terminating(kind: object.kind.kind, name: object.name)] ?? object.deleted
      if let since = ongoingFaults[.statusMissing(kind: object.kind.kind, name: object.name)] {
        (object.status, object.created) = (.null, since)
      }
      return object
    }.sorted { ($0.namespace ?? "", $0.name) < ($1.namespace ?? "", $1.name) }
  }

  func isSuspended(_ kind: ResourceKind, _ name: String) -> Bool {
    suspended.contains("\(kind.kind)/\(name)")
  }

  /// `spec.suspend`, with the generation that it increments.
  func suspension(_ kind: ResourceKind, _ name: String) -> (JSON, Int) {
    isSuspended(kind, name) ? (true, 2) : (.null, 1)
  }
}
