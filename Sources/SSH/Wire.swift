internal import CLibSSH2
internal import Glibc

/// The two queues between libssh2 and the connection. libssh2 never uses the socket itself.
///
/// A send always accepts all bytes, so libssh2 never has a partly sent packet, which would make any other send fail
/// with LIBSSH2_ERROR_BAD_USE (transport.c). The owner transfers the queues to and from the socket or, behind a jump
/// host, to and from a channel.
package final class Wire {
  /// Bytes from the peer that libssh2 has not read yet.
  package let inbound = ByteQueue(capacity: 256 << 10)
  /// Bytes from libssh2 that were not sent yet.
  package let outbound = ByteQueue(capacity: 128 << 10)
  /// Number of bytes that libssh2 has read.
  private(set) var received = 0
  /// The first bytes of the server, up to a limit, recorded until the key exchange is done.
  private(set) var opening: [UInt8] = []
  private var recordsOpening = true
  private static let longestOpening = 16 << 10
  /// True after a line that begins with `SSH-` came; libssh2 reads from there on.
  private(set) var isIdentified = false
  private var preambleLines = 0
  private var isPreambleTooLong = false
  private static let longestRecordedPreamble = 4 << 10
  /// The peer sent its last byte.
  package var isAtEnd = false
  /// True if the connection is closed. Each libssh2 call then fails at once, so that freeing never waits.
  package var isBroken = false

  package init() {}

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if isBroken { return -Int(ECONNRESET) }
    guard isIdentified else { return isAtEnd ? 0 : -Int(EAGAIN) }
    let count = min(buffer.count, inbound.count)
    guard count > 0 else { return isAtEnd ? 0 : -Int(EAGAIN) }
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: inbound.waiting.prefix(count)))
    if recordsOpening { opening += buffer[..<min(count, Wire.longestOpening - opening.count)] }
    inbound.consume(count)
    received += count
    return count
  }

  /// Discards the lines before the identification (RFC 4253 §4.2). libssh2 fails at an empty one and reads without a
  /// limit.
  ///
  /// - Returns: false if there are more lines, or a longer one, than ssh(1) accepts (kex.c,
  ///   kex_exchange_identification).
  func discardPreamble() -> Bool {
    while !isIdentified, !isPreambleTooLong {
      let waiting = inbound.waiting
      let prefix = waiting.prefix(4)
      if prefix.elementsEqual("SSH-".utf8) {
        isIdentified = true
        break
      }
      guard let end = waiting.firstIndex(of: UInt8(ascii: "\n")) else {
        isPreambleTooLong = waiting.count > Session.longestPreambleLine
        break
      }
      preambleLines += 1
      isPreambleTooLong = end > Session.longestPreambleLine || preambleLines > Session.maxPreambleLines
      opening += waiting[...end].prefix(max(0, Wire.longestRecordedPreamble - opening.count))
      if opening.last != UInt8(ascii: "\n"), !opening.isEmpty { opening.append(UInt8(ascii: "\n")) }
      inbound.consume(end + 1)
    }
    return !isPreambleTooLong
  }

  /// The recorded bytes and those that libssh2 has not read: after a reset, the server's last message is among the
  /// latter. Empty after the key exchange, because encrypted bytes can look like a line of text.
  var openingSoFar: [UInt8] {
    recordsOpening ? opening + inbound.waiting.prefix(Wire.longestOpening - opening.count) : []
  }

  /// Call after the key exchange: the following data is encrypted and not recorded.
  func clearOpening() {
    recordsOpening = false
    opening = []
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if isBroken { return -Int(ECONNRESET) }
    outbound.append(bytes)
    return bytes.count
  }
}
