import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// An object that fails has not recovered while it waits for another one, or is tried again.
@Suite struct LastingFailureTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "fails, and its dependency is reconciled at that moment",
      items: Item.pair(Item.broken("BuildFailed", ago: 7200)),
      ids: [Item.failed], polls: [0, 30],
      then: [
        1: Item.pair(
          Item.broken("DependencyNotReady", ago: -25),
          base: [
            Item.condition("Ready", "Unknown", "Progressing", ago: -24),
            Item.condition("Reconciling", "True", ago: -24),
          ])
      ], since: 7200),
    .init(
      name: "fails, waits for a moment, fails again", items: Item.pair(Item.broken("BuildFailed", ago: 7200)),
      ids: [Item.failed], polls: [0, 30, 60],
      then: [
        1: Item.pair(
          Item.broken("DependencyNotReady", ago: -25),
          base: [Item.condition("Ready", "Unknown", "Progressing", ago: -24)]),
        2: Item.pair(Item.broken("BuildFailed", ago: -50)),
      ], since: 7200),
    .init(
      name: "fails, its source is unhealthy for a moment, fails again",
      items: Item.pair(Item.broken("BuildFailed", ago: 7200)),
      ids: [Item.failed], polls: [0, 30, 60],
      then: [
        1: Item.pair(Item.broken("ArtifactFailed", ago: -25)),
        2: Item.pair(Item.broken("BuildFailed", ago: -50)),
      ], since: 7200),
    .init(
      name: "release fails, its chart is fetched for a moment, fails again",
      items: [
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "False", "UpgradeFailed", ago: 7200)], spec: "{\(Item.charted)}")
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: ["flux/helmrelease/apps/web/failed"], polls: [0, 30, 60],
      then: [
        1: [
          "helmreleases": [
            Item.release(
              "web", [Item.condition("Ready", "False", "SourceNotReady", ago: -25)], spec: "{\(Item.charted)}"
            )
          ]
        ],
        2: [
          "helmreleases": [
            Item.release(
              "web", [Item.condition("Ready", "False", "UpgradeFailed", ago: -50)], spec: "{\(Item.charted)}")
          ]
        ],
      ], since: 7200),
    .init(
      name: "policy fails, repository scan fails meanwhile, policy fails again",
      items: [
        "imagepolicies": [Item.policy([Item.condition("Ready", "False", "NoMatch", ago: 7200)])],
        "imagerepositories": [Item.repository()],
      ],
      ids: ["image/policy/flux-system/app/failed"], polls: [0, 30, 60],
      then: [
        1: [
          "imagepolicies": [Item.policy([Item.condition("Ready", "False", "DependencyNotReady", ago: -25)])]
        ], 2: ["imagepolicies": [Item.policy([Item.condition("Ready", "False", "NoMatch", ago: -50)])]],
      ], since: 7200),
    .init(
      name: "failed, then its dependency: since stays",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          Item.kustomization(
            "apps", [Item.condition("Ready", "False", "BuildFailed", "x", ago: 7200)],
            spec: #","dependsOn":[{"name":"ghost"}]"#)
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed"], says: ["ghost"], polls: [0, 30, 70],
      then: [
        1: [
          "kustomizations": [
            Item.kustomization(
              "apps",
              [
                Item.condition(
                  "Ready", "False", "DependencyNotReady", "dependency 'flux-system/ghost' not found", ago: -25
                )
              ], spec: #","dependsOn":[{"name":"ghost"}]"#)
          ]
        ]
      ],
      since: 7200),
    .init(
      name: "retry keeps the failure",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          Item.kustomization("apps", [Item.condition("Ready", "False", "BuildFailed", "x", ago: 7200)])
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/failed"], polls: [0, 30],
      then: [
        1: [
          "kustomizations": [
            Item.kustomization(
              "apps",
              [
                Item.condition("Ready", "Unknown", "Progressing", ago: -20),
                Item.condition("Reconciling", "True", "Progressing", ago: -20),
              ])
          ]
        ]
      ],
      since: 7200),
    .init(
      name: "stack fails, is tried, fails again",
      items: Item.stack(
        [
          Item.condition("Ready", "False", "NotReadyInProgress"),
          Item.condition("Reconciling", "True", "RetryingAfterFailure", "exit 255", ago: 7200),
        ], Item.failedUpdate),
      ids: ["stack/flux-system/s/failed"], polls: [0, 60, 120],
      then: [
        1: Item.stack(
          [
            Item.condition("Ready", "False", "NotReadyInProgress"),
            Item.condition("Reconciling", "True", "StackProcessing", ago: -50),
          ], Item.failedUpdate + #","currentUpdate":{"name":"u"}"#),
        2: Item.stack(
          [
            Item.condition("Ready", "False", "NotReadyInProgress"),
            Item.condition("Reconciling", "True", "RetryingAfterFailure", "exit 255", ago: -110),
          ], Item.failedUpdate),
      ], since: 7200),
    .init(
      name: "stack fails and is tried again",
      items: Item.stack(
        [
          Item.condition("Ready", "False", "NotReadyInProgress"),
          Item.condition("Reconciling", "True", "RetryingAfterFailure", ago: 7200),
        ], Item.failedUpdate),
      ids: ["stack/flux-system/s/failed"], polls: [0, 60],
      then: [
        1: Item.stack(
          [
            Item.condition("Ready", "False", "NotReadyInProgress"),
            Item.condition("Reconciling", "True", "StackProcessing", ago: -50),
          ], Item.failedUpdate + #","currentUpdate":{"name":"u"}"#)
      ]),
    .init(
      name: "fails, waits, succeeds", items: Item.pair(Item.broken("BuildFailed", ago: 7200)), ids: [],
      polls: [0, 30, 60, 90],
      then: [
        1: Item.pair(
          Item.broken("DependencyNotReady", ago: -25),
          base: [Item.condition("Ready", "Unknown", "Progressing", ago: -24)]),
        2: Item.pair([Item.condition("Ready", "True", ago: -50)]),
        3: Item.pair(
          Item.broken("DependencyNotReady", ago: -85),
          base: [Item.condition("Ready", "Unknown", "Progressing", ago: -84)]),
      ]),
    .init(
      name: "waits for a moment, was well before", items: Item.pair([Item.condition("Ready", "True")]),
      ids: [], polls: [0, 30],
      then: [
        1: Item.pair(
          Item.broken("DependencyNotReady", ago: -25),
          base: [Item.condition("Ready", "Unknown", "Progressing", ago: -24)])
      ]),
    .init(
      name: "stack fails, then succeeds, then is compared",
      items: Item.stack(
        [
          Item.condition("Ready", "False", "NotReadyInProgress"),
          Item.condition("Reconciling", "True", "RetryingAfterFailure", ago: 7200),
        ], #","lastUpdate":{"state":"succeeded","lastResyncTime":"\#(Item.time(8000))"}"#), ids: [],
      polls: [0, 60],
      then: [
        1: Item.stack(
          [
            Item.condition("Ready", "False", "NotReadyInProgress"),
            Item.condition("Reconciling", "True", "StackProcessing", ago: -50),
          ],
          #","lastUpdate":{"state":"succeeded","lastResyncTime":"\#(Item.time(-30))"},"currentUpdate":{"name":"u"}"#
        )
      ]),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
