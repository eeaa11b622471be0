internal import GuardTypes

/// Collects the results of a login for the message of its failure.
struct LoginReport {
  private let resolution: Resolution
  private let omissions: [KeyPlan.Omission]
  private let notes: [String]
  private let hasAgent: Bool
  /// The keys that the server refused.
  private var refused: [String] = []
  /// The keys that the server accepted as one factor, and the methods that it required in addition.
  private var accepted: [String] = []
  private var wanted: [String] = []
  /// The keys that could not be offered.
  private var unused: [String] = []

  init(_ resolution: Resolution, omissions: [KeyPlan.Omission], notes: [String], hasAgent: Bool) {
    self.resolution = resolution
    self.omissions = omissions
    self.notes = notes
    self.hasAgent = hasAgent
  }

  var hasRefusals: Bool { !refused.isEmpty || !accepted.isEmpty }

  mutating func add(refused key: String) { refused.append(key) }
  mutating func add(unused key: String) { unused.append(key) }
  mutating func add(accepted key: String, then methods: [String]) {
    accepted.append(key)
    wanted = methods
  }

  /// True if the server's disconnect message is about the login. OpenSSH sends "Too many authentication failures" with
  /// the reason code of a protocol error (auth.c); RFC 4253 §11.1 has separate codes: 13, 14, 15.
  static func isVerdict(_ farewell: String?) -> Bool {
    guard let words = farewell?.lowercased() else { return false }
    return ["authentication", "(reason 13)", "(reason 14)", "(reason 15)"].contains(where: words.contains)
  }

  // MARK: - Failures

  /// The failure after every key was tried.
  func isOver() -> TunnelFailure {
    if !accepted.isEmpty { return wantsMore() }
    guard !refused.isEmpty else { return noKey() }
    return TunnelFailure(
      .authRefused,
      "\(server) refused every key for user \(resolution.user): \(refused.joined(separator: ", "))\(passedOver)",
      remedy: checkHost, files: files)
  }

  /// The failure if the server ended the login.
  ///
  /// - Parameters:
  ///   - key: the key that was offered and not answered.
  ///   - notOffered: the keys that were not offered yet.
  func ended(_ farewell: String?, during key: String? = nil, notOffered: [String]) -> TunnelFailure {
    var message = "\(server) ended the login of user \(resolution.user)"
    message += farewell.map { " (\($0))" } ?? ""
    let offered = refused + accepted + [key].compactMap(\.self)
    message +=
      offered.isEmpty ? " before a key was offered" : " after these keys: \(offered.joined(separator: ", "))"
    var remedy = checkHost
    if !notOffered.isEmpty, offered.isEmpty {
      message += "; not offered: \(notOffered.joined(separator: ", "))"
      remedy =
        "check AuthenticationMethods and MaxAuthTries in sshd_config, and the server's log: journalctl -u ssh -n 50"
    } else if !notOffered.isEmpty {
      message += "; not offered: \(notOffered.joined(separator: ", "))"
      let line = "Host \(resolution.alias) / IdentitiesOnly yes"
      remedy =
        resolution.identitiesOnly
        ? "name the right key as the first IdentityFile of this host in ssh_config, or raise MaxAuthTries in sshd_config"
        : "offer only the keys that IdentityFile names: in ssh_config, \(line), with the right key as IdentityFile; or raise MaxAuthTries in sshd_config"
    }
    return TunnelFailure(.authRefused, message + passedOver, remedy: remedy, files: files)
  }

  /// The failure if the server accepts no further public keys.
  func wantsNoKeys(_ methods: [String]) -> TunnelFailure {
    let shown = methods.isEmpty ? "no method at all" : "\(methods.joined(separator: ", ")) only"
    return TunnelFailure(
      .authRefused,
      "\(server) lets user \(resolution.user) log in with \(shown), and the guard logs in with keys\(alsoRefused)",
      remedy: remedyOnServer, files: files)
  }

  private func wantsMore() -> TunnelFailure {
    let key = accepted.count == 1 ? "key \(accepted[0])" : "keys \(accepted.joined(separator: ", "))"
    let more =
      wanted.isEmpty
      ? "something that it does not name"
      : wanted.contains("publickey")
        ? "another key\(wanted.count > 1 ? " (or \(wanted.filter { $0 != "publickey" }.joined(separator: ", ")))" : "")"
        : wanted.joined(separator: ", ")
    return TunnelFailure(
      .authRefused,
      "\(server) accepted the \(key) for user \(resolution.user), and wants \(more) besides\(alsoRefused)\(passedOver)",
      remedy: remedyOnServer, files: files)
  }

  private func noKey() -> TunnelFailure {
    let reasons = unused + omissions.map(\.words) + notes
    return TunnelFailure(
      .noUsableKey, "no usable key for \(resolution.user)@\(server): \(reasons.joined(separator: "; "))",
      remedy: remedyWithoutKey, files: files)
  }

  private var remedyWithoutKey: String {
    let exposed = omissions.filter { $0.kind == .exposed }.map(\.name)
    if !exposed.isEmpty { return "chmod 600 \(exposed.joined(separator: " "))" }
    if unused.contains(where: { $0.hasPrefix("the passphrase") }) {
      return
        "check the passphrase by hand: ssh-keygen -y -f KEY; it is read from tunnel.passphrase in guard.yaml"
    }
    if let key = omissions.first(where: { $0.kind == .needsAgent })?.name {
      return hasAgent
        ? "add the key to the agent that the guard uses: SSH_AUTH_SOCK=\(resolution.agentSocket ?? "") ssh-add \(key)"
        : "let the guard's process see the agent: name its socket as IdentityAgent in ssh_config, or start the guard with SSH_AUTH_SOCK"
    }
    guard unused.isEmpty, omissions.allSatisfy({ $0.kind == .missing }) else {
      return "compare: \(resolution.byHandInDetail)"
    }
    return
      "make one: ssh-keygen -t ed25519, add its .pub to authorized_keys on the host, and name it as IdentityFile"
  }

  private var server: String { resolution.hostName }

  /// The change of sshd_config that makes a key sufficient for the user.
  private var remedyOnServer: String {
    "let a key be enough for that user, in sshd_config: Match User \(resolution.user) / PubkeyAuthentication yes / AuthenticationMethods publickey; then: systemctl reload ssh"
  }

  private var alsoRefused: String { refused.isEmpty ? "" : "; refused: \(refused.joined(separator: ", "))" }

  /// The remedy if the server accepts none of the keys.
  private var checkHost: String {
    let compare = "compare: \(resolution.byHandInDetail)"
    return omissions.contains { $0.kind == .certificate }
      ? "add the key itself to authorized_keys on the host, for the guard can't use its certificate; \(compare)"
      : "check the user name and authorized_keys on the host; \(compare)"
  }

  private var passedOver: String {
    let reasons = unused + omissions.map(\.words) + notes
    return reasons.isEmpty ? "" : "; passed over: \(reasons.joined(separator: "; "))"
  }

  /// Files whose change triggers another attempt.
  private var files: [String] {
    resolution.identityFiles.flatMap { [$0, $0 + ".pub"] }
      + [resolution.passphraseFile, resolution.agentSocket].compactMap(\.self) + resolution.configFiles
  }
}
