/// A failed authentication request (SSH_MSG_USERAUTH_FAILURE, RFC 4252 §5.1).
///
/// libssh2 reads only the type of this packet, so a key that the server accepted as one of several factors looks
/// refused (userauth.c). Therefore the packet is parsed here, when libssh2 frees its memory.
package struct AuthenticationRefusal: Hashable, Sendable {
  /// Methods that can continue, such as `publickey` and `keyboard-interactive`.
  package let methods: [String]
  /// The request was accepted, and the server requires a further method.
  package let isPartialSuccess: Bool

  // SSH_MSG_USERAUTH_FAILURE (RFC 4252 §6).
  private static let failure: UInt8 = 51

  /// - Parameter block: memory that contained a packet and may be longer; nil is returned for other packets.
  init?(_ block: UnsafeRawBufferPointer) {
    guard block.count >= 6, block[0] == Self.failure else { return nil }
    let length = block[1..<5].reduce(0) { $0 << 8 | Int($1) }
    guard length <= block.count - 6, block[5 + length] <= 1 else { return nil }
    let list = block[5..<5 + length]
    methods = Algorithms.names(list)
    isPartialSuccess = block[5 + length] == 1
    // Other data that begins with this byte is not a list of names.
    guard list.isEmpty || list.count == methods.reduce(-1, { $0 + 1 + $1.utf8.count }) else { return nil }
  }

  package init(methods: [String], isPartialSuccess: Bool) {
    self.methods = methods
    self.isPartialSuccess = isPartialSuccess
  }
}

/// A text that the server sent during authentication (SSH_MSG_USERAUTH_BANNER, RFC 4252 §5.4). sshd sends what PAM says
/// about the account in one, after it accepted the key and before it closes the connection (auth2.c).
struct AuthenticationText {
  /// Cleaned.
  let words: String

  // SSH_MSG_USERAUTH_BANNER (RFC 4252 §6).
  private static let banner: UInt8 = 53

  /// - Parameter block: memory that contained a packet and may be longer; nil is returned for other packets.
  init?(_ block: UnsafeRawBufferPointer) {
    guard block.first == Self.banner else { return nil }
    var reader = MessageReader(Array(block.dropFirst())[...])
    // The language tag distinguishes the packet from other data that begins with this byte.
    guard let text = reader.string(), let language = reader.string(), language.count < 64,
      let words = String(validating: text, as: UTF8.self)
    else { return nil }
    let lines = PeerText.clean(lines: words.split(whereSeparator: \.isNewline).prefix(8).map(String.init))
    self.words = PeerText.clean(lines.joined(separator: " / "))
    guard self.words.contains(where: \.isLetter) else { return nil }
  }
}
