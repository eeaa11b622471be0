/// Finds the key files and the agent that a login may use.
struct LoginKeysSearch {
  let system: any SetupSystem

  /// The names that ssh(1) uses and ssh-keygen(1) writes by default.
  private static let usual = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_dsa"]
  /// Further files of ~/.ssh are not looked at.
  private static let maxFiles = 100

  func find(_ host: ResolvedHost) -> SetupFacts.LoginKeys {
    var keys = SetupFacts.LoginKeys()
    let named = host.identityFiles.filter { $0 != "none" }.map(system.person.expanded)
    keys.areSomeUnknown = named.contains(nil)
    keys.areOnlyNamed = host.identitiesOnly
    let folder = "\(system.person.sshHome)/.ssh"
    let usual = LoginKeysSearch.usual.map { "\(folder)/\($0)" }
    let others = system.names(in: folder).prefix(LoginKeysSearch.maxFiles).map { "\(folder)/\($0)" }
    var seen: Set<String> = []
    keys.new = new(named.compactMap(\.self), usual: "\(folder)/id_ed25519")
    // Without IdentityFile, ssh -G lists the usual names. With it, ssh does not look for them.
    for path in named.compactMap(\.self) {
      let key = privateName(path)
      guard seen.insert(key).inserted else { continue }
      if isPublicKey(key) {
        // ssh(1) takes it for the public half of a key in the agent.
        keys.publicOnly.append(key)
      } else if let condition = condition(of: key) {
        keys.files.append(.init(path: key, condition: condition, hasPublicKey: system.exists("\(key).pub")))
      } else if system.exists("\(key).pub") {
        keys.publicOnly.append("\(key).pub")
      }
    }
    for path in usual where !seen.contains(path) && system.contents(of: path) != .absent {
      seen.insert(path)
      keys.unnamed.append(path)
    }
    for path in others where seen.insert(privateName(path)).inserted {
      let key = privateName(path)
      if key != path, system.contents(of: key) == .absent {
        keys.publicOnly.append(path)
      } else if isPrivateKey(key) {
        keys.unnamed.append(key)
      }
    }
    keys.agent = agent(host)
    keys.allowsAgents = host.identityAgent != "none"
    return keys
  }

  /// nil if there is no such file.
  private func condition(of key: String) -> SetupFacts.LoginKeys.Condition? {
    switch system.contents(of: key) {
    case .absent: return nil
    case .unreadable: return .unreadable(.reading(key, system))
    case .bytes:
      // ssh-keygen refuses to read an open key, which says nothing about a passphrase.
      if AccessFault.isExposed(key, system) { return .open }
      // With -P, ssh-keygen does not ask for a passphrase. It fails if the key is encrypted.
      let answer = system.run(CommandInvocation("ssh-keygen", ["-y", "-P", "", "-f", key]))
      if answer.isGood { return .usable }
      // The words of ssh_err(3) for a passphrase that is wrong or missing.
      let isEncrypted = answer.status == nil || answer.reason.contains("incorrect passphrase")
      return isEncrypted ? .encrypted : .broken(answer.reason)
    }
  }

  /// IdentityFile may name the public key, whose private key is beside it or in the agent. A private key may have a name
  /// with `.pub` at the end too.
  private func privateName(_ path: String) -> String {
    path.hasSuffix(".pub") && !isPrivateKey(path) ? String(path.dropLast(4)) : path
  }

  private func new(_ named: [String], usual: String) -> SetupFacts.LoginKeys.New {
    guard !named.contains(usual) else { return .usual }
    let places = named.map(privateName)
    let free = places.first { path in
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
      // ssh-keygen would write through a broken link.
      return !system.exists(path) && system.isFolder(folder)
    }
    return free.map { .named($0) } ?? .impossible(places.first)
  }

  private func isPublicKey(_ path: String) -> Bool {
    guard let text = system.contents(of: path).text else { return false }
    return ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].contains(where: text.hasPrefix)
  }

  private func isPrivateKey(_ path: String) -> Bool {
    system.contents(of: path).text?.prefix(80).contains("PRIVATE KEY-----") == true
  }

  private func agent(_ host: ResolvedHost) -> SetupFacts.LoginKeys.Agent {
    var socket = system.variable("SSH_AUTH_SOCK")
    if let named = host.identityAgent, named != "SSH_AUTH_SOCK" {
      if named == "none" { return .none }
      socket =
        named.hasPrefix("$")
        ? system.variable(String(named.dropFirst()))
        : system.person.expanded(named, home: system.person.sshHome)
    }
    guard let socket else { return .none }
    var call = CommandInvocation("ssh-add", ["-l"])
    call.variables = ["SSH_AUTH_SOCK=\(socket)"]
    return switch system.run(call).status {
    case 0: .filled(socket)
    case 1: .empty(socket)
    default: .silent(socket)
    }
  }
}
