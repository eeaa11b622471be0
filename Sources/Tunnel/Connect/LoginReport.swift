internal import GuardTypes
internal import Platform
internal import SSH

/// Collects the results of a login for the message of its failure.
struct LoginReport {
  private let resolution: Resolution
  private let omissions: [KeyPlan.Omission]
  private let notes: [String]
  private let hasAgent: Bool
  /// Why the passphrase file cannot be used.
  private let passphraseFailure: TunnelFailure?
  private let program: ServerProgram
  /// The keys that the server refused.
  private var refused: [String] = []
  /// The keys that the server accepted as one factor, and the methods that it required in addition.
  private var accepted: [String] = []
  private var wanted: [String] = []
  /// The keys that could not be offered.
  private var unused: [String] = []
  /// The files among them that the passphrase does not decrypt.
  private var locked: [String] = []
  /// The answer of the agent for the last key that it was asked to sign with.
  private var unsigned: Unsigned?

  private enum Unsigned {
    case refused, silent
  }

  init(
    _ resolution: Resolution, omissions: [KeyPlan.Omission], notes: [String], hasAgent: Bool,
    passphraseFailure: TunnelFailure? = nil, server program: ServerProgram
  ) {
    self.program = program
    self.resolution = resolution
    self.omissions = omissions
    self.notes = notes
    self.hasAgent = hasAgent
    self.passphraseFailure = passphraseFailure
  }

  var hasRefusals: Bool { !refused.isEmpty || !accepted.isEmpty }
  /// True if the server was asked about a key, or a key could not be used.
  var hasOffers: Bool { hasRefusals || !unused.isEmpty }

  mutating func add(refused key: String) { refused.append(key) }
  mutating func add(unused key: String) { unused.append(key) }
  /// Records a key with which the agent did not sign.
  ///
  /// - Parameter isSilent: true if the agent did not answer.
  mutating func add(unsigned key: String, isSilent: Bool) {
    unused.append(key)
    if unsigned != .silent { unsigned = isSilent ? .silent : .refused }
  }
  /// Records a key file that the passphrase does not decrypt.
  mutating func add(locked file: String, _ detail: String) {
    locked.append(file)
    unused.append("the passphrase does not open \(file) (\(detail))")
  }
  mutating func add(accepted key: String, then methods: [String]) {
    accepted.append(key)
    wanted = methods
  }

  /// True if the server's disconnect message is about the login. OpenSSH sends "Too many authentication failures" with
  /// the reason code of a protocol error (auth.c); RFC 4253 §11.1 has separate codes: 13, 14, 15.
  static func isVerdict(_ disconnectMessage: String?) -> Bool {
    guard let words = disconnectMessage?.lowercased() else { return false }
    return ["authentication", "(reason 13)", "(reason 14)", "(reason 15)"].contains(where: words.contains)
  }

  // MARK: - Failures

  /// The failure after every key was tried.
  func isOver() -> TunnelFailure {
    if !accepted.isEmpty { return wantsMore() }
    guard !refused.isEmpty else { return noKey() }
    return refusal(
      "\(server) refused every key for user \(resolution.user): \(refused.listed())\(passedOver)",
      remedy: checkHost)
  }

  /// The failure if the server ended the login.
  ///
  /// - Parameters:
  ///   - key: the key that was offered and not answered.
  ///   - notOffered: the keys that were not offered yet.
  func ended(_ disconnectMessage: String?, during key: String? = nil, notOffered: [String]) -> TunnelFailure {
    var message = "\(server) ended the login of user \(resolution.user)"
    message += disconnectMessage.map { " (\($0))" } ?? ""
    let offered = refused + accepted + [key].compactMap(\.self)
    message +=
      offered.isEmpty ? " before a key was offered" : " after these keys: \(offered.listed())"
    var remedy = checkHost
    if !notOffered.isEmpty, offered.isEmpty {
      message += "; not offered: \(notOffered.listed())"
      remedy =
        program == .dropbear
        ? "check the options of dropbear on the host (-T limits the attempts), and its log"
        : "check AuthenticationMethods and MaxAuthTries in sshd_config, and the server's log: journalctl -u ssh -n 50"
    } else if !notOffered.isEmpty {
      message += "; not offered: \(notOffered.listed())"
      let line = "Host \(resolution.alias) / IdentitiesOnly yes"
      let raise =
        program == .dropbear ? "allow more attempts (dropbear -T)" : "raise MaxAuthTries in sshd_config"
      let named = resolution.identityFiles.flatMap { [$0, "\($0) (agent)"] }
      remedy =
        offered.allSatisfy(named.contains)
        ? "name the right key as the first IdentityFile of this host in ssh_config, or \(raise)"
        : "offer only the keys that IdentityFile names: in ssh_config, \(line), with the right key as IdentityFile; or \(raise)"
    }
    return refusal(message + passedOver, remedy: remedy)
  }

  /// The failure if the server sent a text about the login and closed the connection. A later login may succeed: sshd
  /// ends them in this way while the machine starts or shuts down, too (pam_nologin(8)).
  func explainedEnd(_ disconnectMessage: String?, during key: String?, notOffered: [String]) -> TunnelFailure
  {
    let failure = ended(disconnectMessage, during: key, notOffered: notOffered)
    let account = "chage -l \(resolution.user.shellWord)"
    return TunnelFailure(
      .peerClosed, failure.message,
      remedy:
        "change on the host what the server says; its log and \(account) say more: journalctl -u ssh -n 50",
      files: files)
  }

  /// The failure if the server accepts no further public keys.
  func wantsNoKeys(_ methods: [String]) -> TunnelFailure {
    let shown = methods.isEmpty ? "no method at all" : "\(methods.listed()) only"
    return refusal(
      "\(server) lets user \(resolution.user) log in with \(shown), and the guard logs in with keys\(alsoRefused)",
      remedy: program == .dropbear
        ? "let dropbear on the host accept keys: it must be built with public key authentication"
        : remedyOnServer)
  }

  private func wantsMore() -> TunnelFailure {
    let key = accepted.count == 1 ? "key \(accepted[0])" : "keys \(accepted.listed())"
    let more =
      wanted.isEmpty
      ? "something that it does not name"
      : wanted.contains("publickey")
        ? "another key\(wanted.count > 1 ? " (or \(wanted.filter { $0 != "publickey" }.listed()))" : "")"
        : wanted.listed()
    return refusal(
      "\(server) accepted the \(key) for user \(resolution.user), and wants \(more) besides\(alsoRefused)\(passedOver)",
      remedy: program == .dropbear
        ? "start dropbear on the host without -t, with which it wants a password besides a key"
        : remedyOnServer)
  }

  /// The remedy ends with a reconnect, because nothing on this machine shows when the server was changed.
  private func refusal(_ message: String, remedy: String) -> TunnelFailure {
    TunnelFailure(.authRefused, message, remedy: "\(remedy); \(LoginReport.reconnect)", files: files)
  }

  private static let reconnect = "then: oceanid-ctl reconnect"

  private func noKey() -> TunnelFailure {
    let none = "IdentityFile none and IdentitiesOnly yes leave no key to offer"
    let reasons = (unused + omissions.map(\.words) + notes + (hasNoCandidates ? [none] : [])).listed("; ")
    var (command, note) = stepWithoutKey
    command = command.map { resolution.asOwner + $0 }
    if let passphraseFailure, isLockedOut {
      (command, note) = (passphraseFailure.command, passphraseFailure.note)
    }
    return TunnelFailure(
      .noUsableKey, "no usable key for \(resolution.user)@\(server): \(reasons)", command: command,
      remedy: note, files: files)
  }

  /// True if ssh_config excludes every key.
  private var hasNoCandidates: Bool { resolution.identityFiles.isEmpty && resolution.identitiesOnly }

  /// True if a private key is not used for want of the passphrase alone.
  private var isLockedOut: Bool {
    !omissions.contains { $0.kind == .exposed }
      && omissions.contains { $0.kind == .needsAgent && $0.publicFile == nil }
  }

  /// - Returns: a command to run as the guard's user, and a note.
  private var stepWithoutKey: (command: String?, note: String) {
    if hasNoCandidates {
      return (
        "ssh -G \(resolution.sshArguments)",
        "name the file of the right key as IdentityFile in ssh_config, or leave IdentitiesOnly out"
      )
    }
    let exposed = omissions.filter { $0.kind == .exposed }.map(\.name)
    if !exposed.isEmpty {
      return ("chmod 600 \(exposed.map(\.shellWord).joined(separator: " "))", "")
    }
    if let key = locked.first {
      return (
        "ssh-keygen -y -f \(key.shellWord)",
        "check the passphrase with it; the guard reads it from tunnel.passphrase in guard.yaml"
      )
    }
    switch unsigned {
    case .refused:
      return (
        nil,
        "see what ssh does; the key must be in the agent without a limit that excludes this login (ssh-add -h, -c), and the agent unlocked; \(LoginReport.reconnect)"
      )
    case .silent:
      return (
        "oceanid-ctl reconnect",
        "and touch the key or approve its use when the agent asks; or use a key that needs neither"
      )
    case nil: break
    }
    if let key = omissions.first(where: { $0.kind == .cipher })?.name {
      return (
        "ssh-keygen -p -Z aes256-ctr -f \(key.shellWord)",
        "it encrypts the key with a cipher that libssh2 can use; the passphrase may stay the same"
      )
    }
    if let file = omissions.first(where: { $0.kind == .damaged })?.name {
      return (
        "ssh-keygen -y -f \(file.shellWord)",
        "it shows what is wrong with the file: restore the key from a copy, or name another file as IdentityFile"
      )
    }
    if let omission = omissions.first(where: { $0.kind == .needsAgent }) {
      guard resolution.allowsAgents else { return stepThatNeedsNoAgent(omission) }
      guard hasAgent else { return stepWithoutAgent }
      guard let key = omission.privateFile else { return listAgent(omission.publicFile ?? omission.name) }
      return (
        "\(withAgent)ssh-add \(key.shellWord)",
        "it adds the key to the agent that the guard uses; if the agent refuses, unlock it first (ssh-add -X); \(LoginReport.reconnect)"
      )
    }
    if unused.isEmpty, omissions.contains(where: { [.unsupported, .certificate].contains($0.kind) }),
      omissions.allSatisfy({ [.missing, .unsupported, .certificate].contains($0.kind) }),
      resolution.otherKeys.isEmpty
    {
      return stepForAnotherType
    }
    guard unused.isEmpty, omissions.allSatisfy({ [.missing, .unsupported].contains($0.kind) }) else {
      return (nil, "compare with the keys that ssh offers")
    }
    // The keys may be in an agent that ended.
    if resolution.agentSocket != nil, !hasAgent, omissions.allSatisfy({ $0.kind == .missing }) {
      return stepWithoutAgent
    }
    let others = resolution.otherKeys
    guard others.isEmpty else {
      return (
        "ssh -G \(resolution.sshArguments)",
        "ssh_config names none of the keys that are there (\(others.listed())): name the right one as IdentityFile"
      )
    }
    if let lonely = resolution.publicKeysAlone.first {
      guard resolution.allowsAgents else { return nameAnother(lonely) }
      guard hasAgent else { return stepWithoutAgent }
      return listAgent(lonely)
    }
    return (
      "ssh-keygen -t ed25519", "then add its .pub to authorized_keys on the host, and name it as IdentityFile"
    )
  }

  private var withAgent: String { "env SSH_AUTH_SOCK=\((resolution.agentSocket ?? "").shellWord) " }

  /// - Parameter file: a public key whose private key is in no file.
  private func listAgent(_ file: String) -> (command: String?, note: String) {
    (
      "\(withAgent)ssh-add -L",
      "\(file) is a public key alone, so the agent that the guard uses must have its private key; \(LoginReport.reconnect)"
    )
  }

  /// The step with `IdentityAgent none`. It names no agent, because ssh_config says that none is to be used.
  private func stepThatNeedsNoAgent(_ omission: KeyPlan.Omission) -> (command: String?, note: String) {
    switch (omission.publicFile, omission.privateFile) {
    case (nil, let key?):
      (
        "ssh-keygen -y -f \(key.shellWord)",
        "check the passphrase with it, and name a file that has it in guard.yaml (tunnel.passphrase)"
      )
    case (let file?, let key?):
      (
        "ssh -G \(resolution.sshArguments)",
        "name \(key) as IdentityFile in ssh_config: \(file) is its public half"
      )
    case (_, nil): nameAnother(omission.publicFile ?? omission.name)
    }
  }

  private func nameAnother(_ file: String) -> (command: String?, note: String) {
    (
      "ssh -G \(resolution.sshArguments)",
      "name the file of a private key as IdentityFile in ssh_config: \(file) is a public key alone"
    )
  }

  /// The step if all keys are of types that the guard cannot use, whether an agent has them or not. The new key has a
  /// name of its own, so that ssh-keygen replaces none.
  private var stepForAnotherType: (command: String?, note: String) {
    let names = ["id_ed25519", "id_ed25519_guard"] + (2...9).map { "id_ed25519_guard\($0)" }
    let path = resolution.keyFolders.sorted().first.flatMap { folder in
      names.map { "\(folder)/\($0)" }.first { !SmallFile.exists($0) && !SmallFile.exists("\($0).pub") }
    }
    return (
      path.map { "ssh-keygen -t ed25519 -f \($0.shellWord)" },
      "the guard can use no key of these types: make one of another type, add its .pub to \(authorizedKeys) on the host, and name it as IdentityFile"
    )
  }

  /// The step if there is a key, and this process sees no agent that could hold it.
  private var stepWithoutAgent: (command: String?, note: String) {
    let identityAgent = "name the agent's socket as IdentityAgent in ssh_config"
    let passphrase = "or the passphrase in guard.yaml (tunnel.passphrase)"
    let sees =
      resolution.agentSocket.map { "no agent answers at \($0)" }
      ?? resolution.missingAgentVariable.map {
        "IdentityAgent names the variable \($0), which the guard does not have"
      } ?? "it has no SSH_AUTH_SOCK"
    let variable = resolution.missingAgentVariable ?? "SSH_AUTH_SOCK"
    return switch resolution.service {
    case .user where resolution.agentSocket != nil:
      (
        "oceanid-ctl setup \(resolution.alias.shellWord)",
        "the service sees no agent (\(sees)): run it in a session with the agent, and it gives the service that socket; or \(identityAgent), \(passphrase)"
      )
    case .user(let unit):
      (
        "systemctl --user import-environment \(variable.shellWord) && systemctl --user restart \(unit.shellWord)",
        "the service sees no agent (\(sees)); or \(identityAgent), \(passphrase)"
      )
    case .system:
      (
        "ssh -G \(resolution.sshArguments)",
        "the service sees no agent (\(sees)): \(identityAgent) of its user, \(passphrase); \(LoginReport.reconnect)"
      )
    case nil:
      (
        resolution.missingAgentVariable == nil ? "ssh-add -l" : "ssh -G \(resolution.sshArguments)",
        "the guard sees no agent (\(sees)): \(identityAgent), or start the guard with \(variable)"
      )
    }
  }

  private var server: String { resolution.hostName }

  /// The change of sshd_config that makes a key sufficient for the user.
  private var remedyOnServer: String {
    "let a key be enough for that user, in sshd_config: Match User \(resolution.user) / PubkeyAuthentication yes / AuthenticationMethods publickey; then: systemctl reload ssh"
  }

  private var alsoRefused: String { refused.isEmpty ? "" : "; refused: \(refused.listed())" }

  /// The remedy if the server accepts none of the keys.
  private var checkHost: String {
    omissions.contains { $0.kind == .certificate }
      ? "add the key itself to \(authorizedKeys) on the host, for the guard can't use its certificate"
      : "check the user name and \(authorizedKeys) on the host; the server's log says why: \(serverLog)"
  }

  private var serverLog: String {
    program == .dropbear ? "logread -e dropbear" : "journalctl -u ssh -n 50"
  }

  /// sshd_config can name another file. Dropbear cannot, but that of OpenWrt has its own file for root.
  private var authorizedKeys: String {
    guard program == .dropbear else { return "authorized_keys" }
    return resolution.user == "root"
      ? "/etc/dropbear/authorized_keys (OpenWrt) or ~/.ssh/authorized_keys"
      : "~/.ssh/authorized_keys"
  }

  private var passedOver: String {
    let reasons = unused + omissions.map(\.words) + notes
    return reasons.isEmpty ? "" : "; passed over: \(reasons.listed("; "))"
  }

  /// Files whose change causes another attempt to log in.
  private var files: [String] { resolution.loginFiles }
}

extension [String] {
  /// The first items in one text, and how many more there are: an agent may have thousands of keys, with long comments.
  package func listed(_ separator: String = ", ") -> String {
    let limit = 8
    let more = count > limit ? "\(separator)and \(count - limit) more" : ""
    return prefix(limit).joined(separator: separator) + more
  }
}
