import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A HelmRelease follows its chart, whichever kind of object has it, and has the time that its actions may take.
@Suite struct ReleaseVerdictTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "release behind its OCI chart",
      items: [
        "ocirepositories": [
          Item.object(
            "web", ns: "apps", spec: #"{"interval":"5m"}"#,
            more:
              #","artifact":{"revision":"2.0.0@sha256:bbbb","digest":"sha256:bbbb","lastUpdateTime":"\#(Item.time(10_800))"}"#
          )
        ],
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "True", "UpgradeSucceeded", ago: 86_400)],
            spec: #"{"interval":"10m","chartRef":{"kind":"OCIRepository","name":"web"}}"#,
            more:
              #","lastAttemptedRevision":"1.0.0+aaaa","lastAttemptedRevisionDigest":"sha256:aaaa","history":[{"chartVersion":"1.0.0+aaaa","ociDigest":"sha256:aaaa"}]"#
          )
        ],
      ],
      ids: ["flux/helmrelease/apps/web/behind-source"]),
    .init(
      name: "release up to date with its OCI chart",
      items: [
        "ocirepositories": [
          Item.object(
            "web", ns: "apps", spec: #"{"interval":"5m"}"#,
            more:
              #","artifact":{"revision":"2.0.0@sha256:bbbb","digest":"sha256:bbbb","lastUpdateTime":"\#(Item.time(10_800))"}"#
          )
        ],
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "True", "UpgradeSucceeded", ago: 86_400)],
            spec: #"{"interval":"10m","chartRef":{"kind":"OCIRepository","name":"web"}}"#,
            more: #","lastAttemptedRevision":"2.0.0+bbbb","lastAttemptedRevisionDigest":"sha256:bbbb""#)
        ],
      ],
      ids: []),
    .init(
      name: "release behind a HelmChart by chartRef",
      items: [
        "helmcharts": [
          Item.object(
            "web", ns: "apps", spec: #"{"interval":"5m"}"#,
            more: #","artifact":{"revision":"2.0.0","lastUpdateTime":"\#(Item.time(10_800))"}"#)
        ],
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "True", "UpgradeSucceeded", ago: 86_400)],
            spec: #"{"interval":"10m","chartRef":{"kind":"HelmChart","name":"web"}}"#,
            more: #","lastAttemptedRevision":"1.0.0""#)
        ],
      ],
      ids: ["flux/helmrelease/apps/web/behind-source"]),
    .init(
      name: "release behind its HelmChart",
      items: [
        "helmcharts": [
          Item.object(
            "apps-web", ns: "apps", spec: #"{"interval":"5m"}"#,
            more: #","artifact":{"revision":"2.0.0","lastUpdateTime":"\#(Item.time(10_800))"}"#)
        ], "helmrepositories": [Item.object("h", ns: "apps")],
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "True", "UpgradeSucceeded", ago: 86_400)],
            spec: "{\(Item.charted)}",
            more: #","helmChart":"apps/apps-web","lastAttemptedRevision":"1.0.0""#)
        ],
      ],
      ids: ["flux/helmrelease/apps/web/behind-source"]),
    .init(
      name: "upgrade with its own timeout of 20m",
      items: [
        "helmreleases": [
          Item.release(
            "web", [Item.progressing, Item.condition("Reconciling", "True", "Progressing")],
            spec: #"{\#(Item.charted),"upgrade":{"timeout":"20m"}}"#)
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: []),
    .init(
      name: "install with its own timeout of 20m",
      items: [
        "helmreleases": [
          Item.release(
            "web", [Item.progressing, Item.condition("Reconciling", "True", "Progressing")],
            spec: #"{\#(Item.charted),"install":{"timeout":"20m"}}"#)
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: []),
    .init(
      name: "release timeout of 20m",
      items: [
        "helmreleases": [
          Item.release(
            "web", [Item.progressing, Item.condition("Reconciling", "True", "Progressing")],
            spec: #"{\#(Item.charted),"timeout":"20m"}"#)
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: []),
    .init(
      name: "reconciling for hours, Ready True",
      items: [
        "helmreleases": [
          Item.release(
            "web",
            [
              Item.condition("Ready", "True"),
              Item.condition("Reconciling", "True", "Progressing", ago: 7200),
            ], spec: "{\(Item.charted)}")
        ], "helmrepositories": [Item.object("h", ns: "apps")],
      ],
      ids: ["flux/helmrelease/apps/web/stuck"]),
    .init(
      name: "suspended Kustomization, deleted a day ago",
      items: [
        "gitrepositories": [Item.git()],
        "kustomizations": [
          Item.kustomization(
            "apps", spec: #","suspend":true"#,
            meta: #","deletionTimestamp":"\#(Item.time(86_400))","finalizers":["finalizers.fluxcd.io"]"#)
        ],
      ],
      ids: ["flux/kustomization/flux-system/apps/terminating"], says: ["finalizers.fluxcd.io"]),
    .init(
      name: "the digest of its OCI chart is not recorded",
      items: [
        "ocirepositories": [
          Item.object(
            "web", ns: "apps", spec: #"{"interval":"5m"}"#,
            more: #","artifact":{"revision":"2.0.0@sha256:bbbb","lastUpdateTime":"\#(Item.time(10_800))"}"#)
        ],
        "helmreleases": [
          Item.release(
            "web", [Item.condition("Ready", "True", ago: 86_400)],
            spec: #"{"interval":"10m","chartRef":{"kind":"OCIRepository","name":"web"}}"#,
            more: #","lastAttemptedRevision":"1.0.0""#)
        ],
      ],
      ids: []),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
