internal import Glibc
internal import Platform
internal import SSH

/// A client of an ssh-agent (draft-miller-ssh-agent). It asks for a signature without blocking, because a person may
/// have to touch a key or to approve the use. libssh2's own agent code waits forever and blocks.
///
/// Belongs to the tunnel's thread.
final class Agent {
  struct Identity {
    let publicKey: [UInt8]
    let comment: String

    var type: String { PublicKey.type(publicKey) }

    /// For display. The comment is untrusted text.
    var shown: String {
      let words = PeerText.clean(comment)
      return words.isEmpty ? "\(type) \(HostKey.fingerprint(of: publicKey))" : words
    }
  }

  private enum Message {
    // draft-miller-ssh-agent §5.1
    static let requestIdentities: UInt8 = 11
    static let identitiesAnswer: UInt8 = 12
    static let signRequest: UInt8 = 13
    static let signResponse: UInt8 = 14
    static let bind: UInt8 = 27
  }

  /// The answer to a request for a signature.
  enum Answer: Hashable {
    case signed([UInt8])
    case waiting
    case refused
    /// It closed the connection, or does not follow the protocol.
    case ended
  }

  /// The time limit for the list of keys, for which no agent asks a person.
  static let listLimit: Duration = .seconds(5)

  private let socket: Descriptor
  /// The bytes of the current requests that were not sent yet, and those of their answers that have come.
  private var outbound: ArraySlice<UInt8> = []
  private var inbound: [UInt8] = []
  /// The number of answers to come.
  private var pendingAnswers = 0
  private var isBound = false
  /// True after an answer did not come in time: a later one would look like the answer to the next request.
  private var isBroken = false
  /// True if it did not answer in time.
  private(set) var isAbandoned = false

  /// - Throws: `SystemError` if no process listens at `path`.
  init(path: String) throws(SystemError) {
    self.socket = try StreamSocket.connect(toPath: path)
  }

  /// For an event loop: when it is readable, ask again for the answer.
  var raw: Int32 { socket.raw }

  /// Blocks for at most `listLimit`. Empty if the agent does not list its keys; nil if it does not answer in time.
  func identities() -> [Identity]? {
    guard let answer = exchange([Message.requestIdentities]) else { return nil }
    guard answer.first == Message.identitiesAnswer else { return [] }
    var reader = MessageReader(answer.dropFirst())
    guard let count = reader.uint32(), count <= 2048 else { return [] }
    return (0..<count).compactMap { _ in
      guard let key = reader.string(), let comment = reader.string() else { return nil }
      return Identity(publicKey: Array(key), comment: String(decoding: comment, as: UTF8.self))
    }
  }

  /// Asks for a signature. Then call `answer` until it is no longer `.waiting`.
  ///
  /// - Parameter proof: what binds this connection to the session, so that the agent can verify for which server the
  ///   signature is. It refuses keys with destination constraints (ssh-add(1), `-h`) otherwise (OpenSSH's PROTOCOL.agent,
  ///   session-bind@openssh.com). Agents that do not know this message answer with a failure, which does not matter.
  func ask(_ data: [UInt8], with key: Identity, proof: HostKeyProof?) {
    var request: [UInt8] = [Message.signRequest]
    request.appendSSH(bytes: key.publicKey)
    request.appendSSH(bytes: data)
    request.appendSSH(uint32: SignatureFlags.asked(by: data))
    // The signed data begins with the session identifier (RFC 4252 §7).
    var signed = MessageReader(data[...])
    if !isBound, let proof, let session = signed.string() {
      isBound = true
      var bind: [UInt8] = [Message.bind]
      bind.appendSSH(string: "session-bind@openssh.com")
      bind.appendSSH(bytes: proof.hostKey)
      bind.appendSSH(bytes: Array(session))
      bind.appendSSH(bytes: proof.signature)
      // The agent is not forwarded to the server.
      bind.append(0)
      send(bind)
    }
    send(request)
  }

  private func send(_ body: [UInt8]) {
    var message = Array(outbound)
    message.appendSSH(bytes: body)
    outbound = message[...]
    pendingAnswers += 1
  }

  /// The answer to the last request, without waiting.
  func answer() -> Answer {
    guard !isBroken else { return .ended }
    let isOpen = transfer()
    while pendingAnswers > 0 {
      var reader = MessageReader(inbound[...])
      guard let length = reader.uint32() else { return isOpen ? .waiting : end() }
      guard length > 0, length <= Agent.longestAnswer else { return end() }
      guard inbound.count >= 4 + Int(length) else { return isOpen ? .waiting : end() }
      let body = inbound[4..<(4 + Int(length))]
      inbound.removeFirst(4 + Int(length))
      pendingAnswers -= 1
      guard pendingAnswers == 0 else { continue }
      guard body.first == Message.signResponse else { return .refused }
      reader = MessageReader(body.dropFirst())
      guard let signature = reader.string() else { return .refused }
      var inner = MessageReader(signature)
      guard inner.string() != nil, let bytes = inner.string() else { return .refused }
      return .signed(Array(bytes))
    }
    return end()
  }

  /// Gives up the current request, and with it this connection.
  func abandon() {
    isBroken = true
    isAbandoned = true
  }

  private static let longestAnswer: UInt32 = 1 << 20

  private func end() -> Answer {
    isBroken = true
    return .ended
  }

  /// Sends and receives what is possible now.
  ///
  /// - Returns: false if the connection ended.
  private func transfer() -> Bool {
    while !outbound.isEmpty {
      let outcome = outbound.withUnsafeBytes { socket.send($0) }
      guard case .moved(let count) = outcome else {
        guard case .wouldBlock = outcome else { return false }
        break
      }
      outbound = outbound.dropFirst(count)
    }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while inbound.count <= Int(Agent.longestAnswer) {
      let outcome = buffer.withUnsafeMutableBytes { socket.read(into: $0) }
      guard case .moved(let count) = outcome else {
        guard case .wouldBlock = outcome else { return false }
        break
      }
      inbound += buffer.prefix(count)
    }
    return true
  }

  private func exchange(_ body: [UInt8]) -> [UInt8]? {
    var request: [UInt8] = []
    request.appendSSH(bytes: body)
    let deadline = MonotonicTime.now + Agent.listLimit
    guard request.withUnsafeBytes({ socket.sendAll($0, until: deadline) }),
      let head = socket.receive(4, until: deadline)
    else { return nil }
    var reader = MessageReader(head[...])
    guard let length = reader.uint32(), length > 0, length <= Agent.longestAnswer else { return nil }
    return socket.receive(Int(length), until: deadline)
  }
}

/// The flags that select an RSA key's signature algorithm in an agent (draft-miller-ssh-agent §5.3).
enum SignatureFlags {
  private static let sha256: UInt32 = 2
  private static let sha512: UInt32 = 4

  /// The flags for the algorithm that the signed data names (RFC 4252 §7): session, message, user, service, method, a
  /// boolean and the algorithm. 0 if it is not RSA with SHA-2.
  static func asked(by data: [UInt8]) -> UInt32 {
    var reader = MessageReader(data[...])
    guard reader.string() != nil, reader.skip(1), reader.string() != nil, reader.string() != nil,
      reader.string() != nil, reader.skip(1), let name = reader.string()
    else { return 0 }
    switch String(decoding: name, as: UTF8.self) {
    case "rsa-sha2-256": return sha256
    case "rsa-sha2-512": return sha512
    default: return 0
    }
  }
}

/// Signs for libssh2 with a key that the agent has.
final class AgentSigner: Signer {
  /// How long a person has to touch a key or to approve its use. sshd ends a login after 120 s (sshd_config(5),
  /// LoginGraceTime).
  static let limit: Duration = .seconds(90)

  private let agent: Agent
  private let identity: Agent.Identity
  private let proof: HostKeyProof?
  /// When the agent was asked for the signature; nil before, and after its answer.
  private(set) var asked: MonotonicTime?
  /// Why there is no signature, as the end of a sentence; nil if the agent was not asked, or signed.
  private(set) var refusal: String?
  /// True if the agent did not answer.
  private(set) var isSilent = false

  init(agent: Agent, identity: Agent.Identity, proof: HostKeyProof?) {
    self.agent = agent
    self.identity = identity
    self.proof = proof
  }

  func sign(_ data: UnsafeRawBufferPointer) -> SigningResult {
    let now = MonotonicTime.now
    if asked == nil {
      agent.ask(Array(data), with: identity, proof: proof)
      asked = now
    }
    switch agent.answer() {
    case .signed(let signature):
      asked = nil
      return .signed(signature)
    case .waiting:
      guard let asked, now - asked < AgentSigner.limit else {
        agent.abandon()
        isSilent = true
        return fail("did not sign within \(AgentSigner.limit.components.seconds) s")
      }
      return .waiting
    case .refused:
      return fail(
        "refuses to sign with it, as it does if ssh-add -h limits the key to other hosts or users, or ssh-add -c to approved uses"
      )
    case .ended where agent.isAbandoned:
      isSilent = true
      return fail("was not asked, because it had not answered for another key")
    case .ended: return fail("closed the connection when it was asked to sign")
    }
  }

  private func fail(_ reason: String) -> SigningResult {
    asked = nil
    refusal = reason
    return .failed
  }
}
