/// The server's answer to a request that did not log in (SSH_MSG_USERAUTH_FAILURE, RFC 4252 §5.1).
///
/// libssh2 looks at the type of this packet and drops the rest, so that a key which the server accepted as one part of
/// what it wants looks refused (userauth.c). The packet is read here when libssh2 gives its memory back.
package struct AuthenticationRefusal: Hashable, Sendable {
  /// Methods that the server would go on with: `publickey`, `keyboard-interactive`.
  package let methods: [String]
  /// The request itself was accepted, and the server wants more.
  package let isPartialSuccess: Bool

  // RFC 4252 §6
  private static let failure: UInt8 = 51

  /// - Parameter block: memory that held a packet, and may be longer; nil where it held another one.
  init?(_ block: UnsafeRawBufferPointer) {
    guard block.count >= 6, block[0] == Self.failure else { return nil }
    let length = block[1..<5].reduce(0) { $0 << 8 | Int($1) }
    guard length <= block.count - 6, block[5 + length] <= 1 else { return nil }
    let list = block[5..<5 + length]
    methods = Algorithms.names(list)
    isPartialSuccess = block[5 + length] == 1
    // Whatever else begins with that byte is no list of names.
    guard list.isEmpty || list.count == methods.reduce(-1, { $0 + 1 + $1.utf8.count }) else { return nil }
  }

  package init(methods: [String], isPartialSuccess: Bool) {
    self.methods = methods
    self.isPartialSuccess = isPartialSuccess
  }
}
