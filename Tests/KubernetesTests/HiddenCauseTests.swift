import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A failure is left out only if what explains it is reported.
@Suite struct HiddenCauseTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "webhook timeout beside a scaled workload",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "ReconciliationFailed",
            #"Deployment/apps/web dry-run failed: failed calling webhook \"x\": Post \"https://x\": context deadline exceeded"#
          )
        ],
        "deployments": [
          deployment("cloudflared", ns: "cloudflared", available: 0, isApplied: true)
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed", "workload/cloudflared/cloudflared/deployment"],
      verdict: .critical),
    .init(
      name: "download timeout beside a down workload",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "BuildFailed",
            "kustomize build failed: accumulating resources: timed out cloning https://github.com/x")
        ],
        "deployments": [
          deployment("cloudflared", ns: "cloudflared", available: 0, isApplied: true)
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed", "workload/cloudflared/cloudflared/deployment"],
      verdict: .critical),
    .init(
      name: "webhook timeout beside a crashing pod",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps("ReconciliationFailed", "failed calling webhook: context deadline exceeded")
        ],
        "deployments": [
          deployment("web", ns: "apps", available: 1, isAvailable: true, isApplied: true)
        ],
        "pods": [
          #"{"metadata":{"name":"web-abc-1","namespace":"apps","creationTimestamp":"2025-01-01T00:00:00Z","labels":{"pod-template-hash":"abc"},"ownerReferences":[{"kind":"ReplicaSet","name":"web-abc"}]},"status":{"phase":"Running","containerStatuses":[{"name":"a","restartCount":9,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}"#
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed", "pods/crash-looping"],
      says: ["(ReconciliationFailed)"]),
    .init(
      name: "health check names two, one is explained",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "HealthCheckFailed",
            "health check failed after 5m: timeout waiting for: [Deployment/cloudflared/cloudflared status: 'InProgress', Deployment/apps/web status: 'InProgress']"
          )
        ],
        "deployments": [
          deployment("cloudflared", ns: "cloudflared", available: 0),
          deployment("web", ns: "apps", available: 1),
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed", "workload/cloudflared/cloudflared/deployment"],
      verdict: .critical),
    .init(
      name: "health check names a failing release and a Job that nobody reports",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "HealthCheckFailed",
            "timeout waiting for: [HelmRelease/apps/web status: 'InProgress', Job/apps/mig status: 'InProgress']"
          )
        ],
        "providers": [],
        "receivers": [Item.object("web", ns: "apps", [Item.condition("Ready", "False", "TokenNotFound")])],
        "helmreleases": [
          Item.release("web", [Item.condition("Ready", "False", "UpgradeFailed")], spec: "{\(Item.charted)}")
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: ["flux/helmrelease/apps/web/failed", Item.failed, "flux/receiver/apps/web/failed"]),
    .init(
      name: "health check of a HelmRelease that fails",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "HealthCheckFailed",
            "health check failed after 30s: failed early due to stalled resources: [HelmRelease/apps/web status: 'Failed']"
          )
        ],
        "helmreleases": [
          Item.release(
            "web",
            [
              Item.condition("Stalled", "True", "RetriesExceeded"),
              Item.condition("Ready", "False", "UpgradeFailed"),
            ], spec: "{\(Item.charted)}")
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: ["flux/helmrelease/apps/web/failed"]),
    .init(
      name: "health check names two, both are explained",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "HealthCheckFailed",
            "timeout waiting for: [Deployment/cloudflared/cloudflared status: 'InProgress', HelmRelease/apps/web status: 'InProgress']"
          )
        ],
        "deployments": [
          deployment("cloudflared", ns: "cloudflared", available: 0)
        ],
        "helmreleases": [
          Item.release("web", [Item.condition("Ready", "False", "UpgradeFailed")], spec: "{\(Item.charted)}")
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: ["flux/helmrelease/apps/web/failed", "workload/cloudflared/cloudflared/deployment"]),
    .init(
      name: "health check names a Namespace too",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          apps(
            "HealthCheckFailed",
            "timeout waiting for: [Deployment/cloudflared/cloudflared status: 'InProgress', Namespace/old status: 'Terminating']"
          )
        ],
        "deployments": [
          deployment("cloudflared", ns: "cloudflared", available: 0)
        ],
      ],
      ids: [Item.failed, "workload/cloudflared/cloudflared/deployment"]),
  ]

  /// The Kustomization `apps` with a failure.
  private static func apps(_ reason: String, _ message: String) -> String {
    Item.kustomization("apps", [Item.condition("Ready", "False", reason, message)])
  }

  /// A Deployment with two replicas.
  ///
  /// - Parameter isApplied: true if the Kustomization `apps` applied it.
  private static func deployment(
    _ name: String, ns: String, available: Int, isAvailable: Bool = false, isApplied: Bool = false
  ) -> String {
    let labels =
      #","labels":{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}"#
    return Item.object(
      name, ns: ns, spec: #"{"replicas":2}"#,
      [Item.condition("Available", isAvailable ? "True" : "False", ago: 7200)],
      more: #","replicas":2,"updatedReplicas":2,"availableReplicas":\#(available)"#,
      meta: isApplied ? labels : "")
  }

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
