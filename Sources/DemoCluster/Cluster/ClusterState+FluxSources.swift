/// The demo's sources: one Git repository, two chart repositories and the chart of one release.
extension ClusterState {
  var certManagerVersion: String { image(named: "cert-manager")?.running ?? "v1.18.2" }

  func sourceObjects(of kind: ResourceKind) -> [Object] {
    switch kind {
    case .gitRepository: [gitRepository]
    case .helmRepository: [chartRepository, ociChartRepository]
    default: [chart]
    }
  }

  private var gitRepository: Object {
    let (suspend, generation) = suspension(.gitRepository, "flux-system")
    let commit = fetched
    let stored = "stored artifact for revision '\(commit.revision)'"
    var conditions = [
      condition("Ready", "Succeeded", stored, since: commit.at, generation: generation),
      condition("ArtifactInStorage", "Succeeded", stored, since: commit.at, generation: generation),
    ]
    if let (since, words) = sourceRefusal {
      let message =
        "failed to checkout and determine revision: unable to clone 'https://github.com/oceanid/cluster.git': \(words)"
      conditions = [
        condition("Reconciling", "ProgressingWithRetry", "reconciliation in progress", since: since),
        condition("Ready", "False", "GitOperationFailed", message, since: since),
        condition("FetchFailed", "GitOperationFailed", message, since: since),
        conditions[1],
      ]
    }
    return Object(
      kind: .gitRepository, namespace: Self.fluxNamespace, name: "flux-system", labels: bootstrapLabels,
      generation: generation,
      spec: [
        "interval": "1m0s", "timeout": "60s", "ref": ["branch": "main"],
        "secretRef": ["name": "github-token"], "url": "https://github.com/oceanid/cluster.git",
        "suspend": suspend,
      ],
      status: [
        "artifact": artifact("gitrepository/flux-system/flux-system", commit.sha, commit.revision, commit.at),
        "conditions": .array(conditions), "observedGeneration": .number(generation),
      ])
  }

  /// The time and the message of a failed fetch (go-git, plumbing/transport).
  private var sourceRefusal: (since: APITime, words: String)? {
    let refusals: [(since: APITime?, words: String)] = [
      (sourceRefused, "authentication required"),
      (ongoingFaults[.sourceForbidden], "authorization failed"),
      (ongoingFaults[.repositoryNotFound], "repository not found"),
    ]
    return refusals.compactMap { refusal in refusal.since.map { ($0, refusal.words) } }.first
  }

  /// The commit that the Git source has stored: the last push, unless fetching fails.
  var fetched: Commit {
    guard let since = ongoingFaults[.pushNotFetched] else { return commit }
    return Commit(sha: commit.parent, at: min(settled, since))
  }

  /// Ready=False for a chart or its repository, with the artifact that was fetched before.
  private func refused(_ reason: String, _ message: String, since: APITime) -> [JSON] {
    [
      condition("Reconciling", "ProgressingWithRetry", "retrying", since: since),
      condition("Ready", "False", reason, message, since: since),
      condition("FetchFailed", reason, message, since: since),
    ]
  }

  private var chartRepository: Object {
    let digest = Hash.hex("jetstack index", digits: 64)
    let stored = "stored artifact: revision 'sha256:\(digest)'"
    let (suspend, generation) = suspension(.helmRepository, "jetstack")
    return Object(
      kind: .helmRepository, namespace: Self.fluxNamespace, name: "jetstack", generation: generation,
      spec: [
        "interval": "1h0m0s", "type": "default", "provider": "generic", "url": "https://charts.jetstack.io",
        "suspend": suspend,
      ],
      status: [
        "artifact": artifact("helmrepository/flux-system/jetstack", digest, "sha256:\(digest)", settled),
        "conditions": .array(
          ongoingFaults[.chartsRefused].map {
            refused(
              "IndexationFailed", "failed to fetch https://charts.jetstack.io/index.yaml : 503", since: $0)
          } ?? [
            condition("Ready", "Succeeded", stored, since: settled, generation: generation),
            condition("ArtifactInStorage", "Succeeded", stored, since: settled, generation: generation),
          ]),
        "observedGeneration": .number(generation),
      ])
  }

  /// A HelmRepository of type oci is static: source-controller writes no status for it.
  private var ociChartRepository: Object {
    Object(
      kind: .helmRepository, namespace: Self.fluxNamespace, name: "podinfo",
      spec: [
        "interval": "5m", "type": "oci", "provider": "generic", "url": "oci://ghcr.io/stefanprodan/charts",
      ])
  }

  private var chart: Object {
    let pulled = "pulled 'cert-manager' chart with version '\(certManagerVersion)'"
    let since = image(named: "cert-manager")?.rolledOut ?? settled
    return Object(
      kind: .helmChart, namespace: Self.fluxNamespace, name: "cert-manager-cert-manager",
      spec: [
        "chart": "cert-manager", "interval": "1h0m0s", "reconcileStrategy": "ChartVersion",
        "sourceRef": ["kind": "HelmRepository", "name": "jetstack"], "version": "v1.18.x",
      ],
      status: [
        "artifact": artifact(
          "helmchart/flux-system/cert-manager-cert-manager", "cert-manager-\(certManagerVersion)",
          certManagerVersion, since),
        "conditions": .array(
          ongoingFaults[.chartsRefused].map {
            refused(
              "NoSourceArtifact", "no artifact available for HelmRepository source 'jetstack'", since: $0)
          } ?? [
            condition("Ready", "ChartPullSucceeded", pulled, since: since),
            condition("ArtifactInStorage", "ChartPullSucceeded", pulled, since: since),
          ]),
        "observedChartName": "cert-manager", "observedGeneration": 1,
      ])
  }

  private func artifact(_ folder: String, _ file: String, _ revision: String, _ at: APITime) -> JSON {
    let path = "\(folder)/\(file).tar.gz"
    return [
      "digest": .string("sha256:\(Hash.hex(path, digits: 64))"), "lastUpdateTime": .string(at.time),
      "path": .string(path), "revision": .string(revision), "size": 91_318,
      "url": .string("http://source-controller.flux-system.svc.cluster.local./\(path)"),
    ]
  }

  var bootstrapLabels: [String: String] {
    [
      "kustomize.toolkit.fluxcd.io/name": "flux-system",
      "kustomize.toolkit.fluxcd.io/namespace": Self.fluxNamespace,
    ]
  }
}
