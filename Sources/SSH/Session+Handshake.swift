internal import CLibSSH2
internal import CLibSSH2Calls

extension Session {
  /// Maximum number of lines before the server's identification, as in ssh(1) (SSH_MAX_PRE_BANNER_LINES).
  package static let maxPreambleLines = 1024
  /// Maximum length of one of them (SSH_MAX_BANNER_LEN).
  package static let longestPreambleLine = 8192

  /// Exchanges identifications and keys (RFC 4253 §4 to §7).
  ///
  /// - Throws: `SSHError`, also if the server sends too much before its identification or does not support SSH 2.
  package func handshake() throws(SSHError) -> Progress {
    guard wire.discardPreamble() else {
      throw SSHError(
        code: .protocolViolation, operation: "handshake",
        detail: "too much text came, and no line that begins with SSH-")
    }
    let code = oceanid_ssh2_handshake(pointer, unblocked)
    // A connection that closes during the key exchange also has this code (kex.c).
    guard code != LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE || !isOver else {
      throw SSHError(code: .disconnected, operation: "the key exchange", detail: "the connection ended")
    }
    let progress = try progress(code, "handshake")
    if identification == nil { try identify() }
    if progress == .done {
      hostKeyProof = HostKeyProof(opening: wire.opening)
      wire.clearOpening()
    }
    return progress
  }

  /// The server's data before the key exchange; empty afterwards.
  package var opening: ServerOpening { ServerOpening(wire.openingSoFar) }

  /// The categories of algorithms in which the two sides have none in common.
  package var mismatches: [AlgorithmMismatch] {
    opening.offer.map { AlgorithmMismatch.find($0, offered: offered, supported: supported) } ?? []
  }

  /// True if the peer will send no more data.
  var isOver: Bool { wire.isAtEnd || wire.isBroken || disconnectMessage != nil }

  /// libssh2 accepts any version.
  private func identify() throws(SSHError) {
    let line = libssh2_session_banner_get(pointer).map { PeerText.clean(String(cString: $0)) } ?? ""
    // The line is not complete.
    guard line.hasPrefix("SSH-") else { return }
    // 1.99 means 2.0 with compatibility for older versions (RFC 4253 §5.1).
    guard line.hasPrefix("SSH-2.") || line.hasPrefix("SSH-1.99") else {
      throw SSHError(
        code: .protocolViolation, operation: "handshake", detail: "the server speaks \(line), not SSH 2")
    }
    identification = line
  }
}
