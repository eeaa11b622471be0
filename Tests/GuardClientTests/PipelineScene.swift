import GuardAPI
import GuardTypes
import Health

/// A pipeline in which the cloud stage has failed, the cluster's stack waits, and Flux has everything.
enum PipelineScene {
  static let head = "2b8f06c1d97e6f504132a4b5c6d7e8f901234567"
  static let page = "https://github.com/oceanid/cluster/actions/runs/9000000042"

  static func stages() -> [PipelineDocument.Stage] {
    [
      PipelineDocument.Stage(
        id: "cloud", kind: "github", state: .failed, verdict: .critical, commit: Scene.commit, behind: 2,
        elsewhere: 3, automation: 1, summary: #"run 42 failed: deploy, step "pulumi up""#,
        since: at("2026-03-01T04:12:07Z"), url: page, problem: "tethys/pipeline/cloud"),
      PipelineDocument.Stage(
        id: "cluster", kind: "pulumi", state: .waiting, verdict: .degraded, commit: Scene.commit, behind: 1,
        elsewhere: 4, automation: 1, summary: "deployment 17 waits: no agent in oceanid-cluster",
        since: at("2026-03-01T04:20:07Z"), url: "https://app.pulumi.com/oceanid/cluster/prod/deployments/17"),
      PipelineDocument.Stage(
        id: "source/flux-system/flux-system", kind: "source", state: .current, verdict: .healthy,
        commit: head,
        behind: 0, elsewhere: 0, automation: 0, summary: "stored", since: at("2026-03-01T04:00:07Z")),
      PipelineDocument.Stage(
        id: "kustomization/flux-system/apps", kind: "kustomization", state: .current, verdict: .healthy,
        commit: Scene.commit, behind: 0, elsewhere: 5, automation: 1, summary: "applied",
        since: at("2026-02-28T04:00:07Z"), url: "https://example.com/apps"),
    ]
  }

  static func pipeline(
    verdict: Verdict = .critical, stages: [PipelineDocument.Stage] = stages()
  ) -> PipelineDocument {
    PipelineDocument(
      repository: "oceanid/cluster", branch: "main", verdict: verdict,
      head: PipelineDocument.Head(sha: head, seenAt: at("2026-03-01T04:12:00Z")), stages: stages,
      markers: [
        PipelineDocument.Marker(
          policy: "flux-system:cert-manager", file: "clusters/tethys/infrastructure.yaml", line: 14,
          value: "quay.io/jetstack/cert-manager-controller:v1.18.2", state: "good"),
        PipelineDocument.Marker(policy: "flux-system:cloudflared", state: "no-marker"),
      ],
      sources: [
        PipelineDocument.Source(
          name: "github", state: "ok", seenAt: at("2026-03-01T04:23:37Z"),
          tokenExpires: at("2026-03-03T04:24:07Z")),
        PipelineDocument.Source(
          name: "pulumi", state: "refused", message: "401: the token is not valid",
          seenAt: at("2026-03-01T03:24:07Z"), pausedUntil: at("2026-03-01T05:24:07Z")),
      ])
  }

  static func status(_ pipeline: PipelineDocument? = pipeline()) -> StatusDocument {
    var status = Scene.healthy.status
    status.clusters[0].pipeline = pipeline
    return status
  }

  /// The place of a commit that the cloud stage does not get.
  static func place(
    stages: [WhereDocument.Stage]? = nil, onBranch: Bool? = true
  ) -> WhereDocument {
    WhereDocument(
      cluster: "tethys", commit: head, subject: "Fix the gateway", author: "ada",
      committedAt: at("2026-03-01T04:12:00Z"), onBranch: onBranch,
      stages: stages ?? [stuck, underway, has, unaffected])
  }

  static let stuck = WhereDocument.Stage(
    id: "cloud", kind: "github", state: .stuck, commit: Scene.commit,
    summary: #"run 42 failed: deploy, step "pulumi up""#, since: at("2026-03-01T04:12:07Z"), url: page,
    problem: "tethys/pipeline/cloud", command: "gh run view 9000000042 --log-failed -R oceanid/cluster",
    note: "Run it again when its cause is gone.")
  static let underway = WhereDocument.Stage(
    id: "cluster", kind: "pulumi", state: .underway, commit: Scene.commit,
    summary: "deployment 17 runs")
  static let has = WhereDocument.Stage(
    id: "source/flux-system/flux-system", kind: "source", state: .has, commit: head, summary: "stored")
  static let unaffected = WhereDocument.Stage(
    id: "kustomization/flux-system/apps", kind: "kustomization", state: .unaffected, commit: Scene.commit,
    summary: "the commit touches none of its paths")
}
