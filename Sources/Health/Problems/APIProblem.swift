/// Problems of the Kubernetes API: availability, permissions and expiry of credentials.
public enum APIProblem: String, DeclaredProblem {
  case failing = "api-failing"
  case stale = "api-stale"
  case notReady = "api-not-ready"
  case partUnreadable = "api-part-unreadable"
  case partsUnreadable = "api-parts-unreadable"
  case undecodable = "api-object-undecodable"
  case insecure = "api-insecure"
  case kubeconfigServer = "api-kubeconfig-server"
  case clientCertificateExpiring = "api-client-certificate-expiring"
  case serverCertificateExpiring = "api-server-certificate-expiring"
  case authorityExpiring = "api-certificate-authority-expiring"

  public var declaration: ProblemDeclaration {
    switch self {
    case .failing:
      ProblemDeclaration(
        .api, .critical, rank: .api, path: "api/<error>", title: "Kubernetes API <state>",
        meaning:
          """
          The tunnel is up, and the last poll failed. The last part of the id is the error of that poll. The \
          cluster is shown as it was last seen.
          """,
        command: "oceanid-ctl poll", hides: Problem.Kind.polled,
        fact: "api")
    case .stale:
      ProblemDeclaration(
        .api, .critical, rank: .api, path: "api/stale", title: "Kubernetes API last answered <age> ago",
        meaning:
          """
          The tunnel is up, and for three intervals no poll has succeeded or failed: a poll hangs. The cluster is \
          shown as it was then.
          """,
        command: "oceanid-ctl poll", note: "the guard's log: journalctl -u oceanid-guard -n 50",
        hides: Problem.Kind.polled, fact: "api")
    case .notReady:
      ProblemDeclaration(
        .api, .warning, rank: .api, path: "api/not-ready", title: "Kubernetes API server is not ready",
        meaning: "The API server answers, and reports that one of its own parts is not ready (/readyz).",
        command: "kubectl get --raw '/readyz?verbose'", note: "on the control plane: journalctl -u k3s")
    case .partUnreadable:
      ProblemDeclaration(
        .api, .warning, path: "api/<part>/<error>", title: "<part> can't be read",
        meaning:
          """
          The poll succeeded but for one list. Nothing is known of what that list has; its objects are shown as \
          they were last seen.
          """,
        command: "oceanid-ctl poll")
    case .partsUnreadable:
      ProblemDeclaration(
        .api, .warning, path: "api/parts/<error>", title: "<count> parts of the cluster can't be read",
        meaning:
          """
          The poll succeeded but for several lists, all for the same reason. Nothing is known of what they have; \
          their objects are shown as they were last seen.
          """,
        command: "oceanid-ctl poll")
    case .undecodable:
      ProblemDeclaration(
        .api, .warning, path: "api/undecodable/<number>", title: "<count> could not be decoded",
        meaning:
          "An object of a list does not have the form that its kind should have. The others of the list are shown.",
        command: "kubectl get <object> -o yaml",
        note: "if the object looks right, report it as a fault of oceanid-guard")
    case .insecure:
      ProblemDeclaration(
        .api, .warning, path: "api/insecure", title: "the API server's certificate is not verified",
        meaning:
          "The kubeconfig sets insecure-skip-tls-verify, so any server that answers on the port is trusted.",
        note:
          """
          replace insecure-skip-tls-verify by certificate-authority-data; on the control plane: sudo cat \
          /etc/rancher/k3s/k3s.yaml
          """
      )
    case .kubeconfigServer:
      ProblemDeclaration(
        .api, .warning, path: "api/kubeconfig-server",
        title: "kubectl does not reach the cluster with this kubeconfig",
        meaning:
          """
          No forward of the cluster listens where the kubeconfig has its server, so kubectl, flux and helm on this \
          machine do not go through the tunnel. The guard's own polls do: they reach that address from the remote \
          side. oceanid-ctl env and run do not provide such a file.
          """,
        command: "kubectl config set-cluster <entry> --server=<address>",
        note: "it changes that line of the file; the guard reads it again by itself")
    case .clientCertificateExpiring:
      ProblemDeclaration(
        .api, .warning, path: "api/client-certificate-expiring", title: "the client certificate <expires>",
        meaning:
          "The client certificate of the kubeconfig expires in less than 14 days. After that the API rejects it.",
        note:
          """
          on the control plane: sudo systemctl restart k3s renews it; then copy the new kubeconfig: sudo cat \
          /etc/rancher/k3s/k3s.yaml
          """
      )
    case .serverCertificateExpiring:
      ProblemDeclaration(
        .api, .warning, path: "api/server-certificate-expiring",
        title: "the API server's certificate <expires>",
        meaning:
          """
          The certificate that the API server shows expires in less than 14 days. After that no client accepts it. \
          K3s renews its certificates only when it starts.
          """,
        note:
          """
          on the control plane: k3s certificate check --output table; then sudo systemctl restart k3s, and copy \
          the new kubeconfig: sudo cat /etc/rancher/k3s/k3s.yaml
          """
      )
    case .authorityExpiring:
      ProblemDeclaration(
        .api, .warning, path: "api/certificate-authority-expiring",
        title: "the cluster's certificate authority <expires>",
        meaning:
          """
          The certificate authority that the kubeconfig trusts expires in less than 14 days. After that no \
          certificate of the cluster is valid.
          """,
        note:
          """
          renew it in time (on k3s: k3s certificate rotate-ca), then copy the new kubeconfig to every machine that \
          has one
          """
      )
    }
  }
}
