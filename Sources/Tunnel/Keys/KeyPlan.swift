internal import Platform
internal import SSH

/// The keys to offer, in the order of ssh(1): first the agent's keys that an identity file names, then the agent's
/// other keys unless IdentitiesOnly is set, then the remaining files (sshconnect2.c, pubkey_prepare).
struct KeyPlan {
  enum Key {
    /// - file: the identity file that names the key.
    case agent(Agent.Identity, file: String?)
    case file(String, [UInt8], isEncrypted: Bool)

    /// The name for messages.
    var name: String {
      switch self {
      case .agent(let identity, let file): "\(file ?? identity.shown) (agent)"
      case .file(let path, _, _): path
      }
    }
  }

  /// A key that is not offered, and why.
  struct Omission: Hashable {
    let name: String
    /// The end of a sentence.
    let reason: String
    let kind: Kind
    /// The file of the private key, if there is one.
    var privateFile: String?
    /// The file of the public key, if only that names the key.
    var publicFile: String?

    enum Kind: Hashable {
      case missing
      /// The key exists and would be offered if an agent had it.
      case needsAgent
      /// The key must be encrypted with another cipher, or an agent must have it.
      case cipher
      /// chmod(1) makes the key usable.
      case exposed
      /// The file has no private key that can be used.
      case damaged
      /// The key is offered without the certificate.
      case certificate
      /// libssh2 can't use keys of this type, whether an agent has them or not.
      case unsupported
      case other
    }

    var words: String { "\(name) \(reason)" }
  }

  private(set) var keys: [Key] = []
  private(set) var omissions: [Omission] = []

  /// - Parameters:
  ///   - certificateFiles: the values of CertificateFile.
  ///   - agent: the agent's keys in its order; nil if no agent answers.
  ///   - allowed: PubkeyAcceptedAlgorithms; nil allows all.
  ///   - allowsAgents: false with `IdentityAgent none`.
  init(
    files: [IdentityFile], certificateFiles: [String] = [], agent: [Agent.Identity]?, identitiesOnly: Bool,
    allowed: Set<String>?, allowsAgents: Bool = true
  ) {
    var left = files
    var others: [Key] = []
    for identity in agent ?? [] {
      let index = left.firstIndex { $0.publicKey == identity.publicKey }
      let file = index.map { left.remove(at: $0).path }
      guard file != nil || !identitiesOnly else { continue }
      let key = Key.agent(identity, file: file)
      if let reason = PublicKey.refusal(identity.type, allowed: allowed) {
        omissions.append(Omission(name: key.name, reason: reason, kind: Self.kind(identity.type)))
      } else if file != nil {
        keys.append(key)
      } else {
        others.append(key)
      }
    }
    keys += others
    for file in left {
      // Neither a passphrase nor an agent makes such a key usable.
      if let type = file.type, let reason = PublicKey.refusal(type, allowed: allowed) {
        omissions.append(Omission(name: file.path, reason: reason, kind: Self.kind(type)))
        continue
      }
      switch file.content {
      case .usable(let bytes, let isEncrypted):
        keys.append(.file(file.path, bytes, isEncrypted: isEncrypted))
      case .missing: omissions.append(Omission(name: file.path, reason: "does not exist", kind: .missing))
      case .publicOnly(let publicFile):
        let which =
          publicFile == file.path
          ? "names a key by its public half" : "does not exist, only its public half \(publicFile)"
        let reason =
          !allowsAgents
          ? "\(which), and with IdentityAgent none only a private key can be used"
          : agent == nil
            ? "\(which), and there is no agent that could hold it"
            : "\(which), and the agent does not hold that key"
        omissions.append(
          Omission(
            name: file.path, reason: reason, kind: .needsAgent,
            privateFile: file.publicKey.flatMap { KeyFile.privateFile(of: $0, near: publicFile) },
            publicFile: publicFile))
      case .unsupported(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .unsupported))
      case .damaged(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .damaged))
      case .unreadable(let reason):
        let kind: Omission.Kind = file.publicKey == nil || !allowsAgents ? .other : .needsAgent
        omissions.append(Omission(name: file.path, reason: reason, kind: kind, privateFile: file.path))
      case .encrypted(let reason):
        omissions.append(
          Omission(name: file.path, reason: reason, kind: .needsAgent, privateFile: file.path))
      case .undecryptable(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .cipher))
      case .exposed(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .exposed))
      }
    }
    let named = certificateFiles.compactMap(IdentityFile.certificate)
    omissions += named + files.compactMap(\.certificate).filter { !named.contains($0) }
  }

  /// Why a key of a type that is refused is not offered.
  private static func kind(_ type: String) -> Omission.Kind {
    if PublicKey.isCertificate(type) { return .certificate }
    return PublicKey.refusal(type, allowed: nil) == nil ? .other : .unsupported
  }
}

extension Resolution {
  /// The files in these folders that have the content or, if that is not known, the name of a key.
  private var keyFiles: [KeyFile] { keyFolders.sorted().flatMap { KeyFile.all(in: $0) } }

  /// Public keys in these folders whose private key is in no file: an agent or a device has the private key.
  var publicKeysAlone: [String] {
    let files = keyFiles
    return files.filter { file in
      guard !file.isPrivate else { return false }
      // A file that cannot be read may be the private key.
      if file.path.hasSuffix(".pub"), SmallFile.exists(String(file.path.dropLast(4))) { return false }
      return !files.contains {
        $0.isPrivate
          && ($0.path + ".pub" == file.path || $0.publicKey == file.publicKey && $0.publicKey != nil)
      }
    }.map(\.path)
  }

  /// Private keys in these folders that are not identity files themselves.
  var otherKeys: [String] {
    keyFiles.filter { $0.isPrivate && !identityFiles.contains($0.path) }.map(\.path)
  }
}
