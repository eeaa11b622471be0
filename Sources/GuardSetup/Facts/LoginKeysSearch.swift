/// Finds the key files and the agent that a login may use.
struct LoginKeysSearch {
  let system: any SetupSystem

  /// The names that ssh(1) uses and ssh-keygen(1) writes by default.
  private static let usual = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_dsa"]

  func find(_ host: ResolvedHost) -> SetupFacts.LoginKeys {
    var keys = SetupFacts.LoginKeys()
    let named = host.identityFiles.map(system.person.expanded)
    keys.areSomeUnknown = named.contains(nil)
    keys.areOnlyNamed = host.identitiesOnly
    let usual = LoginKeysSearch.usual.map { "\(system.person.home)/.ssh/\($0)" }
    var seen: Set<String> = []
    for path in named.compactMap(\.self) + usual {
      // IdentityFile may name the public key, whose private key is beside it or in the agent.
      let key = path.hasSuffix(".pub") ? String(path.dropLast(4)) : path
      guard seen.insert(key).inserted else { continue }
      if system.exists(key) {
        let isOpen = isOpen(key)
        // ssh-keygen refuses to read an open key, which says nothing about a passphrase.
        keys.files.append(.init(path: key, isEncrypted: !isOpen && isEncrypted(key), isOpen: isOpen))
      } else if path != key, system.exists(path) {
        keys.publicOnly.append(path)
      }
    }
    keys.agent = agent(host)
    return keys
  }

  private func isEncrypted(_ path: String) -> Bool {
    // With -P, ssh-keygen does not ask for a passphrase. It fails if the key is encrypted.
    !system.run(ProgramCall("ssh-keygen", ["-y", "-P", "", "-f", path])).isGood
  }

  /// True if the file belongs to the user, and its mode permits others to read it.
  private func isOpen(_ path: String) -> Bool {
    let words = system.run(ProgramCall("stat", ["-L", "-c", "%u %a", "--", path])).text.split(
      whereSeparator: \.isWhitespace)
    guard words.count == 2, UInt32(words[0]) == system.person.uid, let mode = UInt32(words[1], radix: 8)
    else { return false }
    return mode & 0o077 != 0
  }

  private func agent(_ host: ResolvedHost) -> SetupFacts.LoginKeys.Agent {
    var socket = system.variable("SSH_AUTH_SOCK")
    if let named = host.identityAgent, named != "SSH_AUTH_SOCK" {
      if named == "none" { return .none }
      socket =
        named.hasPrefix("$") ? system.variable(String(named.dropFirst())) : system.person.expanded(named)
    }
    guard let socket else { return .none }
    var call = ProgramCall("ssh-add", ["-l"])
    call.variables = ["SSH_AUTH_SOCK=\(socket)"]
    return switch system.run(call).status {
    case 0: .filled(socket)
    case 1: .empty(socket)
    default: .silent(socket)
    }
  }
}
