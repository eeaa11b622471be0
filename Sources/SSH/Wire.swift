internal import CLibSSH2
internal import Glibc

/// The two queues between libssh2 and the connection: libssh2 never touches the socket.
///
/// A send is always taken whole, so libssh2 never sees a partly sent packet, which it answers with
/// LIBSSH2_ERROR_BAD_USE to any other send (transport.c). The owner moves the queues to and from the socket,
/// or, for a hop behind a jump host, to and from a channel.
package final class Wire {
  /// From the peer, still to be read by libssh2.
  package let inbound = ByteQueue(capacity: 256 << 10)
  /// From libssh2, still to be sent to the peer.
  package let outbound = ByteQueue(capacity: 128 << 10)
  /// Bytes that libssh2 has taken so far.
  private(set) var received = 0
  /// The first of them: all that a server sends before keys are agreed, or as much of it as tells anything.
  private(set) var opening: [UInt8] = []
  private var recordsOpening = true
  private static let longestOpening = 16 << 10
  /// The peer sent its last byte.
  package var isAtEnd = false
  /// Set once the connection is gone: every further call of libssh2 fails at once, so that every free returns.
  package var isBroken = false

  package init() {}

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if isBroken { return -Int(ECONNRESET) }
    let count = min(buffer.count, inbound.count)
    guard count > 0 else { return isAtEnd ? 0 : -Int(EAGAIN) }
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: inbound.waiting.prefix(count)))
    if recordsOpening { opening += buffer[..<min(count, Wire.longestOpening - opening.count)] }
    inbound.consume(count)
    received += count
    return count
  }

  /// What came in so far with what libssh2 did not read yet: a reset connection leaves the last words there.
  var openingSoFar: [UInt8] { opening + inbound.waiting.prefix(Wire.longestOpening - opening.count) }

  /// Keys are agreed: what comes from now on is not read here.
  func forgetOpening() {
    recordsOpening = false
    opening = []
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if isBroken { return -Int(ECONNRESET) }
    outbound.append(bytes)
    return bytes.count
  }
}
