internal import GuardAPI
internal import GuardTypes
internal import Health

/// Derives the steps up to the login on the server.
enum ConnectionPlan {
  private enum Part: String, CaseIterable {
    case host, connection
    case hostKey = "host key"
    case login

    /// The steps of `doctor` that belong to this part.
    var steps: [String] {
      switch self {
      case .host: ["ssh_config", "address"]
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
          name: Part.host.rawValue, found: facts.sshFailure ?? "ssh does not answer",
          outcome: .blocked(
            .init(
              command: "ssh -G -- \(facts.host.shellWord)",
              why: "ssh must understand the alias: install openssh-client, or correct ~/.ssh/config")))
      ]
    }
    if let mistake = facts.findings.first(where: { $0.step == "configuration" && $0.outcome == .failed }) {
      return [
        Plan.Step(
          name: Part.host.rawValue, found: mistake.found,
          outcome: .blocked(
            .init(command: "editor ~/.ssh/config", why: "guard.yaml needs a plain alias: give the server one")
          ))
      ]
    }
    var isBlocked = false
    return Part.allCases.map { part in
      if isBlocked { return Plan.Step(name: part.rawValue, found: "not tried", outcome: .open) }
      if let failed = facts.findings.first(where: { $0.outcome == .failed && part.steps.contains($0.step) }) {
        isBlocked = true
        return Plan.Step(
          name: part.rawValue, found: words(part, failed, facts), outcome: .blocked(next(part, facts, host)))
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
    guard part == .hostKey, !facts.isHostKnown, !facts.offeredKeys.isEmpty else {
      // Missing key files are omitted, because ssh looks for several names by default.
      return failed.found.replacing(/[^ ;]+ does not exist(; )?/, with: "").trimmed
    }
    return
      "the key of \(facts.host) is in no known_hosts; it offers \(facts.offeredKeys.joined(separator: ", "))"
  }

  private static func next(_ part: Part, _ facts: SetupFacts, _ host: ResolvedHost) -> Plan.Next {
    let name = facts.host.shellWord
    switch part {
    case .host:
      return facts.isAlias
        ? Plan.Next(
          command: "ssh -v \(name)", why: "HostName in ssh_config must be an address that resolves here")
        : Plan.Next(
          command: "editor ~/.ssh/config",
          why: "add the alias, three lines: Host \(facts.host) / HostName ADDRESS / User NAME")
    case .connection:
      return Plan.Next(
        command: "ssh -v \(name)", why: "sshd must be reachable from here before the guard can connect")
    case .hostKey where !facts.isHostKnown:
      return Plan.Next(
        command: "ssh \(name)",
        why: "compare the fingerprint with one that the owner of the server gives you, then accept it")
    case .hostKey:
      return Plan.Next(
        command: "ssh -v \(name)",
        why: "if the host key changed, ask the owner of the server before you replace the line in known_hosts"
      )
    case .login: return login(facts, host)
    }
  }

  /// A new key is suggested only if there certainly is none, because ssh-keygen could replace it.
  private static func login(_ facts: SetupFacts, _ host: ResolvedHost) -> Plan.Next {
    let name = facts.host.shellWord
    let keys = facts.keys
    let locked = keys.files.first { $0.isEncrypted }
    let usable = keys.files.first { !$0.isEncrypted }
    if let open = keys.files.first(where: \.isOpen) {
      return Plan.Next(
        command: "chmod 600 \(open.path.shellWord)",
        why: "other users may read this key, so ssh does not use it; then repeat oceanid-ctl setup")
    }
    if let named = keys.publicOnly.first, keys.files.isEmpty {
      return Plan.Next(
        command: "ssh-add -L",
        why:
          "IdentityFile names only the public key \(named), so its private key must be in the agent; then repeat oceanid-ctl setup"
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
      if let usable {
        return Plan.Next(
          command: "ssh-copy-id -i \(usable.path.shellWord) \(name)",
          why: "the server accepts no key; this adds yours to its authorized_keys")
      }
      if let locked {
        let start = if case .empty = keys.agent { "" } else { "eval \"$(ssh-agent -s)\" && " }
        return Plan.Next(
          command: "\(start)ssh-add \(locked.path.shellWord)",
          why: "the key needs a passphrase, so it must be in an agent; then repeat oceanid-ctl setup")
      }
      guard !keys.areSomeUnknown else {
        return Plan.Next(command: "ssh -v \(name)", why: "it shows which keys ssh finds and offers")
      }
      return Plan.Next(
        command: "ssh-keygen -t ed25519 && ssh-copy-id \(name)",
        why: "you have no key yet: this makes one and adds it")
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while let last = text.last, " ;:".contains(last) { text.removeLast() }
    return String(text.hasSuffix("; passed over") ? text.dropLast(13) : text)
  }
}
