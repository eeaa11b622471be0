/// The demo's reconcilers: three Kustomizations that depend on each other, and one Helm release.
extension ClusterState {
  static let kustomizations = ["flux-system", "infrastructure", "apps"]

  func kustomizationObjects(at now: APITime) -> [Object] {
    [
      kustomization("flux-system", path: "./clusters/oceanid", at: now),
      kustomization("infrastructure", path: "./infrastructure", after: "flux-system", at: now),
      kustomization("apps", path: "./apps", after: "infrastructure", at: now),
    ]
      + (0..<(extra?.kustomizations ?? 0)).map {
        kustomization("tenant-\(String($0 + 10_000).dropFirst())", path: "./tenants/\($0)", at: now)
      }
  }

  private func kustomization(_ name: String, path: String, after: String? = nil, at now: APITime) -> Object {
    let (suspend, generation) = suspension(.kustomization, name)
    // Ready becomes Unknown and True again in every run, so its transition time is that of the last run: every ten
    // minutes here.
    let commit = applied
    let end = ongoingFaults[.kustomizationForgotten(name)] ?? lastWork(of: "kustomize-controller", at: now)
    let age = max(0, end.seconds(since: commit.at))
    let lastRun = isSuspended(.kustomization, name) ? commit.at : commit.at.advanced(seconds: age - age % 600)
    var conditions = [
      condition(
        "Ready", "ReconciliationSucceeded", "Applied revision: \(commit.revision)", since: lastRun,
        generation: generation)
    ]
    var applied = commit.revision
    if let since = ongoingFaults[.kustomizationHung(name)] {
      conditions = [
        condition("Reconciling", "Progressing", "Running health checks", since: since),
        condition("Ready", "Unknown", "Progressing", "Reconciliation in progress", since: since),
      ]
    }
    if let failure = failing[name] ?? healthCheck(of: name) ?? extraFailure(of: name) {
      conditions = [
        condition("Reconciling", "ProgressingWithRetry", failure.message, since: failure.since),
        condition("Ready", "False", failure.reason, failure.message, since: failure.since),
      ]
      applied = "main@sha1:\(commit.parent)"
    } else if let since = ongoingFaults[.dependencyMissing(name)] {
      conditions = [
        condition("Reconciling", "ProgressingWithRetry", "dependency not ready", since: since),
        condition(
          "Ready", "False", "DependencyNotReady", "dependency 'flux-system/ghost' not found", since: since),
      ]
    } else if let after, let cause = failing[after] ?? healthCheck(of: after) {
      conditions = [
        condition("Reconciling", "ProgressingWithRetry", "dependency not ready", since: cause.since),
        condition(
          "Ready", "False", "DependencyNotReady", "dependency 'flux-system/\(after)' is not ready",
          since: cause.since),
      ]
      applied = "main@sha1:\(commit.parent)"
    }
    let missing = ongoingFaults[.dependencyMissing(name)] == nil ? nil : "ghost"
    let dependencies = [after, missing].compactMap(\.self)
    let deletion = extraDeletion(of: name)
    return Object(
      kind: .kustomization, namespace: Self.fluxNamespace, name: name, labels: bootstrapLabels,
      generation: generation, deleted: deletion.at, finalizers: deletion.finalizers,
      spec: [
        "interval": "10m0s", "path": .string(path), "prune": true, "force": false, "timeout": "3m0s",
        "retryInterval": "1m0s", "sourceRef": ["kind": "GitRepository", "name": "flux-system"],
        "dependsOn": dependencies.isEmpty ? .null : .array(dependencies.map { ["name": .string($0)] }),
        "suspend": suspend,
      ],
      status: [
        "conditions": .array(conditions), "inventory": ["entries": .array(inventory(of: name))],
        "lastAppliedRevision": .string(applied), "lastAttemptedRevision": .string(commit.revision),
        "observedGeneration": .number(generation),
      ])
  }

  private func healthCheck(of name: String) -> Failure? {
    ongoingFaults[.healthCheckFailing(name)].map { since in
      Failure(
        reason: "HealthCheckFailed",
        message:
          """
          health check failed after 3m0s: timeout waiting for: [Deployment/cloudflared/cloudflared status: \
          'InProgress']
          """,
        since: since)
    }
  }

  private func inventory(of name: String) -> [JSON] {
    let ids =
      switch name {
      case "flux-system":
        ["infrastructure", "apps"].map {
          ("flux-system_\($0)_kustomize.toolkit.fluxcd.io_Kustomization", "v1")
        }
      case "infrastructure":
        [("cert-manager_cert-manager_helm.toolkit.fluxcd.io_HelmRelease", "v2")]
      default: [("cloudflared_cloudflared_apps_Deployment", "v1")]
      }
    return ids.map { ["id": .string($0.0), "v": .string($0.1)] }
  }

  func helmReleaseObjects() -> [Object] {
    let (suspend, generation) = suspension(.helmRelease, "cert-manager")
    let facts = image(named: "cert-manager")
    let since = facts?.rolledOut ?? settled
    let release = facts?.release ?? 1
    var conditions = upgraded(since: since, release: release, generation: generation)
    if let since = ongoingFaults[.chartsRefused] {
      conditions = [
        condition("Reconciling", "ProgressingWithRetry", "HelmChart is not ready", since: since),
        condition(
          "Ready", "False", "SourceNotReady",
          """
          HelmChart 'flux-system/cert-manager-cert-manager' is not ready: latest generation of object has not been \
          reconciled
          """,
          since: since), conditions[1],
      ]
    }
    if let stalled = helmReleaseStalled {
      let failure =
        """
        Helm upgrade failed for release cert-manager/cert-manager with chart cert-manager@\(certManagerVersion): \
        context deadline exceeded
        """
      conditions = [
        condition("Stalled", "RetriesExceeded", "Failed to upgrade after 1 attempt(s)", since: stalled),
        condition("Ready", "False", "UpgradeFailed", failure, since: stalled),
        condition("Released", "False", "UpgradeFailed", failure, since: stalled),
      ]
    }
    let history: JSON = [
      "appVersion": .string(certManagerVersion), "chartName": "cert-manager",
      "chartVersion": .string(certManagerVersion),
      "configDigest": .string("sha256:\(Hash.hex("values", digits: 64))"),
      "digest": .string("sha256:\(Hash.hex("release \(release)", digits: 64))"),
      "firstDeployed": .string(created.time),
      "lastDeployed": .string(since.time), "name": "cert-manager", "namespace": "cert-manager",
      "status": .string(helmReleaseStalled == nil ? "deployed" : "failed"), "version": .number(release),
    ]
    return [
      Object(
        kind: .helmRelease, namespace: "cert-manager", name: "cert-manager",
        labels: [
          "kustomize.toolkit.fluxcd.io/name": "infrastructure",
          "kustomize.toolkit.fluxcd.io/namespace": Self.fluxNamespace,
        ],
        generation: generation,
        spec: [
          "interval": "30m0s", "suspend": suspend, "install": ["crds": "CreateReplace"],
          "chart": [
            "spec": [
              "chart": "cert-manager", "interval": "1h0m0s", "reconcileStrategy": "ChartVersion",
              "sourceRef": ["kind": "HelmRepository", "name": "jetstack", "namespace": "flux-system"],
              "version": "v1.18.x",
            ]
          ],
        ],
        status: [
          "conditions": .array(conditions),
          "helmChart": "flux-system/cert-manager-cert-manager", "history": [history],
          "lastAttemptedConfigDigest": .string("sha256:\(Hash.hex("values", digits: 64))"),
          "lastAttemptedGeneration": .number(generation), "lastAttemptedReleaseAction": "upgrade",
          "lastAttemptedRevision": .string(certManagerVersion), "observedGeneration": .number(generation),
          "storageNamespace": "cert-manager",
        ])
    ]
  }

  private func upgraded(since: APITime, release: Int, generation: Int) -> [JSON] {
    let message =
      """
      Helm upgrade succeeded for release cert-manager/cert-manager.v\(release) with chart \
      cert-manager@\(certManagerVersion)
      """
    return ["Ready", "Released"].map {
      condition($0, "UpgradeSucceeded", message, since: since, generation: generation)
    }
  }
}
