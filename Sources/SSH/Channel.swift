internal import CLibSSH2
internal import CLibSSH2Calls

/// One channel of a session (RFC 4254 §5). Use it from its session's thread only.
package final class Channel {
  /// The result of a read or write.
  package enum Outcome: Hashable {
    case moved(Int)
    /// No data to read, or no window to write.
    case wouldBlock
    /// The peer sent EOF, and all data before it was read.
    case endOfFile
  }

  /// libssh2 writes at most one packet per call: 32,768 bytes minus its own headers (channel.c).
  package static let largestWrite = 32_700

  private let session: Session
  private var pointer: OpaquePointer?
  /// The pending window adjustment in bytes, sent as soon as the session can send.
  private var opening: Int?

  init(session: Session, pointer: OpaquePointer) {
    self.session = session
    self.pointer = pointer
  }

  deinit {
    // An open channel is freed with the session.
    if let pointer { oceanid_ssh2_channel_free(pointer) }
  }

  /// Reads data of this channel, and receives data of all other channels on the way.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SSHError) -> Outcome {
    let count = try receive(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
    if count > 0 { return .moved(count) }
    if count == 0 { return isAtEnd ? .endOfFile : .wouldBlock }
    return .wouldBlock
  }

  /// Receives data of all channels without reading from this one.
  package func pump() throws(SSHError) { _ = try receive(nil, 0) }

  /// - Returns: the number of bytes read; negative if it has to wait.
  private func receive(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) throws(SSHError) -> Int {
    guard let pointer else { return 0 }
    var initial: UInt = 0
    libssh2_channel_window_read_ex(pointer, nil, &initial)
    // If the window is smaller than this, libssh2 adjusts it inside a read (channel.c, _libssh2_channel_read). During
    // a key re-exchange the adjustment has to wait; then libssh2 sends the first amount but counts the amount of the
    // last call, and from then on drops data that the peer was allowed to send. So the window is adjusted here before
    // every read.
    guard try open(to: Int(initial) + size, below: Int(initial) / 4 * 3 + size) == .done else { return -1 }
    let count = oceanid_ssh2_channel_read(pointer, buffer, size)
    guard count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) else { return count }
    throw session.failure(Int32(count), "channel read")
  }

  /// Writes the first bytes, one packet at most.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SSHError) -> Outcome {
    guard let pointer else { return .endOfFile }
    let count = oceanid_ssh2_channel_write(
      pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
      min(bytes.count, Channel.largestWrite))
    if count > 0 { return .moved(count) }
    if count == Int(LIBSSH2_ERROR_EAGAIN) { return .wouldBlock }
    if count == 0 {
      // The window is open but no byte was written: the peer's maximum packet size is 0, and each retry would send an
      // empty packet.
      guard libssh2_channel_window_write_ex(pointer, nil) == 0 else {
        throw SSHError(
          code: .protocolViolation, operation: "channel write",
          detail: "the server accepts only empty packets (maximum packet size 0)")
      }
      return .wouldBlock
    }
    if count == Int(LIBSSH2_ERROR_CHANNEL_CLOSED) || count == Int(LIBSSH2_ERROR_CHANNEL_EOF_SENT) {
      return .endOfFile
    }
    throw session.failure(Int32(count), "channel write")
  }

  /// Starts a command on a channel of `Session.openSession` (RFC 4254 §6.5). Call it again until it is done, before
  /// anything else.
  ///
  /// - Returns: `.endOfFile` if the server refuses; otherwise `.moved` when the command runs.
  package func start(command: String) throws(SSHError) -> Outcome {
    guard let pointer else { return .endOfFile }
    let code = oceanid_ssh2_channel_exec(pointer, command, UInt32(command.utf8.count))
    if code == 0 { return .moved(0) }
    if code == LIBSSH2_ERROR_EAGAIN { return .wouldBlock }
    if code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED || code == LIBSSH2_ERROR_CHANNEL_CLOSED {
      return .endOfFile
    }
    throw session.failure(code, "exec")
  }

  /// Number of received bytes that were not read yet.
  package var available: Int {
    guard let pointer else { return 0 }
    var count: UInt = 0
    libssh2_channel_window_read_ex(pointer, &count, nil)
    return Int(count)
  }

  /// Lets the peer send up to `size` bytes ahead (RFC 4254 §5.2), including received but unread bytes.
  ///
  /// Reads restore the initial window. To keep a larger one, call this after each read.
  package func adjustWindow(to size: Int) throws(SSHError) {
    _ = try open(to: size, below: size / 4 * 3)
  }

  /// Adjusts the window to `size` if it is smaller than `limit`. A pending adjustment is finished first, with its own
  /// amount.
  private func open(to size: Int, below limit: Int) throws(SSHError) -> Session.Progress {
    guard let pointer else { return .done }
    if let amount = opening {
      guard try adjust(by: amount) == .done else { return .waiting }
    }
    let window = Int(libssh2_channel_window_read_ex(pointer, nil, nil))
    return window < limit ? try adjust(by: size - window) : .done
  }

  private func adjust(by amount: Int) throws(SSHError) -> Session.Progress {
    guard let pointer else { return .done }
    opening = amount
    let progress = try session.progress(oceanid_ssh2_channel_adjust(pointer, UInt(amount)), "window adjust")
    if progress == .done { opening = nil }
    return progress
  }

  /// The peer sent EOF, and all data was read.
  package var isAtEnd: Bool { pointer.map { libssh2_channel_eof($0) == 1 } ?? true }

  /// True if the peer closed both directions (RFC 4254 §5.3). Later writes are lost, although libssh2 accepts them.
  /// Only known at end of file.
  package func isClosedByPeer() throws(SSHError) -> Bool {
    guard let pointer else { return true }
    guard isAtEnd else { return false }
    return try session.progress(libssh2_channel_wait_closed(pointer), "channel close") == .done
  }

  /// Half-close (RFC 4254 §5.3): ends writing; reading continues.
  package func sendEOF() throws(SSHError) -> Session.Progress {
    guard let pointer else { return .done }
    return try session.progress(oceanid_ssh2_channel_send_eof(pointer), "channel EOF")
  }

  /// Closes both directions. Call it again until it is done; then the channel is freed.
  package func close() -> Session.Progress {
    guard let pointer else { return .done }
    if oceanid_ssh2_channel_free(pointer) == LIBSSH2_ERROR_EAGAIN { return .waiting }
    self.pointer = nil
    return .done
  }
}
