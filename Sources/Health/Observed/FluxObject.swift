/// An object of a Flux kind that is not an image kind: sources, Kustomization, HelmRelease, notification.
public struct FluxObject: Hashable, Sendable {
  public let resource: Resource
  /// `spec.suspend`
  public let isSuspended: Bool
  /// Static kinds carry no status by design: Alert and Provider v1beta3, HelmRepository of type oci.
  public let isStatic: Bool
  /// Revision of the artifact (sources), last applied (Kustomization) or chart version (HelmRelease).
  public let revision: String?
  /// `status.lastAttemptedRevision`
  public let attemptedRevision: String?
  /// `status.lastAttemptedRevisionDigest` of a HelmRelease with a chart from an OCIRepository.
  public let attemptedDigest: String?
  /// When a source's artifact last changed.
  public let artifactUpdateTime: Timestamp?
  public let interval: Duration?
  /// `spec.timeout`; for a HelmRelease, the longest time that one of its attempts may take.
  public let timeout: Duration?
  public let source: Reference?
  /// The field of `spec` that has the source, for example `chartRef`.
  public let sourceField: String
  /// The HelmChart through which a HelmRelease or its source is fetched.
  public let chart: Reference?
  /// `spec.dependsOn`; the included repositories (`spec.include`) of a GitRepository; the Provider of an Alert.
  public let dependsOn: [Reference]
  /// The name of the Secret with its credentials, in its own namespace.
  public let secretName: String?
  /// When it last ran, regardless of the result; nil if the kind does not report it.
  public let lastReconciled: Timestamp?
  /// A requested run that has not started yet.
  public let request: ReconcileRequest?
  /// The time of the suspension, if the server stores it.
  public let suspendedAt: Timestamp?
  /// The reference that a GitRepository follows.
  public let git: GitReference?
  /// `spec.path` of a Kustomization.
  public let path: String?

  /// The field of `spec` that has its dependencies.
  var dependencyField: String {
    switch resource.kind {
    case "GitRepository": "include"
    case "Alert": "providerRef"
    default: "dependsOn"
    }
  }

  /// The repository and the part of it that a GitRepository follows.
  public struct GitReference: Hashable, Sendable {
    /// `spec.url`, without credentials.
    public let url: String?
    /// `spec.ref.branch`
    public let branch: String?
    /// A tag, a semver range, a name or a commit, which takes precedence over the branch: `tag v1.2`.
    public let pinned: String?

    public init(url: String? = nil, branch: String? = nil, pinned: String? = nil) {
      self.url = url
      self.branch = branch
      self.pinned = pinned
    }
  }

  /// The annotation `reconcile.fluxcd.io/requestedAt`. Controllers compare it as text with the value that they handled
  /// last.
  public struct ReconcileRequest: Hashable, Sendable {
    public let value: String
    /// The time in the value; nil if it has none that is known.
    public let time: Timestamp?

    public init(value: String, time: Timestamp? = nil) {
      self.value = value
      self.time = time
    }
  }

  public init(
    resource: Resource, isSuspended: Bool = false, isStatic: Bool = false, revision: String? = nil,
    attemptedRevision: String? = nil, artifactUpdateTime: Timestamp? = nil, interval: Duration? = nil,
    timeout: Duration? = nil, source: Reference? = nil, sourceField: String = "sourceRef",
    chart: Reference? = nil,
    dependsOn: [Reference] = [], secretName: String? = nil, lastReconciled: Timestamp? = nil,
    request: ReconcileRequest? = nil, suspendedAt: Timestamp? = nil, git: GitReference? = nil,
    path: String? = nil, attemptedDigest: String? = nil
  ) {
    self.attemptedDigest = attemptedDigest
    self.resource = resource
    self.isSuspended = isSuspended
    self.isStatic = isStatic
    self.revision = revision
    self.attemptedRevision = attemptedRevision
    self.artifactUpdateTime = artifactUpdateTime
    self.interval = interval
    self.timeout = timeout
    self.source = source
    self.sourceField = sourceField
    self.chart = chart
    self.dependsOn = dependsOn
    self.secretName = secretName
    self.lastReconciled = lastReconciled
    self.request = request
    self.suspendedAt = suspendedAt
    self.git = git
    self.path = path
  }
}
