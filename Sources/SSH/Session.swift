internal import CLibSSH2
internal import CLibSSH2Calls
internal import Glibc

/// A non-blocking SSH client connection (RFC 4253).
///
/// It belongs to one thread. Repeat each step until it returns `.done`; in between, the owner transfers bytes between
/// `wire` and the peer.
package final class Session {
  /// The result of a step.
  package enum Progress: Hashable {
    case done
    /// Not finished: repeat the step after more bytes arrived.
    case waiting
  }

  package var wire: Wire { context.wire }
  let pointer: OpaquePointer
  private let context: SessionContext
  /// Passed to libssh2 for its callbacks; released in `deinit`, after the last call.
  private let lent: Unmanaged<SessionContext>
  let unblocked: Int32
  /// The server's identification, for example `SSH-2.0-OpenSSH_9.2p1`, cleaned; nil before it was received.
  package internal(set) var identification: String?
  /// Number of texts of the server that came before the first key was offered.
  var earlyTexts = 0
  private var isEnded = false
  private static let maxTexts = 16
  /// The server's response to the last key; nil if there was none.
  package internal(set) var lastRefusal: AuthenticationRefusal?
  /// The server's part of the first key exchange; nil before the handshake is done, and if it was not found.
  package internal(set) var hostKeyProof: HostKeyProof?
  /// The offered algorithms, and those that this libssh2 supports.
  private(set) var offered: Algorithms.Offer
  private(set) var supported: Algorithms.Offer

  /// - Parameter socket: the non-blocking descriptor. libssh2 only reads its flags.
  /// - Parameter hostKeyTypes: the order of preference; if empty, libssh2's default.
  /// - Parameter algorithms: the permitted algorithms. The caller derives `hostKeyTypes` from them.
  package init(
    socket: Int32, hostKeyTypes: [String], algorithms: Algorithms.Offer = .all
  ) throws(SSHError) {
    try Session.startLibrary()
    let context = SessionContext()
    let lent = Unmanaged.passRetained(context)
    guard
      let pointer = libssh2_session_init_ex(
        { SessionContext.at($1)?.memory.allocate($0) },
        { if let pointer = $0 { SessionContext.at($1)?.memory.release(pointer) } },
        { SessionContext.at($2)?.memory.reallocate($0, $1) }, lent.toOpaque())
    else {
      lent.release()
      throw SSHError(code: .other(0), operation: "session", detail: "out of memory")
    }
    self.context = context
    self.lent = lent
    self.pointer = pointer
    self.unblocked = socket
    self.offered = algorithms
    self.supported = .all
    libssh2_session_set_blocking(pointer, 0)
    oceanid_ssh2_set_send(pointer) { _, bytes, count, _, context in
      guard let wire = SessionContext.at(context)?.wire, let bytes else { return -Int(EINVAL) }
      return wire.send(UnsafeRawBufferPointer(start: bytes, count: count))
    }
    oceanid_ssh2_set_receive(pointer) { _, buffer, count, _, context in
      guard let wire = SessionContext.at(context)?.wire, let buffer else { return -Int(EINVAL) }
      return wire.receive(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
    }
    // RFC 4253 §11.1: the reason is unsigned; libssh2 passes it as an int.
    oceanid_ssh2_set_disconnect(pointer) { _, reason, text, length, _, _, context in
      let words = PeerText.clean(UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : Int(length)))
      SessionContext.at(context)?.disconnectMessage =
        "it disconnected" + (words.isEmpty ? "" : ": \(words)")
        + " (reason \(UInt32(truncatingIfNeeded: reason)))"
    }
    if !hostKeyTypes.isEmpty { offered.hostKeys = hostKeyTypes }
    let methods: [(WritableKeyPath<Algorithms.Offer, [String]>, [Int32])] = [
      (\.keyExchange, [LIBSSH2_METHOD_KEX]), (\.hostKeys, [LIBSSH2_METHOD_HOSTKEY]),
      (\.ciphers, [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC]),
      (\.macs, [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC]),
    ]
    for (list, methods) in methods {
      let known = try known(methods[0])
      supported[keyPath: list].removeAll { !known.contains($0) }
      let wanted = offered[keyPath: list]
      offered[keyPath: list].removeAll { !known.contains($0) }
      for method in methods { try prefer(method, offered[keyPath: list], of: wanted) }
    }
  }

  deinit {
    free()
    context.memory.releaseAll()
    lent.release()
  }

  private func free() {
    guard !isEnded else { return }
    isEnded = true
    // Freeing on a live connection would wait for replies, so the callbacks fail from here on.
    wire.isBroken = true
    oceanid_ssh2_session_free(pointer)
  }

  /// Ends the session and returns the texts that the server sent during authentication (`AuthenticationText`), in their
  /// order. libssh2 keeps them in a queue that has no reader, so they are found when it frees its memory.
  ///
  /// Afterwards, only `disconnectMessage` and `lastRefusal` may be read.
  package func end() -> (early: [String], late: [String]) {
    var texts: [String] = []
    inspectPackets { block in
      // A server may send any number of them.
      if texts.count < Session.maxTexts, let text = AuthenticationText(block) { texts.append(text.words) }
    }
    free()
    inspectPackets(nil)
    return (Array(texts.prefix(earlyTexts)), Array(texts.dropFirst(earlyTexts)))
  }

  /// Number of bytes that libssh2 has allocated for this session.
  package var held: Int { context.memory.held }

  /// The server's disconnect message (RFC 4253 §11.1), with a short explanation; nil if it sent none.
  package var disconnectMessage: String? { context.disconnectMessage }

  func usingKey<Value>(_ body: () -> Value) -> Value {
    context.memory.usesPlainBlocks = true
    defer { context.memory.usesPlainBlocks = false }
    return body()
  }

  /// Counts the texts of the server that libssh2 has not freed.
  func countTexts() { earlyTexts = context.memory.count { AuthenticationText($0) != nil } }

  func inspectPackets(_ inspect: ((UnsafeRawBufferPointer) -> Void)?) { context.memory.inspect = inspect }

  /// Memory that libssh2 frees.
  func allocate(_ bytes: [UInt8]) -> UnsafeMutableRawPointer? {
    let copy = context.memory.allocate(bytes.count)
    copy?.copyMemory(from: bytes, byteCount: bytes.count)
    return copy
  }

  /// The server's key; nil before the handshake is done.
  package var hostKey: HostKey? {
    var length = 0
    var kind: Int32 = 0
    guard let blob = libssh2_session_hostkey(pointer, &length, &kind), length > 4,
      let hash = libssh2_hostkey_hash(pointer, LIBSSH2_HOSTKEY_HASH_SHA256)
    else { return nil }
    let bytes = Array(UnsafeRawBufferPointer(start: blob, count: length))
    let digest = UnsafeRawBufferPointer(start: hash, count: 32)
    // The blob starts with its type as a string (RFC 4253 §6.6).
    let nameLength = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let name = PeerText.clean(bytes.dropFirst(4).prefix(nameLength))
    return HostKey(type: name, blob: bytes, fingerprint: "SHA256:" + Base64.encodeUnpadded(digest))
  }

  /// The negotiated cipher towards the server, for example `aes128-ctr`; nil before the handshake is done.
  package var cipher: String? {
    libssh2_session_methods(pointer, LIBSSH2_METHOD_CRYPT_CS).map { String(cString: $0) }
  }

  /// Sends a keepalive, which prevents NAT timeouts and lets the kernel detect a dead path (RFC 4254 §4,
  /// `keepalive@libssh2.org`).
  ///
  /// - Parameter wantsReply: libssh2 keeps all replies in a queue that it scans in every read (packet.c). So use this
  ///   only if a probe cannot be sent, because a channel open is pending.
  package func sendKeepalive(wantsReply: Bool) throws(SSHError) {
    // libssh2 silently sends nothing before its own interval has passed, but the caller has its own interval. libssh2
    // stores it as an int, in which this value is -1 and always has passed (keepalive.c).
    libssh2_keepalive_config(pointer, wantsReply ? 1 : 0, .max)
    var next: Int32 = 0
    _ = try progress(oceanid_ssh2_keepalive_send(pointer, &next), "keepalive")
  }

  /// Disconnects (RFC 4253 §11.1, BY_APPLICATION). Afterwards `wire.outbound` contains the message to send.
  package func disconnect() {
    _ = oceanid_ssh2_session_disconnect(pointer, SSH_DISCONNECT_BY_APPLICATION, "oceanid-guard stops")
  }

  func progress(_ code: Int32, _ operation: String) throws(SSHError) -> Progress {
    if code == LIBSSH2_ERROR_EAGAIN { return .waiting }
    guard code < 0 else { return .done }
    throw failure(code, operation)
  }

  /// The last error of this session with libssh2's message.
  func failure(_ code: Int32, _ operation: String) -> SSHError {
    guard code != OCEANID_SSH2_ASSERTION else {
      // libssh2's state is undefined after an assertion: stop all reads and writes.
      wire.isBroken = true
      return SSHError(
        code: .protocolViolation, operation: operation,
        detail: "a packet whose length is not a whole number of cipher blocks")
    }
    guard code != LIBSSH2_ERROR_ALLOC else {
      return SSHError(
        code: .protocolViolation, operation: operation,
        detail: "the server makes libssh2 use too much memory")
    }
    var message: UnsafeMutablePointer<CChar>?
    var length: Int32 = 0
    libssh2_session_last_error(pointer, &message, &length, 0)
    let detail = message.map { String(cString: $0) } ?? ""
    return SSHError(
      code: SSHError.Code(code), operation: operation,
      detail: detail.isEmpty ? "libssh2 error \(code)" : detail)
  }

  /// The algorithms that this libssh2 supports.
  private func known(_ method: Int32) throws(SSHError) -> [String] {
    var known: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    let count = libssh2_session_supported_algs(pointer, method, &known)
    guard count > 0, let known else { throw failure(count, "algorithms") }
    defer { libssh2_free(pointer, known) }
    return UnsafeBufferPointer(start: known, count: Int(count)).compactMap { $0.map { String(cString: $0) } }
  }

  /// - Parameter names: the names in `wanted` that this libssh2 supports. With an unsupported name, libssh2 1.10
  ///   copies overlapping memory with memcpy(3), whose result is undefined (session_method_pref).
  private func prefer(_ method: Int32, _ names: [String], of wanted: [String]) throws(SSHError) {
    guard !names.isEmpty else {
      throw SSHError(
        code: .other(LIBSSH2_ERROR_METHOD_NOT_SUPPORTED), operation: "algorithms",
        detail: "libssh2 knows none of \(wanted.joined(separator: ","))")
    }
    let code = libssh2_session_method_pref(pointer, method, names.joined(separator: ","))
    guard code >= 0 else { throw failure(code, "algorithms \(names.joined(separator: ","))") }
  }

  // libssh2_init() is not thread-safe; a static is initialized once.
  private static let libraryCode = libssh2_init(0)

  private static func startLibrary() throws(SSHError) {
    guard libraryCode == 0 else {
      throw SSHError(code: .other(libraryCode), operation: "libssh2_init", detail: "code \(libraryCode)")
    }
  }
}
