internal import GuardTypes
internal import Platform
internal import SSH

/// Authenticates with public keys like ssh(1): it requests the methods, then offers each key until one is accepted, the
/// server ends the login, or the server requires another method.
///
/// Belongs to the tunnel's thread.
final class Authenticator {
  private enum Key {
    case agent(AgentSigner, Agent.Identity, name: String)
    case file([UInt8], passphrase: String?, name: String)

    var name: String {
      switch self {
      case .agent(_, _, let name), .file(_, _, let name): name
      }
    }
  }

  private let resolution: Resolution
  private var report: LoginReport
  private var keys: ArraySlice<Key>
  /// Wakes the loop when the agent answers.
  private let agentWatch: Watch?
  /// The time that the agent took so far, which does not count towards ConnectTimeout.
  private var agentTime: Duration = .zero
  /// The server has sent its list of methods.
  private var knowsMethods = false
  /// The first of `keys` has been sent to the server.
  private var isOffered = false

  init(
    _ resolution: Resolution, proof: HostKeyProof?, server: ServerProgram, loop: Loop
  ) throws(TunnelFailure) {
    self.resolution = resolution
    let ring = KeyRing(resolution, server: server)
    do throws(SystemError) {
      agentWatch = if let agent = ring.agent { try loop.watch(agent.raw) { _ in } } else { nil }
    } catch {
      throw TunnelFailure(
        .connectRefused, "the agent's answers can't be waited for: \(error)",
        remedy: "check limits: fs.epoll.max_user_watches")
    }
    keys =
      ring.plan.keys.compactMap { key in
        switch key {
        case .agent(let identity, _):
          ring.agent.map {
            .agent(AgentSigner(agent: $0, identity: identity, proof: proof), identity, name: key.name)
          }
        case .file(_, let bytes, let isEncrypted):
          .file(bytes, passphrase: isEncrypted ? ring.passphrase : nil, name: key.name)
        }
      }[...]
    report = ring.report
  }

  /// The key that the agent was asked to sign with, and when; nil if no answer is awaited.
  var awaited: (key: String, since: MonotonicTime)? {
    guard case .agent(let signer, _, let name)? = keys.first, let since = signer.asked else { return nil }
    return (name, since)
  }

  /// The deadline of the login, whose usual one is `deadline`.
  func deadline(_ deadline: MonotonicTime) -> MonotonicTime {
    awaited.map { $0.since + AgentSigner.limit } ?? deadline + agentTime
  }

  /// - Throws: `no_usable_key` if no key could be offered, with the reason for each; `auth_refused` if the server
  ///   accepted none.
  func step(_ session: Session) throws(TunnelFailure) -> Session.Progress {
    do throws(TunnelFailure) { return try proceed(session) } catch {
      guard [.authRefused, .peerClosed].contains(error.code) else { throw error }
      throw explain(error, session)
    }
  }

  /// Adds what the server said about the login. Ends the session.
  private func explain(_ failure: TunnelFailure, _ session: Session) -> TunnelFailure {
    let disconnectMessage = session.disconnectMessage
    let (early, late) = session.end()
    // A text before the first key is usually the same for every login, and says nothing about this one.
    let said = report.hasOffers || isOffered ? late : early + late
    guard !said.isEmpty else { return failure }
    // sshd closes the connection without a message if PAM refuses the account.
    guard failure.code == .peerClosed else { return failure.quoting(said) }
    guard !late.isEmpty else { return failure }
    return report.explainedEnd(
      disconnectMessage, during: isOffered ? keys.first?.name : nil, notOffered: keys.dropFirst().map(\.name)
    ).quoting(said)
  }

  private func proceed(_ session: Session) throws(TunnelFailure) -> Session.Progress {
    if !knowsMethods {
      switch try methods(session) {
      case .waiting: return .waiting
      case .accepted: return .done
      case .offered(let methods):
        knowsMethods = true
        guard methods.contains("publickey") else { throw report.wantsNoKeys(methods) }
      }
    }
    while let key = keys.first {
      let asked = awaited?.since
      defer { if let asked, awaited == nil { agentTime += MonotonicTime.now - asked } }
      do throws(SSHError) {
        let progress =
          switch key {
          case .agent(let signer, let identity, _):
            try session.authenticate(user: resolution.user, publicKey: identity.publicKey, signer: signer)
          case .file(let bytes, let passphrase, _):
            try session.authenticate(user: resolution.user, privateKey: bytes, passphrase: passphrase)
          }
        isOffered = true
        return progress
      } catch {
        try record(error, key, session)
        keys = keys.dropFirst()
        isOffered = false
      }
    }
    throw report.isOver()
  }

  private func methods(_ session: Session) throws(TunnelFailure) -> Session.Methods {
    do throws(SSHError) { return try session.authenticationMethods(user: resolution.user) } catch {
      guard error.code == .disconnected, LoginReport.isVerdict(session.disconnectMessage) else {
        throw TunnelFailure(broken: error, resolution, session: session)
      }
      throw report.ended(session.disconnectMessage, notOffered: keys.map(\.name))
    }
  }

  /// Records a key that was not accepted.
  private func record(_ error: SSHError, _ key: Key, _ session: Session) throws(TunnelFailure) {
    switch error.code {
    // If the server ended the session because of the offered keys, an early retry must be avoided.
    case .disconnected
    where report.hasRefusals && session.wire.isAtEnd || LoginReport.isVerdict(session.disconnectMessage):
      throw report.ended(
        session.disconnectMessage, during: isOffered ? key.name : nil,
        notOffered: keys.dropFirst().map(\.name))
    case .disconnected, .protocolViolation, .packetTooLarge, .keyExchange:
      throw TunnelFailure(broken: error, resolution, session: session)
    case .authenticationRefused, .unusableKey, .channelRefused, .other: break
    }
    if case .agent(let signer, _, _) = key, let refusal = signer.refusal {
      return report.add(unsigned: "\(key.name): the agent \(refusal)", isSilent: signer.isSilent)
    }
    // libssh2 has the same code for a key that it cannot read and for one that the server refused (pem.c). An answer of
    // the server takes at least one step of waiting, so a key that failed earlier was never sent.
    guard isOffered, error.code != .unusableKey else {
      if case .file(_, .some, _) = key {
        return report.add(locked: key.name, error.detail)
      }
      return report.add(unused: "\(key.name) can't be used (\(error.detail))")
    }
    guard let refusal = session.lastRefusal else {
      return report.add(refused: "\(key.name) (\(error.detail))")
    }
    guard refusal.isPartialSuccess else {
      report.add(refused: key.name)
      guard refusal.methods.contains("publickey") else { throw report.wantsNoKeys(refusal.methods) }
      return
    }
    report.add(accepted: key.name, then: refusal.methods)
    // With `publickey,publickey` the server requires a second key.
    guard refusal.methods.contains("publickey") else { throw report.isOver() }
  }
}

/// The keys that this process can use now, and the reasons why it cannot use others.
struct KeyRing {
  let plan: KeyPlan
  let agent: Agent?
  let passphrase: String?
  /// The report before a login.
  let report: LoginReport

  /// Reads the key files and asks the agent for its keys.
  ///
  /// - Parameter server: the program of the server, if it is known.
  init(_ resolution: Resolution, server: ServerProgram = .unknown) {
    var agent: Agent?
    var identities: [Agent.Identity]?
    var notes: [String] = []
    if let path = resolution.agentSocket {
      do {
        let found = try Agent(path: path)
        identities = found.identities()
        if let identities {
          agent = found
          if identities.isEmpty { notes.append("the agent \(path) has no key or does not list its keys") }
        } else {
          notes.append("the agent \(path) does not answer within \(Agent.listLimit.components.seconds) s")
        }
      } catch {
        notes.append("agent \(path): \(error.reason)")
      }
    }
    var passphrase: String?
    var lockedOut: TunnelFailure?
    if let path = resolution.passphraseFile {
      do {
        passphrase = try SecretFile.passphrase(
          path, isGuarded: resolution.isCredential(path), asOwner: resolution.asOwner)
      } catch {
        notes.append(error.message)
        lockedOut = error
      }
    }
    let files = resolution.identityFiles.map { path in
      IdentityFile(
        path: path, isGuarded: resolution.isCredential(path), passphrase: passphrase,
        allowsAgents: resolution.allowsAgents)
    }
    self.plan = KeyPlan(
      files: files, certificateFiles: resolution.certificateFiles, agent: identities,
      identitiesOnly: resolution.identitiesOnly, allowed: resolution.publicKeyAlgorithms,
      allowsAgents: resolution.allowsAgents)
    self.agent = agent
    self.passphrase = passphrase
    self.report = LoginReport(
      resolution, omissions: plan.omissions, notes: notes + resolution.keyNotes, hasAgent: identities != nil,
      passphraseFailure: lockedOut, server: server)
  }
}

extension Resolution {
  /// The names of the keys that a login from this process would offer now, or the reason why there is none.
  ///
  /// Blocks while it reads files and asks the agent.
  package func keys() -> Result<[String], TunnelFailure> {
    let ring = KeyRing(self)
    guard ring.plan.keys.isEmpty else { return .success(ring.plan.keys.map(\.name)) }
    return .failure(ring.report.isOver().completed(ssh: sshArguments, host: hostName, asOwner: asOwner))
  }

  /// The existing files that a connection reads, separated by whether this process may read them.
  package func readFiles() -> (readable: [String], refused: [String]) {
    let present = files.filter { SmallFile.exists($0) && $0 != agentSocket }
    var seen: Set<String> = []
    let unique = present.filter { seen.insert($0).inserted }
    return (unique.filter(SmallFile.isReadable), unique.filter { !SmallFile.isReadable($0) })
  }
}
