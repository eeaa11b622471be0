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
  /// Maximum size in bytes of each message of an object.
  var messageLimit = redactedTextLimit

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
  static let node = Kind(name: "Node", group: "", plural: "nodes", versions: ["v1"]) { fields, _ in
    .node(try Node(fields))
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
  static let pod = Kind(name: "Pod", group: "", plural: "pods", versions: ["v1"]) { fields, _ in
    let pod = try Pod(fields)
    return pod.isWell ? .wellPod(pod.images) : .pod(pod)
  }

  static let workloads = [
    workload("Deployment", "deployments"), workload("StatefulSet", "statefulsets"),
    workload("DaemonSet", "daemonsets"),
  ]
  private static func workload(_ name: String, _ plural: String) -> Kind {
    Kind(name: name, group: "apps", plural: plural, versions: ["v1"]) { fields, _ in
      .workload(try Workload(fields, kind: name))
    }
  }

  static let job = Kind(name: "Job", group: "batch", plural: "jobs", versions: ["v1"]) { fields, _ in
    .job(try Job(fields))
  }
  static let cronJob = Kind(name: "CronJob", group: "batch", plural: "cronjobs", versions: ["v1"]) {
    fields, _ in
    .cronJob(try CronJob(fields))
  }

  /// The versions of each kind since Flux 2.0, newest first.
  static let flux = [
    flux("GitRepository", "source", "gitrepositories", ["v1", "v1beta2", "v1beta1"]),
    flux("OCIRepository", "source", "ocirepositories", ["v1", "v1beta2"]),
    flux("Bucket", "source", "buckets", ["v1", "v1beta2", "v1beta1"]),
    flux("HelmRepository", "source", "helmrepositories", ["v1", "v1beta2", "v1beta1"]),
    flux("HelmChart", "source", "helmcharts", ["v1", "v1beta2", "v1beta1"]),
    flux("ExternalArtifact", "source", "externalartifacts", ["v1"]),
    flux("Kustomization", "kustomize", "kustomizations", ["v1", "v1beta2", "v1beta1"]),
    flux("HelmRelease", "helm", "helmreleases", ["v2", "v2beta2", "v2beta1"]),
    flux("Alert", "notification", "alerts", ["v1beta3", "v1beta2", "v1beta1"]),
    flux("Provider", "notification", "providers", ["v1beta3", "v1beta2", "v1beta1"]),
    flux("Receiver", "notification", "receivers", ["v1", "v1beta2", "v1beta1"]),
  ]
  private static func flux(_ name: String, _ group: String, _ plural: String, _ versions: [String]) -> Kind {
    Kind(name: name, group: "\(group).toolkit.fluxcd.io", plural: plural, versions: versions) {
      .flux(try FluxObject($0, of: $1))
    }
  }

  static let imageRepository = image("ImageRepository", "imagerepositories") { fields, served in
    .imageRepository(try ImageRepository(fields, of: served))
  }
  static let imagePolicy = image("ImagePolicy", "imagepolicies") { fields, served in
    .imagePolicy(try ImagePolicy(fields, of: served))
  }
  static let imageUpdateAutomation = image("ImageUpdateAutomation", "imageupdateautomations") {
    fields, served in
    .imageUpdateAutomation(try ImageUpdateAutomation(fields, of: served))
  }
  private static func image(
    _ name: String, _ plural: String, _ read: @escaping @Sendable (Fields, ServedKind) throws -> Observed
  ) -> Kind {
    Kind(
      name: name, group: "image.toolkit.fluxcd.io", plural: plural, versions: ["v1", "v1beta2", "v1beta1"],
      read: read)
  }

  static let certificate = Kind(
    name: "Certificate", group: "cert-manager.io", plural: "certificates", versions: ["v1"]
  ) { fields, served in
    .certificate(try Certificate(fields, of: served))
  }
  static let stack = Kind(
    name: "Stack", group: "pulumi.com", plural: "stacks", versions: ["v1", "v1alpha1"]
  ) { fields, served in
    .stack(try Stack(fields, of: served))
  }

  /// Part of every Kubernetes; requested without discovery.
  static let builtIn: [Kind] = [node, lease, pod] + workloads + [job, cronJob]
  /// Optional; present if installed.
  static let discovered: [Kind] =
    flux + [imageRepository, imagePolicy, imageUpdateAutomation, certificate, stack]
}
