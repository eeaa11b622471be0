internal import GuardTypes
internal import Platform
internal import SSH

extension TunnelFailure {
  /// The failure for a host key that known_hosts does not confirm; nil if it does.
  init?(
    hostKey answer: KnownHosts.Answer, _ key: HostKey, _ resolution: Resolution, _ knownHosts: KnownHosts
  ) {
    let name = resolution.knownHostsName
    let shown = "\(key.type) \(key.fingerprint)"
    let accept = resolution.accept(by: resolution.askByHand)
    let owner = resolution.asOwner
    switch answer {
    case .known: return nil
    case .changed(let entry):
      self.init(
        .hostKeyChanged,
        "host key of \(name) has changed: it shows \(shown), and \(entry.place) has \(entry.shown). The connection may be intercepted",
        remedy:
          "ask the host's owner whether the key was changed; if so: "
          + (resolution.isCredential(entry.file)
            ? accept.words
            : "\(owner)ssh-keygen -R \(name.shellWord) -f \(entry.file.shellWord), then \(accept.words)"),
        files: knownHosts.files)
    case .revoked(let entry):
      self.init(
        .hostKeyChanged, "host key of \(name), \(shown), is revoked by \(entry.place)",
        remedy: "ask the host's owner for the new key, and replace the entry", files: knownHosts.files)
    case .unknown(let others):
      let (port, keyName) = (resolution.hostKeyPort, resolution.hostKeyName)
      var known = ""
      var accept = accept
      if let entry = knownHosts.onlyUnusableEntry(name: keyName, port: port) {
        known =
          "; \(entry.place) has \(entry.shown) for it, but libssh2 \(SSHLibrary.version) verifies RSA host keys with SHA-1 only, so another type of key is needed"
      } else if let entry = others.first {
        known = "; \(entry.place) has \(entry.shown) for it"
      } else if let entry = knownHosts.authority(name: keyName, port: port) {
        known =
          "; \(entry.place) trusts an authority for it, but @cert-authority is not supported: libssh2 can't verify host certificates"
        // ssh(1) trusts the authority, so it neither asks nor writes the key.
        accept = resolution.accept(by: resolution.askByHand(for: key.type))
      } else if let first = knownHosts.files.first {
        known =
          "; it is not in \(knownHosts.files.count == 1 ? first : knownHosts.files.joined(separator: ", "))"
      }
      self.init(
        .hostKeyUnknown, "host key of \(name) is not known: it shows \(shown)\(known)",
        command: accept.command, remedy: "compare the fingerprint with the host's owner, then \(accept.note)",
        files: knownHosts.files + resolution.configFiles)
    }
  }
}

extension Resolution {
  /// The format of known_hosts: `name`, or `[name]:port`.
  var knownHostsName: String { hostKeyPort == 22 ? hostKeyName : "[\(hostKeyName)]:\(hostKeyPort)" }

  /// The step that adds the host key to known_hosts.
  fileprivate struct Acceptance {
    /// The first command.
    let command: String
    let note: String
    /// Both in one sentence.
    let words: String
  }

  /// ssh(1) writes a key that is accepted to the first of the user's files.
  ///
  /// - Parameter command: the command that connects and asks.
  fileprivate func accept(by command: String) -> Acceptance {
    let file = userKnownHostsFile ?? "none"
    // A credential is changed at its source, and not where the service manager puts it.
    guard !isCredential(file) else {
      let service = service ?? .system(unit: "oceanid-guard")
      let note =
        "put the key's line into the file that LoadCredential= names for \(file); then: \(service.restart)"
      return Acceptance(command: service.show, note: note, words: note)
    }
    guard userKnownHostsFile != nil, SmallFile.canKeep(file) else {
      let note =
        "name a file that keeps it, for UserKnownHostsFile \(file) keeps nothing: in ssh_config, Host \(alias) / UserKnownHostsFile ~/.ssh/known_hosts; after that, connect once by hand and accept it: \(command)"
      return Acceptance(command: "\(asOwner)ssh -G \(sshArguments)", note: note, words: note)
    }
    return Acceptance(
      command: command, note: "accept it there", words: "connect once by hand and accept it: \(command)")
  }

  /// True if the service manager created the file and protects it.
  func isCredential(_ path: String) -> Bool {
    credentialsDirectory.map { path.hasPrefix($0 + "/") } ?? false
  }
}
