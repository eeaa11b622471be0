internal import CLibSSH2
internal import CLibSSH2Calls

/// One channel of a session (RFC 4254 §5). Touched by its session's thread only.
package final class Channel {
  /// What a read or a write came to.
  package enum Outcome: Hashable {
    case moved(Int)
    /// Nothing to read now, or no window to write into.
    case wouldBlock
    /// The peer sent EOF, and all before it was read.
    case endOfFile
  }

  /// libssh2 writes at most one packet a call: 32,768 less its own headers (channel.c).
  package static let largestWrite = 32_700

  private let session: Session
  private var pointer: OpaquePointer?
  /// Bytes by which the window is being opened: told to the peer as soon as the session can send.
  private var opening: Int?

  init(session: Session, pointer: OpaquePointer) {
    self.session = session
    self.pointer = pointer
  }

  deinit {
    // What is still open here is freed with the session.
    if let pointer { oceanid_ssh2_channel_free(pointer) }
  }

  /// Reads what has come for this channel, and takes in what has come for all others on the way.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SSHError) -> Outcome {
    let count = try receive(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
    if count > 0 { return .moved(count) }
    if count == 0 { return isAtEnd ? .endOfFile : .wouldBlock }
    return .wouldBlock
  }

  /// Takes in what has come for all channels, and reads nothing of this one.
  package func pump() throws(SSHError) { _ = try receive(nil, 0) }

  /// - Returns: how many bytes were read; negative where that has to wait.
  private func receive(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) throws(SSHError) -> Int {
    guard let pointer else { return 0 }
    var initial: UInt = 0
    libssh2_channel_window_read_ex(pointer, nil, &initial)
    // libssh2 opens the window inside a read where it is smaller than this (channel.c, _libssh2_channel_read). While keys
    // are exchanged anew that has to wait, and then it sends the amount that it began with and counts the amount of the
    // call that ended it: from then on it drops what the peer was right to send. So no read ever finds one to open.
    guard try open(to: Int(initial) + size, below: Int(initial) / 4 * 3 + size) == .done else { return -1 }
    let count = oceanid_ssh2_channel_read(pointer, buffer, size)
    guard count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) else { return count }
    throw session.failure(Int32(count), "channel read")
  }

  /// Writes the head of `bytes`, one packet at most.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SSHError) -> Outcome {
    guard let pointer else { return .endOfFile }
    let count = oceanid_ssh2_channel_write(
      pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
      min(bytes.count, Channel.largestWrite))
    if count > 0 { return .moved(count) }
    if count == Int(LIBSSH2_ERROR_EAGAIN) { return .wouldBlock }
    if count == 0 {
      // With a window and no byte taken, the peer's packets hold nothing: each try would send an empty one, for ever.
      guard libssh2_channel_window_write_ex(pointer, nil) == 0 else {
        throw SSHError(
          code: .protocolViolation, operation: "channel write",
          detail: "the server takes packets of no byte (maximum packet size 0)")
      }
      return .wouldBlock
    }
    if count == Int(LIBSSH2_ERROR_CHANNEL_CLOSED) || count == Int(LIBSSH2_ERROR_CHANNEL_EOF_SENT) {
      return .endOfFile
    }
    throw session.failure(Int32(count), "channel write")
  }

  /// Bytes that have come for this channel and wait to be read.
  package var available: Int {
    guard let pointer else { return 0 }
    var count: UInt = 0
    libssh2_channel_window_read_ex(pointer, &count, nil)
    return Int(count)
  }

  /// Lets the peer send up to `size` bytes ahead (RFC 4254 §5.2), counting what has come and was not read.
  ///
  /// Reads keep the window that the channel was opened with; a larger one is kept by calling this after them.
  package func keepWindow(open size: Int) throws(SSHError) {
    _ = try open(to: size, below: size / 4 * 3)
  }

  /// Opens the window to `size` where it is smaller than `limit`; what was begun before is ended first, as it was begun.
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

  /// The peer sent EOF, and nothing waits to be read.
  package var isAtEnd: Bool { pointer.map { libssh2_channel_eof($0) == 1 } ?? true }

  /// The peer closed both directions (RFC 4254 §5.3): what is written from now on goes nowhere, though libssh2 takes it.
  /// Known once the channel is at its end.
  package func isClosedByPeer() throws(SSHError) -> Bool {
    guard let pointer else { return true }
    guard isAtEnd else { return false }
    return try session.progress(libssh2_channel_wait_closed(pointer), "channel close") == .done
  }

  /// Half-close (RFC 4254 §5.3): no more will be written, the other direction goes on.
  package func sendEOF() throws(SSHError) -> Session.Progress {
    guard let pointer else { return .done }
    return try session.progress(oceanid_ssh2_channel_send_eof(pointer), "channel EOF")
  }

  /// Closes both directions; a conversation, so it is called again until it is done, and then frees the channel.
  package func close() -> Session.Progress {
    guard let pointer else { return .done }
    if oceanid_ssh2_channel_free(pointer) == LIBSSH2_ERROR_EAGAIN { return .waiting }
    self.pointer = nil
    return .done
  }
}
