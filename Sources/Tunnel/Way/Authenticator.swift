internal import Platform
internal import SSH

/// Public key authentication, one key after another: the agent's, then the identity files'.
///
/// Belongs to the tunnel's thread.
final class Authenticator {
  private enum Key {
    case agent(AgentSigner, Agent.Identity)
    case file(String, [UInt8], isEncrypted: Bool)

    var name: String {
      switch self {
      case .agent(_, let identity): "\(identity.comment) (agent)"
      case .file(let path, _, _): path
      }
    }
  }

  /// OpenSSH's MaxAuthTries is 6, and the request for the list of methods may count as one.
  private static let mostKeys = 5

  private let resolution: Resolution
  private var keys: ArraySlice<Key>
  /// What was passed over, and why.
  private let notes: [String]
  private let passphrase: String?
  private var refused: [String] = []
  /// Keys that libssh2 could not even open.
  private var unopened: [String] = []
  /// The server has heard of the first of `keys`.
  private var isOffered = false

  /// - Throws: `no_usable_key` with the reason for each key that was passed over.
  init(_ resolution: Resolution) throws(TunnelFailure) {
    var keys: [Key] = []
    var notes: [String] = []
    if let path = resolution.agentSocket {
      do {
        let agent = try Agent(path: path, patience: .seconds(5))
        let named = resolution.identityFiles.compactMap(IdentityFile.publicKey)
        for identity in agent.identities() {
          // ssh_config(5), IdentitiesOnly: of the agent's keys only those that an identity file names.
          if resolution.identitiesOnly, !named.contains(identity.publicKey) { continue }
          if identity.type == "ssh-rsa", !SSHLibrary.signsRSAWithSHA2 {
            notes.append("\(identity.comment) (agent) \(SSHLibrary.rsaExplanation)")
          } else {
            keys.append(.agent(AgentSigner(agent: agent, identity: identity), identity))
          }
        }
      } catch {
        notes.append("agent \(path): \(error.reason)")
      }
    }
    var passphrase: String?
    if let path = resolution.passphraseFile {
      do {
        passphrase = try SecretFile.passphrase(path, isGuarded: resolution.isCredential(path))
      } catch {
        notes.append(error.message)
      }
    }
    var exposed: [String] = []
    for path in resolution.identityFiles {
      if !resolution.isCredential(path), SecretFile.exposure(of: path) != nil { exposed.append(path) }
      let file = IdentityFile(
        path: path, isGuarded: resolution.isCredential(path), hasPassphrase: passphrase != nil)
      switch file.content {
      case .usable(let bytes, let isEncrypted): keys.append(.file(path, bytes, isEncrypted: isEncrypted))
      case .missing: notes.append("\(path) does not exist")
      case .unusable(let reason): notes.append("\(path) \(reason)")
      }
    }
    notes += resolution.keyNotes
    guard !keys.isEmpty else {
      throw TunnelFailure(
        .noUsableKey,
        "no usable key for \(resolution.user)@\(resolution.hostName): \(notes.joined(separator: "; "))",
        remedy: exposed.isEmpty
          ? "make one: ssh-keygen -t ed25519, add its .pub to authorized_keys on the host, and name it as IdentityFile"
          : "chmod 600 \(exposed.joined(separator: " "))",
        files: resolution.keyFiles)
    }
    self.passphrase = passphrase
    self.resolution = resolution
    self.keys = keys.prefix(Authenticator.mostKeys)
    self.notes = notes
  }

  /// - Throws: `auth_refused` once the last key is refused.
  func step(_ session: Session) throws(TunnelFailure) -> Session.Progress {
    while let key = keys.first {
      do throws(SSHError) {
        let progress =
          switch key {
          case .agent(let signer, let identity):
            try session.authenticate(user: resolution.user, publicKey: identity.publicKey, signer: signer)
          case .file(_, let bytes, let isEncrypted):
            try session.authenticate(
              user: resolution.user, privateKey: bytes, passphrase: isEncrypted ? passphrase : nil)
          }
        isOffered = true
        return progress
      } catch {
        switch error.code {
        case .disconnected where saysEnough(session.farewell):
          refused.append("\(key.name) (\(session.farewell ?? ""))")
          keys = []
          continue
        case .disconnected, .protocolViolation, .keyExchange:
          throw TunnelFailure(broken: error, resolution, farewell: session.farewell)
        default: note(error, key)
        }
        keys = keys.dropFirst()
        isOffered = false
      }
    }
    let unused = unopened + notes
    guard !refused.isEmpty else {
      throw TunnelFailure(
        .noUsableKey,
        "no usable key for \(resolution.user)@\(resolution.hostName): \(unused.joined(separator: "; "))",
        remedy:
          "check the passphrase by hand: ssh-keygen -y -f KEY; it is read from tunnel.passphrase in guard.yaml",
        files: resolution.keyFiles)
    }
    let passedOver = unused.isEmpty ? "" : "; passed over: \(unused.joined(separator: "; "))"
    throw TunnelFailure(
      .authRefused,
      "\(resolution.hostName) refused every key for user \(resolution.user): \(refused.joined(separator: ", "))\(passedOver)",
      remedy:
        "check the user name and authorized_keys on the host; compare: \(resolution.byHandInDetail)",
      files: resolution.keyFiles)
  }

  /// A server that ends the session over the keys that it was shown must not be asked again soon. sshd says it in
  /// words: "Too many authentication failures", with the reason of a protocol error (auth.c).
  private func saysEnough(_ farewell: String?) -> Bool {
    farewell.map { !refused.isEmpty || $0.lowercased().contains("authentication") } ?? false
  }

  /// libssh2 has one code for a key that it can't open and for one that the server refused (pem.c). An answer of the
  /// server takes at least one step of waiting, so what fails before was never sent.
  private func note(_ error: SSHError, _ key: Key) {
    guard !isOffered || error.code == .unusableKey else {
      return refused.append("\(key.name) (\(error.detail))")
    }
    if case .file(let path, _, isEncrypted: true) = key {
      unopened.append("the passphrase does not open \(path) (\(error.detail))")
    } else {
      unopened.append("\(key.name) can't be used (\(error.detail))")
    }
  }
}

extension Resolution {
  /// Whose change is worth another attempt to log in.
  fileprivate var keyFiles: [String] {
    identityFiles + [passphraseFile].compactMap(\.self) + configFiles
  }
}
