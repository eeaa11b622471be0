internal import CLibSSH2
internal import CLibSSH2Calls

/// The result of a request to open a channel.
package enum ChannelOpen {
  case opened(Channel)
  case waiting
  /// The server refused (RFC 4254 §5.1); the reason is libssh2's message.
  case refused(String)
}

extension Session {
  /// Requests a connection from the server to `host`:`port` (RFC 4254 §7.2). Only one open at a time: libssh2 would
  /// treat a second one as a continuation of the first (channel.c has one `open_state` per session).
  ///
  /// - Parameter window: number of bytes that the peer may send before the first read.
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

  /// Requests a connection to a Unix socket on the server (OpenSSH's PROTOCOL §2.4). One open at a time.
  package func openDirectStreamLocal(path: String, window: UInt32) throws(SSHError) -> ChannelOpen {
    var message: [UInt8] = []
    message.appendSSH(string: path)
    // Reserved fields: a string and a number.
    message.appendSSH(string: "")
    message.appendSSH(uint32: 0)
    return try open(type: "direct-streamlocal@openssh.com", window: window, message: message)
  }

  /// Requests a channel for a command (RFC 4254 §6.1), to be started with `Channel.start`. One open at a time.
  package func openSession(window: UInt32) throws(SSHError) -> ChannelOpen {
    try open(type: "session", window: window, message: [])
  }

  /// Requests a channel type that no server has. The refusal proves that the server is alive, contacts no target, and
  /// lets libssh2 receive pending data. It counts as an open: one at a time.
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
  /// Encodings of RFC 4251 §5.
  package mutating func appendSSH(uint32 value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  package mutating func appendSSH(string: some StringProtocol) { appendSSH(bytes: Array<UInt8>(string.utf8)) }

  package mutating func appendSSH(bytes: [UInt8]) {
    appendSSH(uint32: UInt32(bytes.count))
    append(contentsOf: bytes)
  }
}
