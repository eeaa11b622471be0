internal import Health

/// A kind that is listed: its API path, and how to read one object.
struct Kind: Sendable {
  let name: String
  /// Empty for the core group.
  let group: String
  let plural: String
  /// The supported versions. The server decides which of them is requested.
  let versions: [String]
  let read: @Sendable (Fields, ServedKind) throws -> Observed
}

/// A kind in the version that this server serves.
struct ServedKind: Sendable {
  let kind: Kind
  let version: String
  /// Maximum sizes of the texts of an object.
  var limits = TextLimits()

  init(_ kind: Kind, _ version: String) {
    self.kind = kind
    self.version = version
  }

  /// True if the kind comes from discovery.
  var isDiscovered: Bool { !Kind.builtIn.contains { $0.name == kind.name && $0.group == kind.group } }

  func read(_ fields: Fields) throws -> Observed { try kind.read(fields, self) }

  /// The name for kubectl: `nodes`, `kustomizations.kustomize.toolkit.fluxcd.io`.
  var resourceName: String { kind.group.isEmpty ? kind.plural : "\(kind.plural).\(kind.group)" }

  /// Path of the list of all namespaces, or of one.
  func path(namespace: String? = nil) -> String {
    let base = kind.group.isEmpty ? "/api/\(version)" : "/apis/\(kind.group)/\(version)"
    return namespace.map { "\(base)/namespaces/\($0)/\(kind.plural)" } ?? "\(base)/\(kind.plural)"
  }
}

extension Kind {
  static let node = Kind(name: "Node", group: "", plural: "nodes", versions: ["v1"]) { fields, served in
    .node(try Node(fields, served.limits))
  }
  /// Each node has a lease in kube-node-lease. Others are for leader election.
  static let lease = Kind(name: "Lease", group: "coordination.k8s.io", plural: "leases", versions: ["v1"]) {
    fields, _ in
    let resource = try Resource(fields, kind: "Lease", group: "coordination.k8s.io")
    let renewed = fields.shown("spec")?.time("renewTime")
    return resource.namespace == "kube-node-lease"
      ? .nodeLease(node: resource.name, renewTime: renewed)
      : .leaderLease(
        LeaderLease(namespace: resource.namespace, name: resource.name, renewTime: renewed))
  }
  static let pod = Kind(name: "Pod", group: "", plural: "pods", versions: ["v1"]) { fields, served in
    let pod = try Pod(fields, served.limits)
    return pod.isHealthy ? .healthyPod(pod.images) : .pod(pod)
  }

  static let workloads = [
    workload("Deployment", "deployments"), workload("StatefulSet", "statefulsets"),
    workload("DaemonSet", "daemonsets"),
  ]
  private static func workload(_ name: String, _ plural: String) -> Kind {
    Kind(name: name, group: "apps", plural: plural, versions: ["v1"]) { fields, served in
      .workload(try Workload(fields, kind: name, served.limits))
    }
  }

  static let job = Kind(name: "Job", group: "batch", plural: "jobs", versions: ["v1"]) { fields, served in
    .job(try Job(fields, served.limits))
  }
  static let cronJob = Kind(name: "CronJob", group: "batch", plural: "cronjobs", versions: ["v1"]) {
    fields, served in
    .cronJob(try CronJob(fields, served.limits))
  }

  static let flux = CustomKind.flux.map { kind in Kind(kind) { .flux(try FluxObject($0, of: $1)) } }
  static let imageRepository = Kind(.imageRepository) { .imageRepository(try ImageRepository($0, of: $1)) }
  static let imagePolicy = Kind(.imagePolicy) { .imagePolicy(try ImagePolicy($0, of: $1)) }
  static let imageUpdateAutomation = Kind(.imageUpdateAutomation) {
    .imageUpdateAutomation(try ImageUpdateAutomation($0, of: $1))
  }
  static let certificate = Kind(.certificate) { .certificate(try Certificate($0, of: $1)) }
  static let stack = Kind(.stack) { .stack(try Stack($0, of: $1)) }

  private init(_ kind: CustomKind, read: @escaping @Sendable (Fields, ServedKind) throws -> Observed) {
    self.init(name: kind.name, group: kind.group, plural: kind.plural, versions: kind.versions, read: read)
  }

  /// Part of every Kubernetes; requested without discovery.
  static let builtIn: [Kind] = [node, lease, pod] + workloads + [job, cronJob]
  /// Optional; present if installed.
  static let discovered: [Kind] =
    flux + [imageRepository, imagePolicy, imageUpdateAutomation, certificate, stack]
}
