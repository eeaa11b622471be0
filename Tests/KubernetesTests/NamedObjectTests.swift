import Health
import Testing

@testable import Kubernetes

/// An object that another one waits for in vain is the cause, whatever its kind, if it has a problem of its own.
@Suite struct NamedObjectTests {
  /// The ids of the problems if the Kustomization `apps` names `object` in its failed health check.
  private static func checked(
    _ object: String, _ items: [String: [String]], ids: [String], expect: Expectations = Expectations(),
    early: Bool = false, polls: [Int] = [0]
  ) -> VerdictRow {
    let message =
      early
      ? "health check failed after 30s: failed early due to stalled resources: [\(object) status: 'Failed']"
      : "timeout waiting for: [\(object) status: 'InProgress']"
    return VerdictRow(
      name: "health check of \(object)",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          Item.kustomization("apps", [Item.condition("Ready", "False", "HealthCheckFailed", message)])
        ],
      ].merging(items) { $1 }, expect: expect, ids: ids, polls: polls)
  }

  private static let failedJob = [
    "jobs": [
      Item.object(
        "mig", ns: "apps", [Item.condition("Failed", "True", "BackoffLimitExceeded")], obs: nil,
        more: #","startTime":"\#(Item.time(3600))""#)
    ]
  ]

  private static func release(_ name: String, _ message: String) -> String {
    Item.release(
      name, [Item.condition("Ready", "False", "InstallFailed", message)], spec: "{\(Item.charted)}")
  }

  /// The Kustomization `name` checks the health of another object.
  private static func checking(_ name: String, _ object: String) -> String {
    Item.kustomization(
      name,
      [
        Item.condition(
          "Ready", "False", "HealthCheckFailed", "timeout waiting for: [\(object) status: 'InProgress']")
      ])
  }

  private static let slow = Item.release(
    "slow",
    [
      Item.condition("Ready", "Unknown", "Progressing", ago: 9000),
      Item.condition("Reconciling", "True", ago: 9000),
    ],
    spec: "{\(Item.charted)}")

  static let rows: [VerdictRow] = [
    checked("Job/apps/mig", failedJob, ids: ["workload/apps/mig/job"]),
    checked("Job/apps/other", failedJob, ids: ["workload/apps/mig/job", Item.failed]),
    checked(
      "Pod/apps/bare",
      [
        "pods": [
          Item.pod(
            "bare",
            status:
              #""phase":"Running","containerStatuses":[{"name":"a","restartCount":9,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]"#
          )
        ]
      ], ids: ["pods/crash-looping"]),
    checked(
      "Certificate/web/c",
      Item.cert([Item.condition("Ready", "False", "DoesNotExist", ago: 3600)], "", age: 3600),
      ids: ["certificate/web/c/not-ready"], early: true),
    checked(
      "Stack/flux-system/s", Item.stack([Item.condition("Stalled", "True", "SpecInvalid")]),
      ids: ["stack/flux-system/s/stalled"], early: true),
    checked(
      "StatefulSet/db/pg",
      [
        "statefulsets": [
          Item.object(
            "pg", ns: "db", spec: #"{"replicas":2}"#, [],
            more: #","replicas":2,"updatedReplicas":2,"availableReplicas":0"#)
        ]
      ], ids: ["workload/db/pg/statefulset"], polls: [0, 700]),
    checked(
      "ImageRepository/flux-system/app",
      ["imagerepositories": [Item.repository([Item.condition("Ready", "False", "AuthenticationFailed")])]],
      ids: ["image/repository/flux-system/app/failed"]),
    checked(
      "Deployment/cloudflared/cloudflared", [:], ids: ["workload/cloudflared/cloudflared/missing"],
      expect: Item.wanted),
    checked(
      "HelmRelease/apps/slow",
      ["helmreleases": [slow], "helmrepositories": [Item.object("h", ns: "apps")]],
      ids: ["flux/helmrelease/apps/slow/stuck"]),
    .init(
      name: "chain of health checks",
      items: failedJob.merging([
        "gitrepositories": [Item.git()],
        "kustomizations": [
          checking("top", "Kustomization/flux-system/middle"), checking("middle", "Job/apps/mig"),
          Item.kustomization(
            "after",
            [
              Item.condition(
                "Ready", "False", "DependencyNotReady", "dependency 'flux-system/top' is not ready", ago: 7200
              )
            ], spec: #","dependsOn":[{"name":"top"}]"#),
        ],
      ]) { $1 }, ids: ["workload/apps/mig/job"]),
    .init(
      name: "object behind the failed check of one in progress",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          checking("top", "Kustomization/flux-system/base"),
          Item.kustomization("base", [Item.condition("Ready", "Unknown", "Progressing", ago: 20)]),
          Item.kustomization(
            "after",
            [
              Item.condition(
                "Ready", "False", "DependencyNotReady", "dependency 'flux-system/top' is not ready", ago: 7200
              )
            ], spec: #","dependsOn":[{"name":"top"}]"#),
        ],
      ], ids: ["flux/kustomization/flux-system/top/failed"]),
    .init(
      name: "release whose wait names a Job",
      items: failedJob.merging([
        "helmreleases": [
          release(
            "web",
            "Helm install failed for release apps/web with chart web@1.0.0: resource Job/apps/mig not ready. status: InProgress, message: Job in progress\\ncontext deadline exceeded"
          )
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ]) { $1 }, ids: ["workload/apps/mig/job"]),
    .init(
      name: "release whose wait names a healthy object too",
      items: failedJob.merging([
        "helmreleases": [
          release(
            "web",
            "resource Job/apps/mig not ready. status: InProgress, message: m\\nresource Service/apps/web not ready. status: InProgress, message: m"
          )
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ]) { $1 }, ids: ["flux/helmrelease/apps/web/failed", "workload/apps/mig/job"]),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }

  /// The repository `app`, which includes another one.
  private static func including(_ name: String, _ reason: String, _ message: String, ago: Int = 7200)
    -> String
  {
    Item.object(
      "app",
      spec: #"{"interval":"1m","url":"https://git/x","include":[{"repository":{"name":"\#(name)"}}]}"#,
      [
        Item.condition("Ready", "False", reason, message, ago: ago),
        Item.condition("IncludeUnavailable", "True", reason, message, ago: ago),
      ])
  }

  private static func base(_ conditions: [String]) -> String {
    Item.object("base", spec: #"{"interval":"1m","url":"https://git/y"}"#, conditions)
  }

  static let includes: [VerdictRow] = [
    .init(
      name: "included repository fails",
      items: [
        "gitrepositories": [
          Item.git(), base([Item.condition("Ready", "False", "GitOperationFailed", "no such host")]),
          including("base", "NoArtifact", "no artifact available for include 'base'"),
        ],
        "kustomizations": [
          Item.object(
            "web",
            spec: #"{"interval":"10m","sourceRef":{"kind":"GitRepository","name":"app"}}"#,
            [Item.condition("Ready", "False", "ArtifactFailed", "Source artifact not found", ago: 7200)])
        ],
      ], ids: ["flux/gitrepository/flux-system/base/failed"]),
    .init(
      name: "included repository does not exist",
      items: [
        "gitrepositories": [
          Item.git(),
          including(
            "ghost", "NotFound",
            "could not get resource for include 'ghost': GitRepository.source.toolkit.fluxcd.io not found"),
        ]
      ], ids: ["flux/gitrepository/flux-system/app/failed"],
      says: ["waits for GitRepository flux-system/ghost, which does not exist", "correct include of"]),
    .init(
      name: "included repository has recovered a moment ago",
      items: [
        "gitrepositories": [
          Item.git(), base([Item.condition("Ready", "True", ago: 10)]),
          including("base", "NoArtifact", "no artifact available for include 'base'", ago: 60),
        ]
      ], ids: []),
    .init(
      name: "repository fails by itself",
      items: [
        "gitrepositories": [
          Item.git(), base([Item.condition("Ready", "False", "GitOperationFailed", "no such host")]),
          including("base", "GitOperationFailed", "repository not found"),
        ]
      ],
      ids: ["flux/gitrepository/flux-system/app/failed", "flux/gitrepository/flux-system/base/failed"]),
  ]

  @Test(arguments: includes) func includedRepositoryIsADependency(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
