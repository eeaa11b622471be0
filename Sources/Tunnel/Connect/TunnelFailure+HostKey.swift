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
    // A certificate of a trusted authority would keep ssh(1) from asking.
    let isCertified = knownHosts.authority(name: resolution.hostKeyName, port: resolution.hostKeyPort) != nil
    let accept = resolution.accept(
      by: isCertified ? resolution.askByHand(for: key.type) : resolution.askByHand)
    switch answer {
    case .known: return nil
    case .changed(let entry):
      self.init(
        .hostKeyChanged,
        """
        host key of \(name) has changed: it shows \(shown), and \(entry.place) has \(entry.shown). The connection \
        may be intercepted
        """,
        remedy:
          "ask the host's owner whether the key was changed; if so: "
          + (resolution.isCredential(entry.file)
            ? accept.words
            : resolution.replacement(of: entry, accept.words)),
        files: knownHosts.files)
    case .revoked(let place):
      self.init(
        .hostKeyChanged, "host key of \(name), \(shown), is revoked by \(place)",
        remedy: "ask the host's owner for the new key, and replace the entry", files: knownHosts.files)
    case .unknown(let others):
      let (port, keyName) = (resolution.hostKeyPort, resolution.hostKeyName)
      var known = ""
      var (command, note) = (accept.command, accept.note)
      if let entry = knownHosts.onlyUnusableEntry(name: keyName, port: port) {
        known =
          """
          ; \(entry.place) has \(entry.shown) for it, but libssh2 \(SSHLibrary.version) verifies RSA host keys \
          with SHA-1 only, so another type of key is needed
          """
        // ssh(1) is content with the RSA key, so it neither asks nor writes another one.
        if !resolution.isCredential(entry.file) {
          command = resolution.updateByHand
          note =
            """
            that adds the host's other keys; if ssh says that the key has changed, \
            \(resolution.replacement(of: entry, accept.words))
            """
        }
      } else if let entry = others.first {
        known = "; \(entry.place) has \(entry.shown) for it"
        // The host no longer has a key of that type, or may not use it. ssh(1) calls its key changed and does not ask.
        if resolution.canRemove(entry) {
          command = resolution.removal(of: entry)
          note = "run that, and \(accept.words)"
        }
      } else if let entry = knownHosts.authority(name: keyName, port: port) {
        known =
          """
          ; \(entry.place) trusts an authority for it, but @cert-authority is not supported: libssh2 can't verify \
          host certificates
          """
      } else if let first = knownHosts.files.first {
        known =
          "; it is not in \(knownHosts.files.count == 1 ? first : knownHosts.files.joined(separator: ", "))"
      }
      self.init(
        .hostKeyUnknown, "host key of \(name) is not known: it shows \(shown)\(known)",
        command: command, remedy: "compare the fingerprint with the host's owner, then \(note)",
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
        """
        name a file that keeps it, for UserKnownHostsFile \(file) keeps nothing: in ssh_config, Host \(alias) / \
        UserKnownHostsFile ~/.ssh/known_hosts; after that, connect once manually and accept it: \(command)
        """
      return Acceptance(command: "\(asOwner)ssh -G \(sshArguments)", note: note, words: note)
    }
    return Acceptance(
      command: command, note: "accept it there", words: "connect once manually and accept it: \(command)")
  }

  /// The command that removes the keys of the host from a file.
  fileprivate func removal(of entry: KnownHosts.Entry) -> String {
    "\(asOwner)ssh-keygen -R \(knownHostsName.shellWord) -f \(entry.file.shellWord)"
  }

  /// True if ssh-keygen -R removes the entry: it compares the name as a whole, and the user owns the file.
  fileprivate func canRemove(_ entry: KnownHosts.Entry) -> Bool {
    guard entry.file == userKnownHostsFile, !isCredential(entry.file) else { return false }
    let isHashed = entry.hosts.hasPrefix("|1|")
    return isHashed ? hostKeyPort == 22 : entry.hosts.split(separator: ",").contains { $0 == knownHostsName }
  }

  fileprivate func replacement(of entry: KnownHosts.Entry, _ accept: String) -> String {
    "\(removal(of: entry)), then \(accept)"
  }

  /// True if the service manager created the file and protects it.
  func isCredential(_ path: String) -> Bool {
    credentialsDirectory.map { path.hasPrefix($0 + "/") } ?? false
  }
}
