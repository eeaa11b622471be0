/// A resource type that the demo serves, with its data for discovery.
struct ResourceKind: Hashable, Sendable {
  /// Empty for the core group.
  let group: String
  /// Served versions, the preferred one first.
  let versions: [String]
  let kind: String
  let plural: String
  let shortNames: [String]
  let isNamespaced: Bool

  init(
    _ group: String, _ versions: [String], _ kind: String, _ plural: String, _ short: [String] = [],
    isNamespaced: Bool = true
  ) {
    self.group = group
    self.versions = versions
    self.kind = kind
    self.plural = plural
    self.shortNames = short
    self.isNamespaced = isNamespaced
  }

  static func groupVersion(_ group: String, _ version: String) -> String {
    group.isEmpty ? version : "\(group)/\(version)"
  }
}

/// The kinds of k3s v1.33 with Flux 2.6.4, cert-manager 1.18 and the Pulumi operator 2.2 that the demo serves. Flux
/// 2.6 serves its image kinds as v1beta2 and v1beta1 only.
extension ResourceKind {
  static let node = ResourceKind("", ["v1"], "Node", "nodes", ["no"], isNamespaced: false)
  static let namespace = ResourceKind("", ["v1"], "Namespace", "namespaces", ["ns"], isNamespaced: false)
  static let pod = ResourceKind("", ["v1"], "Pod", "pods", ["po"])
  static let secret = ResourceKind("", ["v1"], "Secret", "secrets")
  static let event = ResourceKind("", ["v1"], "Event", "events", ["ev"])
  static let deployment = ResourceKind("apps", ["v1"], "Deployment", "deployments", ["deploy"])
  static let statefulSet = ResourceKind("apps", ["v1"], "StatefulSet", "statefulsets", ["sts"])
  static let daemonSet = ResourceKind("apps", ["v1"], "DaemonSet", "daemonsets", ["ds"])
  static let job = ResourceKind("batch", ["v1"], "Job", "jobs")
  static let cronJob = ResourceKind("batch", ["v1"], "CronJob", "cronjobs", ["cj"])
  static let lease = ResourceKind("coordination.k8s.io", ["v1"], "Lease", "leases")

  static let gitRepository = source("GitRepository", "gitrepositories", ["gitrepo"])
  static let ociRepository = source("OCIRepository", "ocirepositories", ["ocirepo"])
  static let bucket = source("Bucket", "buckets", [])
  static let helmRepository = source("HelmRepository", "helmrepositories", ["helmrepo"])
  static let helmChart = source("HelmChart", "helmcharts", ["hc"])
  static let kustomization = ResourceKind(
    "kustomize.toolkit.fluxcd.io", ["v1"], "Kustomization", "kustomizations", ["ks"])
  static let helmRelease = ResourceKind(
    "helm.toolkit.fluxcd.io", ["v2"], "HelmRelease", "helmreleases", ["hr"])
  static let receiver = ResourceKind("notification.toolkit.fluxcd.io", ["v1"], "Receiver", "receivers")
  static let alert = ResourceKind("notification.toolkit.fluxcd.io", ["v1beta3"], "Alert", "alerts")
  static let provider = ResourceKind("notification.toolkit.fluxcd.io", ["v1beta3"], "Provider", "providers")
  static let imageRepository = image("ImageRepository", "imagerepositories", ["imgrepo"])
  static let imagePolicy = image("ImagePolicy", "imagepolicies", ["imgpol"])
  static let imageUpdateAutomation = image("ImageUpdateAutomation", "imageupdateautomations", ["iua"])

  static let certificate = ResourceKind("cert-manager.io", ["v1"], "Certificate", "certificates", ["cert"])
  static let stack = ResourceKind("pulumi.com", ["v1"], "Stack", "stacks")

  static let all: [ResourceKind] = [
    node, namespace, pod, secret, event, deployment, statefulSet, daemonSet, job, cronJob, lease,
    gitRepository, ociRepository, bucket, helmRepository, helmChart, kustomization, helmRelease,
    receiver, alert, provider, imageRepository, imagePolicy, imageUpdateAutomation, certificate, stack,
  ]

  private static func source(_ kind: String, _ plural: String, _ short: [String]) -> ResourceKind {
    ResourceKind("source.toolkit.fluxcd.io", ["v1"], kind, plural, short)
  }

  private static func image(_ kind: String, _ plural: String, _ short: [String]) -> ResourceKind {
    ResourceKind("image.toolkit.fluxcd.io", ["v1beta2", "v1beta1"], kind, plural, short)
  }
}
