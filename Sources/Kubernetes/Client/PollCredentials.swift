internal import GuardTypes
internal import Health

/// The credentials that one poll uses.
struct PollCredentials {
  /// Sent in the Authorization header, over TLS only.
  let bearer: String?
  let identity: Kubeconfig.Identity?
  /// Expiry of the client certificate, if one is used.
  let clientCertificateExpiry: Timestamp?
  /// True if the bearer token came from an earlier run of the exec plugin, which can issue a new one.
  let isRenewable: Bool

  /// - Parameter credential: the last answer of the exec plugin, from this poll or an earlier one; reused until it
  ///   expires.
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

  /// Skips a request that would fail: the certificate has expired and there is no token. With a token, the server
  /// accepts either one.
  func refuseIfExpired(at now: Timestamp, of kubeconfig: Kubeconfig) throws(PollFailure) {
    guard bearer == nil, let expiry = clientCertificateExpiry, expiry <= now else { return }
    throw PollFailure(
      code: .tls,
      message:
        "the client certificate of context \(kubeconfig.context) in \(kubeconfig.path) expired at \(expiry) "
        + "(local time: \(now))",
      remedy:
        "Copy a new kubeconfig to \(kubeconfig.path): on k3s, sudo systemctl restart k3s renews it, then "
        + "\(KubeconfigAdvice.command) on the control plane")
  }
}

extension ExecCredential {
  /// A credential that expires during the poll counts as expired.
  fileprivate func isUsable(at now: Timestamp) -> Bool { expiry.map { $0 - now > .seconds(10) } ?? true }
}
