internal import CLibSSH2
internal import CLibSSH2Calls

/// What a request to open a channel came to.
package enum ChannelOpen {
  case opened(Channel)
  case waiting
  /// The server answered no (RFC 4254 §5.1); its reason in libssh2's words.
  case refused(String)
}

extension Session {
  /// Asks the server to connect to `host`:`port` (RFC 4254 §7.2). One open at a time: a second one before the
  /// first is done would silently continue the first (channel.c keeps one `open_state` a session).
  ///
  /// - Parameter window: bytes that the peer may send before we read.
  package func openDirectTCPIP(
    host: String, port: UInt16, originHost: String, originPort: UInt16, window: UInt32
  ) throws(SSHError) -> ChannelOpen {
    var message: [UInt8] = []
    message.appendSSH(string: host)
    message.appendSSH(uint32: UInt32(port))
    message.appendSSH(string: originHost)
    message.appendSSH(uint32: UInt32(originPort))
    return try open(type: "direct-tcpip", window: window, message: message)
  }

  /// Asks the server to connect to a Unix socket there (OpenSSH's PROTOCOL §2.4). One open at a time.
  package func openDirectStreamLocal(path: String, window: UInt32) throws(SSHError) -> ChannelOpen {
    var message: [UInt8] = []
    message.appendSSH(string: path)
    // Reserved: a string and a number.
    message.appendSSH(string: "")
    message.appendSSH(uint32: 0)
    return try open(type: "direct-streamlocal@openssh.com", window: window, message: message)
  }

  /// Asks for a channel type that no server has: the refusal proves that the server is alive, reaches no target,
  /// and lets libssh2 take in what has come meanwhile. Counts as an open: one at a time.
  package func probe() throws(SSHError) -> ChannelOpen {
    try open(type: "probe@oceanid", window: 0, message: [])
  }

  private func open(type: String, window: UInt32, message: [UInt8]) throws(SSHError) -> ChannelOpen {
    let packetSize: UInt32 = 32_768
    var code: Int32 = 0
    let channel = message.withUnsafeBytes { bytes in
      oceanid_ssh2_channel_open(
        pointer, type, UInt32(type.utf8.count), window, packetSize,
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count), &code)
    }
    if let channel { return .opened(Channel(session: self, pointer: channel)) }
    if code == LIBSSH2_ERROR_EAGAIN { return .waiting }
    let error = failure(code, "open \(type)")
    guard error.code == .channelRefused else { throw error }
    return .refused(error.detail)
  }
}

extension [UInt8] {
  /// RFC 4251 §5.
  package mutating func appendSSH(uint32 value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  package mutating func appendSSH(string: some StringProtocol) { appendSSH(bytes: Array<UInt8>(string.utf8)) }

  package mutating func appendSSH(bytes: [UInt8]) {
    appendSSH(uint32: UInt32(bytes.count))
    append(contentsOf: bytes)
  }
}
