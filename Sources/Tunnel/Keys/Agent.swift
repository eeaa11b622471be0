internal import Glibc
internal import Platform
internal import SSH

/// A client of an ssh-agent (draft-miller-ssh-agent) with a deadline for every answer. libssh2's own agent code waits
/// forever, so a hung agent would block the tunnel.
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
  }

  private let socket: Descriptor
  private let patience: Duration

  /// - Throws: `SystemError` if no process listens at `path`.
  init(path: String, patience: Duration) throws(SystemError) {
    self.socket = try StreamSocket.connect(toPath: path)
    self.patience = patience
  }

  func identities() -> [Identity] {
    guard let answer = exchange([Message.requestIdentities]), answer.first == Message.identitiesAnswer else {
      return []
    }
    var reader = MessageReader(answer.dropFirst())
    guard let count = reader.uint32(), count <= 2048 else { return [] }
    return (0..<count).compactMap { _ in
      guard let key = reader.string(), let comment = reader.string() else { return nil }
      return Identity(publicKey: Array(key), comment: String(decoding: comment, as: UTF8.self))
    }
  }

  /// The signature without the algorithm name; nil if the agent refuses or does not answer in time.
  func sign(_ data: UnsafeRawBufferPointer, with key: Identity) -> [UInt8]? {
    var request: [UInt8] = [Message.signRequest]
    request.appendSSH(bytes: key.publicKey)
    request.appendSSH(bytes: Array(data))
    request.appendSSH(uint32: SignatureFlags.asked(by: Array(data)))
    guard let answer = exchange(request), answer.first == Message.signResponse else { return nil }
    var reader = MessageReader(answer.dropFirst())
    guard let signature = reader.string() else { return nil }
    var inner = MessageReader(signature)
    guard inner.string() != nil, let bytes = inner.string() else { return nil }
    return Array(bytes)
  }

  private func exchange(_ body: [UInt8]) -> [UInt8]? {
    var request: [UInt8] = []
    request.appendSSH(bytes: body)
    let deadline = MonotonicTime.now + patience
    guard request.withUnsafeBytes({ socket.sendAll($0, until: deadline) }),
      let head = socket.receive(4, until: deadline)
    else { return nil }
    var reader = MessageReader(head[...])
    guard let length = reader.uint32(), length > 0, length <= 1 << 20 else { return nil }
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

/// Reads strings and numbers in the format of RFC 4251 §5.
struct MessageReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func uint32() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() -> ArraySlice<UInt8>? {
    guard let length = uint32(), rest.count >= Int(length) else { return nil }
    defer { rest = rest.dropFirst(Int(length)) }
    return rest.prefix(Int(length))
  }

  mutating func skip(_ count: Int) -> Bool {
    guard rest.count >= count else { return false }
    rest = rest.dropFirst(count)
    return true
  }
}

/// Signs for libssh2 with a key that the agent has.
final class AgentSigner: Signer {
  private let agent: Agent
  private let identity: Agent.Identity
  /// True if the agent was asked and did not sign.
  private(set) var hasRefused = false

  init(agent: Agent, identity: Agent.Identity) {
    self.agent = agent
    self.identity = identity
  }

  func sign(_ data: UnsafeRawBufferPointer) -> [UInt8]? {
    let signature = agent.sign(data, with: identity)
    hasRefused = signature == nil
    return signature
  }
}
