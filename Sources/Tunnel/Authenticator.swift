internal import Platform
internal import SSH

/// Public key authentication, one key after another: the agent's, then the identity files'.
///
/// Belongs to the tunnel's thread.
final class Authenticator {
  private enum Key {
    case agent(AgentSigner, Agent.Identity)
    case file(String, [UInt8])

    var name: String {
      switch self {
      case .agent(_, let identity): "\(identity.comment) (agent)"
      case .file(let path, _): path
      }
    }
  }

  /// OpenSSH's MaxAuthTries is 6, and the request for the list of methods may count as one.
  private static let mostKeys = 5

  private let resolution: Resolution
  private var keys: ArraySlice<Key>
  /// What was passed over, and why.
  private let notes: [String]
  private var refused: [String] = []

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
    for path in resolution.identityFiles {
      switch IdentityFile(path: path).content {
      case .usable(let bytes): keys.append(.file(path, bytes))
      case .missing: notes.append("\(path) does not exist")
      case .unusable(let reason): notes.append("\(path) \(reason)")
      }
    }
    guard !keys.isEmpty else {
      throw TunnelFailure(
        .noUsableKey,
        "no usable key for \(resolution.user)@\(resolution.hostName): \(notes.joined(separator: "; "))",
        remedy:
          "make one: ssh-keygen -t ed25519, add its .pub to authorized_keys on the host, and name it as IdentityFile",
        files: resolution.identityFiles + resolution.configFiles)
    }
    self.resolution = resolution
    self.keys = keys.prefix(Authenticator.mostKeys)
    self.notes = notes
  }

  /// - Throws: `auth_refused` once the last key is refused.
  func step(_ session: Session) throws(TunnelFailure) -> Session.Progress {
    while let key = keys.first {
      do throws(SSHError) {
        switch key {
        case .agent(let signer, let identity):
          return try session.authenticate(
            user: resolution.user, publicKey: identity.publicKey, signer: signer)
        case .file(_, let bytes):
          return try session.authenticate(user: resolution.user, privateKey: bytes, passphrase: nil)
        }
      } catch {
        if error.code == .disconnected { throw TunnelFailure(broken: error, resolution) }
        refused.append("\(key.name) (\(error.detail))")
        keys = keys.dropFirst()
      }
    }
    let passedOver = notes.isEmpty ? "" : "; passed over: \(notes.joined(separator: "; "))"
    throw TunnelFailure(
      .authRefused,
      "\(resolution.hostName) refused every key for user \(resolution.user): \(refused.joined(separator: ", "))\(passedOver)",
      remedy:
        "check the user name and authorized_keys on the host; compare: ssh -v \(resolution.user)@\(resolution.hostName)",
      files: resolution.identityFiles + resolution.configFiles)
  }
}

extension TunnelFailure {
  /// A session that broke off before it was up.
  init(broken error: SSHError, _ resolution: Resolution) {
    let peer = HostPort(host: resolution.hostName, port: resolution.port)
    switch error.code {
    case .keyExchange:
      self.init(
        .protocolError, "\(peer): no agreement on algorithms, or a broken key exchange: \(error.detail)",
        remedy:
          "libssh2 \(SSHLibrary.version) needs an ed25519 or ecdsa host key, aes-ctr and hmac-sha2 on the server (sshd -T | grep -iE 'hostkeyalg|ciphers|macs')"
      )
    case .disconnected:
      self.init(
        .peerClosed, "\(peer) closed the connection during \(error.operation)",
        remedy: "look at the server's log: journalctl -u ssh -n 50 (MaxStartups, a ban, or sshd restarting)")
    default:
      self.init(
        .protocolError, "\(peer): \(error.operation): \(error.detail)",
        remedy: "check that an SSH server answers there: ssh -v -p \(peer.port) \(peer.host)")
    }
  }
}
