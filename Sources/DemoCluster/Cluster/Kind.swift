/// A resource type that the demo serves, with its data for discovery.
struct Kind: Hashable, Sendable {
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
extension Kind {
  static let node = Kind("", ["v1"], "Node", "nodes", ["no"], isNamespaced: false)
  static let namespace = Kind("", ["v1"], "Namespace", "namespaces", ["ns"], isNamespaced: false)
  static let pod = Kind("", ["v1"], "Pod", "pods", ["po"])
  static let secret = Kind("", ["v1"], "Secret", "secrets")
  static let event = Kind("", ["v1"], "Event", "events", ["ev"])
  static let deployment = Kind("apps", ["v1"], "Deployment", "deployments", ["deploy"])
  static let statefulSet = Kind("apps", ["v1"], "StatefulSet", "statefulsets", ["sts"])
  static let daemonSet = Kind("apps", ["v1"], "DaemonSet", "daemonsets", ["ds"])
  static let job = Kind("batch", ["v1"], "Job", "jobs")
  static let cronJob = Kind("batch", ["v1"], "CronJob", "cronjobs", ["cj"])
  static let lease = Kind("coordination.k8s.io", ["v1"], "Lease", "leases")

  static let gitRepository = source("GitRepository", "gitrepositories", ["gitrepo"])
  static let ociRepository = source("OCIRepository", "ocirepositories", ["ocirepo"])
  static let bucket = source("Bucket", "buckets", [])
  static let helmRepository = source("HelmRepository", "helmrepositories", ["helmrepo"])
  static let helmChart = source("HelmChart", "helmcharts", ["hc"])
  static let kustomization = Kind(
    "kustomize.toolkit.fluxcd.io", ["v1"], "Kustomization", "kustomizations", ["ks"])
  static let helmRelease = Kind("helm.toolkit.fluxcd.io", ["v2"], "HelmRelease", "helmreleases", ["hr"])
  static let receiver = Kind("notification.toolkit.fluxcd.io", ["v1"], "Receiver", "receivers")
  static let alert = Kind("notification.toolkit.fluxcd.io", ["v1beta3"], "Alert", "alerts")
  static let provider = Kind("notification.toolkit.fluxcd.io", ["v1beta3"], "Provider", "providers")
  static let imageRepository = image("ImageRepository", "imagerepositories", ["imgrepo"])
  static let imagePolicy = image("ImagePolicy", "imagepolicies", ["imgpol"])
  static let imageUpdateAutomation = image("ImageUpdateAutomation", "imageupdateautomations", ["iua"])

  static let certificate = Kind("cert-manager.io", ["v1"], "Certificate", "certificates", ["cert"])
  static let stack = Kind("pulumi.com", ["v1"], "Stack", "stacks")

  static let all: [Kind] = [
    node, namespace, pod, secret, event, deployment, statefulSet, daemonSet, job, cronJob, lease,
    gitRepository, ociRepository, bucket, helmRepository, helmChart, kustomization, helmRelease,
    receiver, alert, provider, imageRepository, imagePolicy, imageUpdateAutomation, certificate, stack,
  ]

  private static func source(_ kind: String, _ plural: String, _ short: [String]) -> Kind {
    Kind("source.toolkit.fluxcd.io", ["v1"], kind, plural, short)
  }

  private static func image(_ kind: String, _ plural: String, _ short: [String]) -> Kind {
    Kind("image.toolkit.fluxcd.io", ["v1beta2", "v1beta1"], kind, plural, short)
  }
}
