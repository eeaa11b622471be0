internal import SSH

extension TunnelFailure {
  /// What a host key that is not the known one means; nil when it is.
  init?(
    hostKey answer: KnownHosts.Answer, _ key: HostKey, _ resolution: Resolution, _ knownHosts: KnownHosts
  ) {
    let name = resolution.knownHostsName
    let shown = "\(key.type) \(key.fingerprint)"
    let isCredential = knownHosts.files.first.map(resolution.isCredential) ?? false
    // What the service manager hands over is changed at its source.
    let accept =
      isCredential
      ? "put the key's line into the file that LoadCredential= names for \(knownHosts.files[0]), and restart the service"
      : "connect once by hand and accept it: \(resolution.byHand)"
    switch answer {
    case .known: return nil
    case .changed(let entry):
      self.init(
        .hostKeyChanged,
        "host key of \(name) has changed: it shows \(shown), and \(entry.place) has \(entry.shown). Somebody may be listening in",
        remedy:
          "ask the host's owner whether the key was changed; if so: "
          + (resolution.isCredential(entry.file)
            ? accept
            : "ssh-keygen -R '\(name)' -f \(entry.file), then connect once by hand: \(resolution.byHand)"),
        files: knownHosts.files)
    case .revoked(let entry):
      self.init(
        .hostKeyChanged, "host key of \(name), \(shown), is revoked by \(entry.place)",
        remedy: "ask the host's owner for the new key, and replace the entry", files: knownHosts.files)
    case .unknown(let others):
      let (port, keyName) = (resolution.hostKeyPort, resolution.hostKeyName)
      var known = ""
      if let entry = knownHosts.onlyUnusableEntry(name: keyName, port: port) {
        known =
          "; \(entry.place) has \(entry.shown) for it, but libssh2 \(SSHLibrary.version) verifies RSA host keys with SHA-1 only, so another type of key is needed"
      } else if let entry = others.first {
        known = "; \(entry.place) has \(entry.shown) for it"
      } else if let entry = knownHosts.authority(name: keyName, port: port) {
        known =
          "; \(entry.place) trusts an authority for it, but @cert-authority is not supported: libssh2 can't verify host certificates"
      } else if let first = knownHosts.files.first {
        known =
          "; it is not in \(knownHosts.files.count == 1 ? first : knownHosts.files.joined(separator: ", "))"
      }
      self.init(
        .hostKeyUnknown, "host key of \(name) is not known: it shows \(shown)\(known)",
        remedy:
          "compare the fingerprint with the host's owner, then \(accept)",
        files: knownHosts.files)
    }
  }

  /// A session that broke off before it was up.
  ///
  /// - Parameter farewell: what the server said to it.
  init(
    broken error: SSHError, _ resolution: Resolution, knownHosts: KnownHosts? = nil, farewell: String? = nil
  ) {
    let peer = HostPort(host: resolution.hostName, port: resolution.port)
    switch error.code {
    case .keyExchange:
      var message = "\(peer): no agreement on algorithms, or a broken key exchange: \(error.detail)"
      if let entry = knownHosts?.onlyUnusableEntry(
        name: resolution.hostKeyName, port: resolution.hostKeyPort)
      {
        message +=
          "; known_hosts has only an RSA key for it (\(entry.place)). \(SSHLibrary.rsaHostKeyExplanation)"
      } else if !SSHLibrary.signsRSAWithSHA2 {
        message += "; does the server have only an RSA host key? \(SSHLibrary.rsaHostKeyExplanation)"
      }
      self.init(
        .protocolError, message,
        remedy:
          "libssh2 \(SSHLibrary.version) needs an ed25519 or ecdsa host key (ssh-keygen -A on the server makes them), aes-ctr and hmac-sha2 on the server (sshd -T | grep -iE 'hostkey|ciphers|macs')",
        files: knownHosts?.files ?? [])
    case .disconnected:
      self.init(
        .peerClosed,
        "\(peer) closed the connection during \(error.operation)\(farewell.map { ": \($0)" } ?? "")",
        remedy: "look at the server's log: journalctl -u ssh -n 50 (MaxStartups, a ban, or sshd restarting)")
    default:
      self.init(
        .protocolError, "\(peer): \(error.operation): \(error.detail)",
        remedy: "check that an SSH server answers there: \(resolution.byHandInDetail)")
    }
  }
}

extension Resolution {
  /// As known_hosts writes it: `name`, or `[name]:port`.
  var knownHostsName: String { hostKeyPort == 22 ? hostKeyName : "[\(hostKeyName)]:\(hostKeyPort)" }

  /// Whether the service manager made the file and keeps others out of it.
  func isCredential(_ path: String) -> Bool {
    credentialsDirectory.map { path.hasPrefix($0 + "/") } ?? false
  }
}
