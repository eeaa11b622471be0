internal import GuardTypes
internal import Health

/// Who the guard is to the server, for one poll.
struct Access {
  /// Goes into the Authorization header, over TLS only.
  let bearer: String?
  let identity: Kubeconfig.Identity?
  /// When the client certificate ends, where one is shown.
  let clientCertificateExpiry: Timestamp?
  /// An exec plugin gave it some time ago: it can give another one.
  let isRenewable: Bool

  /// - Parameter credential: what the exec plugin gave, in this poll or before; kept until it ends.
  init(
    _ kubeconfig: Kubeconfig, credential: inout ExecCredential?, now: Timestamp,
    run: (ExecPlugin) throws(PollFailure) -> ExecCredential
  ) throws(PollFailure) {
    guard let plugin = kubeconfig.plugin else {
      bearer = try kubeconfig.token?.current()
      identity = kubeconfig.identity
      clientCertificateExpiry = kubeconfig.clientCertificateExpiry
      isRenewable = false
      return
    }
    let known = credential.flatMap { $0.isUsable(at: now) ? $0 : nil }
    isRenewable = known != nil
    let current: ExecCredential
    if let known {
      current = known
    } else {
      credential = nil
      current = try run(plugin)
    }
    credential = current
    bearer = current.token?.value
    identity = current.identity ?? kubeconfig.identity
    clientCertificateExpiry =
      current.identity.map { X509Validity(pem: $0.certificate.value)?.notAfter }
      ?? kubeconfig.clientCertificateExpiry
  }

  /// A certificate that has ended need not be tried. Beside a token it is not needed: the server takes whichever it
  /// believes.
  func refuseIfExpired(at now: Timestamp, of kubeconfig: Kubeconfig) throws(PollFailure) {
    guard bearer == nil, let expiry = clientCertificateExpiry, expiry <= now else { return }
    throw PollFailure(
      code: .tls,
      message:
        "the client certificate of context \(kubeconfig.context) in \(kubeconfig.path) expired at \(expiry) "
        + "(it is \(now) here)",
      remedy:
        "Copy a new kubeconfig to \(kubeconfig.path): on k3s, sudo systemctl restart k3s renews it, then "
        + "sudo cat /etc/rancher/k3s/k3s.yaml on the control plane")
  }
}

extension ExecCredential {
  /// A credential that ends while the poll is under way is as good as none.
  fileprivate func isUsable(at now: Timestamp) -> Bool { expiry.map { $0 - now > .seconds(10) } ?? true }
}
