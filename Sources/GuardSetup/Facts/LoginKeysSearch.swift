/// Finds the key files and the agent that a login may use.
struct LoginKeysSearch {
  let system: any SetupSystem

  /// The names that ssh(1) uses and ssh-keygen(1) writes by default.
  private static let usual = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_dsa"]

  func find(_ host: ResolvedHost) -> SetupFacts.LoginKeys {
    var keys = SetupFacts.LoginKeys()
    let named = host.identityFiles.map(system.person.expanded)
    keys.areSomeUnknown = named.contains(nil)
    let usual = LoginKeysSearch.usual.map { "\(system.person.home)/.ssh/\($0)" }
    var seen: Set<String> = []
    for path in named.compactMap(\.self) + usual where seen.insert(path).inserted && system.exists(path) {
      keys.files.append(.init(path: path, isEncrypted: isEncrypted(path)))
    }
    keys.agent = agent(host)
    return keys
  }

  private func isEncrypted(_ path: String) -> Bool {
    // With -P, ssh-keygen does not ask for a passphrase. It fails if the key is encrypted.
    !system.run(ProgramCall("ssh-keygen", ["-y", "-P", "", "-f", path])).isGood
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
