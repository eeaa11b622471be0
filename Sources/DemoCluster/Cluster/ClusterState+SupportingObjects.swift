/// Namespaces, Secrets without values, a certificate and a Pulumi stack.
extension ClusterState {
  func namespaceObjects() -> [Object] {
    [
      "cert-manager", "cloudflared", "default", Self.fluxNamespace, "kube-node-lease", "kube-public",
      "kube-system", "monitoring", "pulumi-system",
    ].map { name in
      Object(
        kind: .namespace, name: name, labels: ["kubernetes.io/metadata.name": name], generation: nil,
        spec: ["finalizers": ["kubernetes"]], status: ["phase": "Active"])
    }
  }

  /// The demo has no secret values. Requests for whole Secrets also return only metadata and type.
  func secretObjects() -> [Object] {
    [(Self.fluxNamespace, "github-token"), ("cloudflared", "tunnel-credentials")]
      .filter { !missingSecrets.contains("\($0.0)/\($0.1)") }
      .map { namespace, name in
        Object(
          kind: .secret, namespace: namespace, name: name, generation: nil, other: ["type": "Opaque"])
      }
  }

  /// The events by which K3s warns of its certificates. The demo has no others.
  func eventObjects(at now: APITime) -> [Object] {
    ongoingFaults.compactMap { fault, since in
      guard case .nodeCertificatesExpiring(let node) = fault else { return nil }
      return Object(
        kind: .event, namespace: "default", name: "\(node).certificates", generation: nil,
        other: [
          "type": "Warning", "reason": "CertificateExpirationWarning", "count": 1,
          "involvedObject": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
          "message":
            .string(
              """
              Node certificates require attention - restart k3s on this node to trigger automatic rotation: \
              kubelet/client-kubelet.crt: certificate CN=system:node:\(node),O=system:nodes will expire within 120 \
              days
              """
            ),
          "firstTimestamp": .string(since.time), "lastTimestamp": .string(since.time),
        ])
    }
  }

  func certificateObjects(at now: APITime) -> [Object] {
    let days = ongoingFaults[.certificateExpired] != nil ? 0 : isCertificateEnding ? 1 : 70
    let failing = ongoingFaults[.certificateFailing]
    return [
      Object(
        kind: .certificate, namespace: "cloudflared", name: "oceanid-tls",
        spec: [
          "dnsNames": ["oceanid.example"], "duration": "2160h0m0s", "renewBefore": "720h0m0s",
          "issuerRef": ["group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt"],
          "secretName": "oceanid-tls",
        ],
        status: [
          "conditions": .array(
            failing.map {
              [
                condition(
                  "Ready", "False", "IncorrectIssuer", "Issuing certificate as Secret was issued by another",
                  since: $0),
                condition("Issuing", "False", "Failed", "The certificate request has failed", since: $0),
              ]
            } ?? [
              condition("Ready", "Ready", "Certificate is up to date and has not expired", since: settled)
            ]),
          "lastFailureTime": failing.map { .string($0.time) } ?? .null,
          "failedIssuanceAttempts": failing == nil ? .null : 1,
          "notBefore": .string(settled.advanced(seconds: -20 * 86_400).time),
          "notAfter": .string(settled.advanced(seconds: days * 86_400).time),
          "renewalTime": .string(settled.advanced(seconds: (days - 30) * 86_400).time), "revision": 5,
        ])
    ]
  }

  func stackObjects(at now: APITime) -> [Object] {
    let age = max(0, now.seconds(since: settled))
    let resynced = settled.advanced(seconds: age - age % 300)
    return [
      Object(
        kind: .stack, namespace: "pulumi-system", name: "oceanid-cluster",
        spec: [
          "stack": "oceanid/oceanid-cluster/prod", "projectRepo": "https://github.com/oceanid/cluster.git",
          "branch": "main", "repoDir": "cluster", "resyncFrequencySeconds": 300, "destroyOnFinalize": false,
        ],
        status: [
          "conditions": .array(stackConditions),
          "lastUpdate": [
            "generation": 1, "lastAttemptedCommit": .string(commit.sha),
            "lastSuccessfulCommit": .string(commit.sha), "lastResyncTime": .string(resynced.time),
            "name": "oceanid-19b3", "state": stackFailed == nil ? "succeeded" : "failed", "type": "up",
          ],
          "observedGeneration": 1,
        ])
    ]
  }

  private var stackConditions: [JSON] {
    if let since = ongoingFaults[.stackStalled] {
      return [
        condition(
          "Ready", "False", "NotReadyStalled", "reconciliation is stalled", since: since, generation: nil),
        condition(
          "Stalled", "SpecInvalid", "the stack's project can't be found", since: since, generation: nil),
      ]
    }
    guard let since = stackFailed else {
      return [
        condition(
          "Ready", "ProcessingCompleted", "the stack has been processed and is up to date", since: settled,
          generation: nil)
      ]
    }
    return [
      condition(
        "Ready", "False", "NotReadyInProgress", "reconciliation is in progress", since: since, generation: nil
      ),
      condition(
        "Reconciling", "RetryingAfterFailure", "1 update failure(s)", since: since, generation: nil),
    ]
  }
}
