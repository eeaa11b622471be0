internal import CLibSSH2
internal import CLibSSH2Calls

extension Session {
  /// Bytes before the server's identification: it may send other lines first (RFC 4253 §4.2), but not for ever.
  package static let longestPreamble = 64 << 10

  /// Banner, key exchange and new keys (RFC 4253 §4 to §7).
  ///
  /// - Throws: also for a server that says too much before its identification, or that speaks no SSH 2.
  package func handshake() throws(SSHError) -> Progress {
    let code = oceanid_ssh2_handshake(pointer, unblocked)
    // Whatever ends it between the first and the last packet of the exchange has this code (kex.c).
    guard code != LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE || !isOver else {
      throw SSHError(code: .disconnected, operation: "the key exchange", detail: "the connection ended")
    }
    let progress = try progress(code, "handshake")
    if !isIdentified { try identify() }
    if progress == .done { wire.forgetOpening() }
    return progress
  }

  /// What the server sent before keys were agreed; of no use once they are.
  package var opening: ServerOpening { ServerOpening(wire.openingSoFar) }

  /// The kinds of algorithms of which the server and this side have none in common.
  package var mismatches: [AlgorithmMismatch] {
    opening.offer.map { AlgorithmMismatch.find($0, offered: offered, supported: supported) } ?? []
  }

  /// The peer sends no more.
  var isOver: Bool { wire.isAtEnd || wire.isBroken || farewell != nil }

  /// libssh2 takes lines for ever until one begins with `SSH-`, and any version then.
  private func identify() throws(SSHError) {
    let line = libssh2_session_banner_get(pointer).map { PeerText.clean(String(cString: $0)) } ?? ""
    guard line.hasPrefix("SSH-") else {
      guard wire.received < Session.longestPreamble else {
        throw SSHError(
          code: .protocolViolation, operation: "handshake",
          detail: "\(wire.received) bytes came, and no line that begins with SSH-")
      }
      return
    }
    // 1.99 stands for 2.0 and older ones (RFC 4253 §5.1).
    guard line.hasPrefix("SSH-2.") || line.hasPrefix("SSH-1.99") else {
      throw SSHError(
        code: .protocolViolation, operation: "handshake", detail: "the server speaks \(line), and not SSH 2")
    }
    isIdentified = true
  }
}
