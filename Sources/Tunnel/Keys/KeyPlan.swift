internal import SSH

/// The keys to offer and their order, as for ssh(1): the agent's that an identity file names, the agent's others
/// unless IdentitiesOnly, then the files that are left (sshconnect2.c, pubkey_prepare).
struct KeyPlan {
  enum Key {
    /// - file: the identity file that names it.
    case agent(Agent.Identity, file: String?)
    case file(String, [UInt8], isEncrypted: Bool)

    /// For a person.
    var name: String {
      switch self {
      case .agent(let identity, let file): "\(file ?? identity.shown) (agent)"
      case .file(let path, _, _): path
      }
    }
  }

  /// Why a key is not offered.
  struct Omission: Hashable {
    let name: String
    /// A sentence's end.
    let reason: String
    let kind: Kind

    enum Kind: Hashable {
      case missing
      /// There is a key, and it would be offered if an agent held it.
      case needsAgent
      /// chmod(1) makes it a usable one.
      case exposed
      /// Its key is offered without it.
      case certificate
      case other
    }

    var words: String { "\(name) \(reason)" }
  }

  private(set) var keys: [Key] = []
  private(set) var omissions: [Omission] = []

  /// - Parameters:
  ///   - certificateFiles: what CertificateFile names.
  ///   - agent: its keys in its order; nil where there is no agent that answers.
  ///   - allowed: PubkeyAcceptedAlgorithms; nil: all.
  init(
    files: [IdentityFile], certificateFiles: [String] = [], agent: [Agent.Identity]?, identitiesOnly: Bool,
    allowed: Set<String>?
  ) {
    var left = files
    var others: [Key] = []
    for identity in agent ?? [] {
      let index = left.firstIndex { $0.publicKey == identity.publicKey }
      let file = index.map { left.remove(at: $0).path }
      guard file != nil || !identitiesOnly else { continue }
      let key = Key.agent(identity, file: file)
      if let reason = PublicKey.refusal(identity.type, allowed: allowed) {
        omissions.append(
          Omission(
            name: key.name, reason: reason,
            kind: PublicKey.isCertificate(identity.type) ? .certificate : .other))
      } else if file != nil {
        keys.append(key)
      } else {
        others.append(key)
      }
    }
    keys += others
    for file in left {
      switch file.content {
      case .usable(let bytes, let isEncrypted):
        if let type = file.type, let reason = PublicKey.refusal(type, allowed: allowed) {
          omissions.append(Omission(name: file.path, reason: reason, kind: .other))
        } else {
          keys.append(.file(file.path, bytes, isEncrypted: isEncrypted))
        }
      case .missing: omissions.append(Omission(name: file.path, reason: "does not exist", kind: .missing))
      case .publicOnly:
        let reason =
          agent == nil
          ? "names a key by its public half, and there is no agent that could hold it"
          : "names a key by its public half, and the agent does not hold that key"
        omissions.append(Omission(name: file.path, reason: reason, kind: .needsAgent))
      case .unusable(let reason):
        let kind: Omission.Kind = file.publicKey == nil ? .other : .needsAgent
        omissions.append(Omission(name: file.path, reason: reason, kind: kind))
      case .encrypted(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .needsAgent))
      case .exposed(let reason):
        omissions.append(Omission(name: file.path, reason: reason, kind: .exposed))
      }
    }
    let named = certificateFiles.compactMap(IdentityFile.certificate)
    omissions += named + files.compactMap(\.certificate).filter { !named.contains($0) }
  }
}
