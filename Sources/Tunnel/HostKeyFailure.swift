internal import SSH

extension TunnelFailure {
  /// What a host key that is not the known one means; nil when it is.
  init?(
    hostKey answer: KnownHosts.Answer, _ key: HostKey, _ resolution: Resolution, _ knownHosts: KnownHosts,
    host: String,
    sshConfig: String?
  ) {
    let name =
      resolution.port == 22 ? resolution.hostKeyName : "[\(resolution.hostKeyName)]:\(resolution.port)"
    let shown = "\(key.type) \(key.fingerprint)"
    let byHand = sshConfig.map { "ssh -F \($0) \(host)" } ?? "ssh \(host)"
    switch answer {
    case .known: return nil
    case .changed(let entry):
      self.init(
        .hostKeyChanged,
        "host key of \(name) has changed: it shows \(shown), and \(entry.place) has another \(entry.keyType) key. Somebody may be listening in",
        remedy:
          "ask the host's owner whether the key was changed; if so: ssh-keygen -R '\(name)' -f \(entry.file), then connect once by hand: \(byHand)",
        files: knownHosts.files)
    case .revoked(let entry):
      self.init(
        .hostKeyChanged, "host key of \(name), \(shown), is revoked by \(entry.place)",
        remedy: "ask the host's owner for the new key, and replace the entry", files: knownHosts.files)
    case .unknown(let others):
      let known =
        others.first.map { "; \($0.place) has a \($0.keyType) key for it" }
        ?? (knownHosts.hasAuthority(name: resolution.hostKeyName, port: resolution.port)
          ? "; @cert-authority entries are not supported with libssh2" : "")
      self.init(
        .hostKeyUnknown, "host key of \(name) is not known: it shows \(shown)\(known)",
        remedy:
          "compare the fingerprint with the host's owner, then connect once by hand and accept it: \(byHand)",
        files: knownHosts.files)
    }
  }
}
