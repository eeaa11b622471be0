import GuardAPI
import GuardTypes
import Health

/// The verdicts about markers in Git, Flux and its token, and the control plane.
extension PipelineRow {
  private static let file = "clusters/oceanid/infrastructure.yaml"

  /// A problem with the marker of the policy `cert-manager`.
  private static func marker(
    _ meaning: String, _ word: String, _ problem: String, state: String, title: String,
    command: String? = nil, note: String? = nil
  ) -> PipelineRow {
    PipelineRow(
      meaning: meaning, begin: ["marker \(word) cert-manager"], problem: "image/\(problem)", title: title,
      detail: ["(commit "], command: command, note: note, sight: .marker(state))
  }

  private static let describe = "describe imageupdateautomations.image.toolkit.fluxcd.io flux-system"

  static let markers: [PipelineRow] = [
    marker(
      "no marker in any file", "missing", "marker/flux-system/cert-manager/missing", state: "marker-missing",
      title: "flux-system:cert-manager has no marker in Git", command: describe,
      note: #"add the marker behind the image's value: # {"$imagepolicy": "flux-system:cert-manager"}"#),
    marker(
      "the marker is outside the automation's path", "elsewhere",
      "marker/flux-system/cert-manager/wrong-path", state: "marker-wrong-path",
      title: "has its marker outside the automation's path", command: describe,
      note: "move the value under clusters"),
    marker(
      "the marker is in a place where it is ignored", "ignored",
      "marker/flux-system/cert-manager/ignored", state: "marker-ignored",
      title: "has a marker that is ignored at \(file):", note: "put the marker behind the value"),
    marker(
      "the marker names no policy", "unknown", "marker-name/flux-system:cert-manager-old/unknown",
      state: "marker-unknown-policy",
      title: "names no policy of its automation: flux-system:cert-manager-old",
      command: "get imagepolicies", note: "did you mean flux-system:cert-manager?"),
    marker(
      "the marker names a policy of another namespace", "other-namespace",
      "marker-name/apps:cert-manager/unknown", state: "marker-unknown-policy",
      title: "names no policy of its automation: apps:cert-manager", command: "get imagepolicies",
      note: "did you mean flux-system:cert-manager?"),
    marker(
      "the marker has an unknown suffix", "suffix", "marker-name/flux-system:cert-manager:tags/unknown",
      state: "marker-unknown-policy", title: "flux-system:cert-manager:tags", note: "write :tag"),
    marker(
      "a bare marker on a tag", "wrong-kind", "marker/flux-system/cert-manager/wrong-kind",
      state: "marker-wrong-kind", title: "writes a whole image where a tag is at \(file):",
      note: #"write # {"$imagepolicy": "flux-system:cert-manager:tag"}"#),
    marker(
      "a marker for a tag on a whole image", "wrong-kind-tag",
      "marker/flux-system/cert-manager/wrong-kind", state: "marker-wrong-kind",
      title: "writes a tag where a whole image is at \(file):",
      note: #"write # {"$imagepolicy": "flux-system:cert-manager"}"#),
    {
      var row = marker(
        "the value is not the policy's image for too long", "unwritten",
        "marker/flux-system/cert-manager/not-written", state: "marker-not-written",
        title: "selected quay.io/jetstack/cert-manager-controller:v1.18.2, which \(file):",
        command: "logs --kind=ImageUpdateAutomation --name=flux-system",
        note: "compare the branch that it pushes to")
      (row.first, row.later) = (.marker("pending"), 420)
      return row
    }(),
    marker(
      "a file with markers is not YAML", "broken", "marker-file/\(file)/skipped",
      state: "marker-file-skipped",
      title: "image automation skips \(file), which has markers", note: "correct it at \(file):"),
    PipelineRow(
      meaning: "Git and the applied commit have the image, and pods do not",
      begin: [
        "begins rollout-held", "policy-moved cert-manager v1.18.3 15", "image-tag cert-manager v1.18.3",
      ],
      problem: "image/policy/flux-system/cert-manager/behind",
      detail: ["so the rollout is late, not the automation"],
      sight: .marker("rollout")),
    // One cause for a policy that moves and can't be written.
    PipelineRow(
      meaning: "the policy moved, and its marker has a wrong name",
      begin: [
        "marker unknown cert-manager", "begins marker-missing", "policy-moved cert-manager v1.18.3 15",
      ],
      problem: "image/marker-name/flux-system:cert-manager-old/unknown",
      sight: .marker("marker-unknown-policy")),
    PipelineRow(
      meaning: "the policy moved, and its file is skipped",
      begin: ["marker broken cert-manager", "begins marker-missing", "policy-moved cert-manager v1.18.3 15"],
      problem: "image/marker-file/\(file)/skipped", sight: .marker("marker-file-skipped")),
  ]

  private static func source(_ meaning: String, _ line: String, _ detail: String, note: String?)
    -> PipelineRow
  {
    PipelineRow(
      meaning: meaning, begin: [line], problem: "flux/gitrepository/flux-system/flux-system/failed",
      severity: .critical, detail: [detail], note: note,
      sight: .stage("source/flux-system/flux-system", .failed))
  }

  static let flux: [PipelineRow] = [
    // Flux's token, by the words of the Git server.
    source("Flux's token is refused (401)", "source-refused", "authentication required", note: nil),
    source(
      "a policy refuses Flux's token (403)", "begins source-forbidden", "authorization failed",
      note: "the token is valid and a policy refuses it"),
    source(
      "Flux's token does not see the repository (404)", "begins repository-not-found", "repository not found",
      note: "the token has no access to the repository"),
    PipelineRow(
      meaning: "Flux's token may fetch and not push", begin: ["begins push-forbidden"],
      problem: "image/automation/flux-system/flux-system/failed",
      detail: ["authorization failed", "so the token may only read, or the branch is protected"],
      command: "logs --kind=ImageUpdateAutomation", note: "let Flux's token write"),
    PipelineRow(
      meaning: "a push that the branch does not have", begin: ["begins push-lost"],
      problem: "pipeline/automation/flux-system/flux-system/push-lost", title: "that is not on main",
      command: describe, note: "compare the rules that protect the branch"),
    // The stages in the cluster.
    PipelineRow(
      meaning: "the source is suspended", begin: ["suspended GitRepository flux-system"],
      problem: "flux/gitrepository/flux-system/flux-system/suspended",
      sight: .stage("source/flux-system/flux-system", .stopped)),
    PipelineRow(
      meaning: "a Kustomization fails", begin: ["kustomization-failing apps"],
      problem: "flux/kustomization/flux-system/apps/failed", severity: .critical,
      sight: .stage("kustomization/flux-system/apps", .failed)),
  ]

  /// The guard asks for events of certificates, and over SSH for the unit of K3s, less often than this suite polls:
  /// `ControlPlaneTests` and `ServiceProbeTests` have these rows.
  static let controlPlane: [PipelineRow] = [
    PipelineRow(
      meaning: "the port refuses", begin: ["starting down"], problem: "api/unreachable", severity: .critical,
      title: "Kubernetes API is down", note: "sudo systemctl status k3s"),
    PipelineRow(
      meaning: "K3s answers, and its API server is starting", begin: ["begins api-server-not-ready"],
      problem: "api/unreachable", severity: .critical, title: "Kubernetes API is starting"),
    PipelineRow(
      meaning: "the API server runs, and a check fails", begin: ["begins datastore-failing"],
      problem: "api/bad_response", severity: .critical, title: "Kubernetes API is unhealthy: etcd failed"),
    PipelineRow(
      meaning: "K3s answers, and our credential is refused", begin: ["answers-wrong unauthorized /"],
      problem: "api/unauthorized", severity: .critical, title: "rejects our credentials"),
  ]
}
