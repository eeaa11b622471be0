internal import GuardAPI
internal import GuardTypes
internal import Health

/// Derives the steps up to the login on the server.
enum ConnectionPlan {
  private enum Part: String, CaseIterable {
    case host, connection
    case hostKey = "host key"
    case login

    /// The step of `doctor` for what ssh(1) says.
    static let configuration = "ssh_config"

    /// The steps of `doctor` that belong to this part.
    var steps: [String] {
      switch self {
      case .host: [Part.configuration, "address"]
      case .connection: ["connection"]
      case .hostKey: ["host key"]
      case .login: ["login"]
      }
    }
  }

  static func steps(_ facts: SetupFacts) -> [Plan.Step] {
    guard let host = facts.resolved else {
      return [
        Plan.Step(
          name: Part.host.rawValue,
          found: configurationFinding(facts)?.found ?? facts.sshFailure ?? "ssh does not answer",
          outcome: .blocked(unresolved(facts)))
      ]
    }
    if let mistake = facts.findings.first(where: { $0.step == "configuration" && $0.outcome == .failed }) {
      // Every other value comes from files that are no part of ssh_config.
      guard mistake.found.contains("host: "), mistake.found.contains(facts.host) else {
        return [
          Plan.Step(
            name: Part.host.rawValue, found: mistake.found,
            outcome: .blocked(
              .edit(facts.person.configuration, facts.tools, why: "correct it, then repeat oceanid-ctl setup")
            ))
        ]
      }
      return [
        Plan.Step(
          name: Part.host.rawValue, found: mistake.found,
          outcome: .blocked(
            .edit(
              facts.sshConfigPath, facts.tools, why: "guard.yaml needs a plain alias: give the server one")
          ))
      ]
    }
    var isBlocked = false
    return Part.allCases.map { part in
      if isBlocked { return Plan.Step(name: part.rawValue, found: "not tried", outcome: .open) }
      if let failed = facts.findings.first(where: { $0.outcome == .failed && part.steps.contains($0.step) }) {
        isBlocked = true
        return Plan.Step(
          name: part.rawValue, found: words(part, failed, facts),
          outcome: .blocked(next(part, failed, facts, host)))
      }
      return Plan.Step(name: part.rawValue, found: good(part, facts, host), outcome: .good)
    }
  }

  private static func good(_ part: Part, _ facts: SetupFacts, _ host: ResolvedHost) -> String {
    func found(_ step: String) -> String? {
      facts.findings.first { $0.step == step && $0.outcome == .ok }?.found
    }
    switch part {
    case .host: return "\(facts.host) is \(host.shown)"
    case .connection: return found("connection") ?? host.hostName
    case .hostKey: return found("host key") ?? "known"
    case .login:
      let agent = facts.keys.needed.map { ", with the agent at \(facts.person.shown($0))" } ?? ""
      return (found("login") ?? "as \(host.user)") + agent
    }
  }

  private static func words(_ part: Part, _ failed: FindingDocument, _ facts: SetupFacts) -> String {
    if part == .hostKey, !facts.isHostKnown, let fault = facts.knownHostsFault {
      return "\(facts.person.shown(fault.path)) cannot be used, so the key of \(facts.host) is unknown"
    }
    if part == .host, let fault = facts.sshConfigFault {
      return "\(facts.person.shown(fault.path)) cannot be used, so ssh does not know \(facts.host)"
    }
    guard part == .hostKey, !facts.isHostKnown, !facts.offeredKeys.isEmpty else {
      // Missing key files are omitted, because ssh looks for several names by default.
      return failed.found.replacing(/[^ ;]+ does not exist(; )?/, with: "").withoutTrailingNote
    }
    return
      "the key of \(facts.host) is in no known_hosts; it offers \(facts.offeredKeys.joined(separator: ", "))"
  }

  private static func next(
    _ part: Part, _ failed: FindingDocument, _ facts: SetupFacts, _ host: ResolvedHost
  ) -> Plan.Next {
    let name = facts.sshWay.asShellLine
    switch part {
    case .host:
      if let fault = facts.sshConfigFault { return .fix(fault, facts, effect: configEffect) }
      // The guard refuses a known_hosts that it cannot read before it connects, because it may revoke keys.
      if failed.step == Part.configuration, let fault = facts.knownHostsFault {
        return .fix(fault, facts, effect: "ssh and the guard find no host key there")
      }
      if failed.step == Part.configuration {
        return .of(failed) ?? .edit(facts.sshConfigPath, facts.tools, why: "the guard cannot use it")
      }
      return facts.isAlias
        ? Plan.Next(
          command: "ssh -v \(name)", why: "HostName in ssh_config must be an address that resolves here")
        : .edit(
          facts.sshConfigPath, facts.tools, isFolderMissing: facts.isConfigFolderMissing,
          why: "add the alias, three lines: Host \(facts.host) / HostName ADDRESS / User NAME")
    case .connection:
      if failed.found.hasPrefix(JumpHost.place), let next = Plan.Next.of(failed) { return next }
      return Plan.Next(
        command: "ssh -v \(name)", why: "sshd must be reachable from here before the guard can connect")
    case .hostKey:
      if !facts.isHostKnown, let fault = facts.knownHostsFault {
        return .fix(fault, facts, effect: "ssh finds no host key there")
      }
      // It may be the key of a jump host, a revoked one, or a server that speaks another protocol.
      if let next = Plan.Next.of(failed) { return next }
      guard facts.isHostKnown else {
        return Plan.Next(
          command: "ssh \(name)",
          why: "compare the fingerprint with one that the owner of the server gives you, then accept it")
      }
      return Plan.Next(
        command: "ssh -v \(name)",
        why: "if the host key changed, ask the owner of the server before you replace the line in known_hosts"
      )
    case .login where failed.found.hasPrefix(JumpHost.place):
      return Plan.Next(
        command: "ssh -v \(name)",
        why:
          "a jump host refuses your login: add your key to its authorized_keys; then repeat oceanid-ctl setup"
      )
    case .login: return login(facts, host, failed)
    }
  }

  /// The guard's own finding about ssh_config.
  private static func configurationFinding(_ facts: SetupFacts) -> FindingDocument? {
    facts.findings.first { $0.outcome == .failed && $0.step == Part.configuration }
  }

  private static let configEffect = "ssh does not use it"

  /// The step if `ssh -G` fails.
  private static func unresolved(_ facts: SetupFacts) -> Plan.Next {
    guard facts.tools.present.contains("ssh") else {
      let why = "the guard needs ssh to read ssh_config; then repeat oceanid-ctl setup"
      return facts.tools.present.contains("apt-get")
        ? Plan.Next(command: facts.tools.asRoot("apt-get install openssh-client"), why: why)
        : Plan.Next(.instruction("install the client of OpenSSH"), why: why)
    }
    if let fault = facts.sshConfigFault { return .fix(fault, facts, effect: configEffect) }
    if let finding = configurationFinding(facts), let next = Plan.Next.of(finding) { return next }
    return Plan.Next(
      command: "ssh \((facts.sshOptions + ["-G", "--", facts.host]).asShellLine)",
      why: "ssh must understand the alias: correct \(facts.person.shown(facts.sshConfigPath))")
  }

  /// A new key is suggested only if there certainly is none, because ssh-keygen could replace it.
  private static func login(
    _ facts: SetupFacts, _ host: ResolvedHost, _ failed: FindingDocument
  ) -> Plan.Next {
    let name = facts.sshWay.asShellLine
    let keys = facts.keys
    let locked = keys.files.first { $0.condition == .encrypted }
    let usable = keys.files.first { $0.condition == .usable }
    if let open = keys.files.first(where: { $0.condition == .open }) {
      return Plan.Next(
        command: "chmod 600 \(open.path.shellWord)",
        why: "other users may read this key, so ssh does not use it; then repeat oceanid-ctl setup")
    }
    if let next = unsuitable(facts, failed) { return next }
    if usable == nil, locked == nil, let unreadable = keys.files.first { return unread(unreadable, facts) }
    if let named = keys.publicOnly.first, keys.files.isEmpty, !keys.allowsAgents {
      return .edit(
        facts.sshConfigPath, facts.tools,
        why: "\(named) is a public key alone: name the file of a private key as IdentityFile there")
    }
    if let named = keys.publicOnly.first, keys.files.isEmpty {
      return Plan.Next(
        command: "ssh-add -L",
        why:
          "\(named) is a public key alone, so its private key must be in the agent; then repeat oceanid-ctl setup"
      )
    }
    switch keys.agent {
    case .filled where keys.areOnlyNamed:
      return Plan.Next(
        command: "ssh -v \(name)",
        why:
          "the server refuses the keys that IdentityFile names; IdentitiesOnly keeps ssh from offering other keys of the agent"
      )
    case .filled:
      return Plan.Next(
        command: "ssh -v \(name)", why: "the server refuses the keys of the agent and the files")
    case .empty, .none, .silent:
      if let usable { return copy(usable, name) }
      if let locked, !keys.allowsAgents {
        return Plan.Next(
          command: "ssh-keygen -p -f \(locked.path.shellWord)",
          why:
            "the key needs a passphrase, and ssh_config allows no agent: remove the passphrase, or name a file that has it in guard.yaml (tunnel.passphrase)"
        )
      }
      if let locked {
        let start = if case .empty = keys.agent { "" } else { "eval \"$(ssh-agent -s)\" && " }
        return Plan.Next(
          command: "\(start)ssh-add \(locked.path.shellWord)",
          why: "the key needs a passphrase, so it must be in an agent; then repeat oceanid-ctl setup")
      }
      if let unnamed = keys.unnamed.first {
        return .edit(
          facts.sshConfigPath, facts.tools,
          why:
            "ssh uses none of your keys for \(facts.host): name the right one there, for example IdentityFile \(facts.person.shown(unnamed)); then repeat oceanid-ctl setup"
        )
      }
      guard !keys.areSomeUnknown else {
        return Plan.Next(command: "ssh -v \(name)", why: "it shows which keys ssh finds and offers")
      }
      return newKey(facts)
    }
  }

  /// A key where ssh looks for one: a key in another place would not be offered.
  private static func newKey(_ facts: SetupFacts) -> Plan.Next {
    let name = facts.sshWay.asShellLine
    let why = "you have no key yet: this makes one and adds it"
    switch facts.keys.new {
    case .usual: return Plan.Next(command: "ssh-keygen -t ed25519 && ssh-copy-id \(name)", why: why)
    case .named(let path):
      let key = path.shellWord
      return Plan.Next(
        command: "ssh-keygen -t ed25519 -f \(key) && ssh-copy-id -i \(key) \(name)",
        why: "IdentityFile names \(facts.person.shown(path)), which does not exist: this makes it and adds it"
      )
    case .impossible(let path):
      let words =
        path.map { "IdentityFile names \(facts.person.shown($0)), which is not there" }
        ?? "ssh uses no key file"
      return .edit(
        facts.sshConfigPath, facts.tools,
        why: "\(words): name an existing key for \(facts.host); then repeat oceanid-ctl setup")
    }
  }

  /// ssh-copy-id(1) needs the public key, which can be derived from the private key.
  private static func copy(_ key: SetupFacts.LoginKeys.File, _ name: String) -> Plan.Next {
    let path = key.path.shellWord
    let derive = "ssh-keygen -y -f \(path) >\("\(key.path).pub".shellWord) && "
    return Plan.Next(
      command: "\(key.hasPublicKey ? "" : derive)ssh-copy-id -i \(path) \(name)",
      why: "the server accepts no key; this adds yours to its authorized_keys")
  }

  /// The step for a login that has RSA keys only, which this version of libssh2 cannot use; nil if it has others.
  private static func unsuitable(_ facts: SetupFacts, _ failed: FindingDocument) -> Plan.Next? {
    let keys = facts.keys
    func isUnsuitable(_ path: String) -> Bool { failed.found.contains("\(path) is an RSA key") }
    let others = keys.files.filter { !isUnsuitable($0.path) && [.usable, .encrypted].contains($0.condition) }
    guard failed.found.contains(" is an RSA key"), others.isEmpty else { return nil }
    // Keys that the server refused are no RSA keys.
    guard !failed.found.contains("refused every key") else { return nil }
    let new = "\(facts.person.sshHome)/.ssh/id_ed25519"
    guard !keys.areOnlyNamed, keys.new == .usual, !keys.files.contains(where: { $0.path == new }) else {
      return .edit(
        facts.sshConfigPath, facts.tools,
        why:
          "the guard cannot use an RSA key on this machine: name an ed25519 key as IdentityFile of \(facts.host), which its authorized_keys has; then repeat oceanid-ctl setup"
      )
    }
    return Plan.Next(
      command:
        "ssh-keygen -t ed25519 -f \(new.shellWord) && ssh-copy-id -i \(new.shellWord) \(facts.sshWay.asShellLine)",
      why: "the guard cannot use an RSA key on this machine; this makes another key and adds it")
  }

  private static func unread(_ key: SetupFacts.LoginKeys.File, _ facts: SetupFacts) -> Plan.Next {
    if case .unreadable(let fault?) = key.condition {
      return .fix(fault, facts, effect: "ssh cannot use the key")
    }
    if case .broken(let reason) = key.condition {
      let path = key.path.shellWord
      return Plan.Next(
        command: "mv -i \(path) \("\(key.path).broken".shellWord)",
        why:
          "ssh cannot read this key (\(reason)): move it away, put the right one there; then repeat oceanid-ctl setup"
      )
    }
    return Plan.Next(command: "namei -l \(key.path.shellWord)", why: "ssh cannot read this key")
  }
}

extension String {
  fileprivate var withoutTrailingNote: String {
    var text = self[...]
    while let last = text.last, " ;:".contains(last) { text.removeLast() }
    return String(text.hasSuffix("; passed over") ? text.dropLast(13) : text)
  }
}
