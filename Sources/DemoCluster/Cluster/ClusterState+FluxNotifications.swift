/// The demo's notification objects. Alert and Provider have no status by design. A Receiver's status contains its
/// webhook path, which is as sensitive as a password.
extension ClusterState {
  func notificationObjects(of kind: ResourceKind) -> [Object] {
    switch kind {
    case .alert:
      [
        Object(
          kind: .alert, namespace: Self.fluxNamespace, name: "on-call",
          spec: [
            "providerRef": ["name": "chat"], "eventSeverity": "error",
            "eventSources": [["kind": "Kustomization", "name": "*"], ["kind": "HelmRelease", "name": "*"]],
          ])
      ]
    case .provider:
      [
        Object(
          kind: .provider, namespace: Self.fluxNamespace, name: "chat",
          spec: ["type": "discord", "channel": "oceanid", "secretRef": ["name": "chat-webhook"]])
      ]
    default:
      [
        Object(
          kind: .receiver, namespace: Self.fluxNamespace, name: "github",
          spec: [
            "type": "github", "interval": "10m0s", "events": ["ping", "push"],
            "resources": [["kind": "GitRepository", "name": "flux-system"]],
            "secretRef": ["name": "github-webhook"],
          ],
          status: [
            "conditions": [
              condition(
                "Ready", "Succeeded", "Receiver initialized for path: \(Self.webhookPath)", since: settled)
            ],
            "webhookPath": .string(Self.webhookPath), "observedGeneration": 1,
          ])
      ]
    }
  }

  /// This path can trigger Flux. Tests check that it appears nowhere in the guard's output.
  package static let webhookPath = "/hook/" + Hash.hex("demo webhook", digits: 64)
}
