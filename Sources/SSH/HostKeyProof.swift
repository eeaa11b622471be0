/// The server's part of the first key exchange: its host key, and its signature of the exchange hash, which becomes the
/// session identifier (RFC 4253 §7.2 and §8). An agent verifies with it which server a signature is for.
package struct HostKeyProof: Hashable, Sendable {
  package let hostKey: [UInt8]
  package let signature: [UInt8]

  // SSH_MSG_NEWKEYS (RFC 4253 §12), and SSH_MSG_KEXDH_REPLY with the same number as SSH_MSG_KEX_ECDH_REPLY (RFC 5656).
  private static let newKeys: UInt8 = 21
  private static let reply: UInt8 = 31

  /// - Parameter opening: the server's bytes from the start on; nil is returned if they have no such message. libssh2
  ///   does not report the signature, but these packets are not encrypted.
  init?(opening: [UInt8]) {
    var rest = opening[...]
    var isIdentified = false
    while !isIdentified {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      isIdentified = rest.starts(with: "SSH-".utf8)
      rest = rest[(end + 1)...]
    }
    var found: (hostKey: [UInt8], signature: [UInt8])?
    // A packet is its length, the length of its padding, the payload and the padding (RFC 4253 §6).
    var packets = MessageReader(rest)
    while let packet = packets.string(), let padding = packet.first {
      let payload = packet.dropFirst().dropLast(Int(padding))
      if payload.first == HostKeyProof.newKeys { break }
      guard payload.first == HostKeyProof.reply else { continue }
      var fields = MessageReader(payload.dropFirst())
      // A further reply follows if the client's guess of the method was wrong (RFC 4253 §7).
      if let key = fields.string(), fields.string() != nil, let signature = fields.string() {
        found = (Array(key), Array(signature))
      }
    }
    guard let found else { return nil }
    (hostKey, signature) = found
  }
}
