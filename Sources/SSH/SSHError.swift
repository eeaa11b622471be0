/// What libssh2 said when something failed: the code, what was being done, and its words.
package struct SSHError: Error, Hashable, CustomStringConvertible {
  /// The codes of libssh2.h that callers tell apart.
  package enum Code: Hashable, Sendable {
    /// The server took none of the algorithms on offer, or the exchange broke.
    case keyExchange
    /// The connection ended: SOCKET_SEND, SOCKET_RECV, SOCKET_DISCONNECT.
    case disconnected
    /// The server sent something that is not SSH, or breaks it.
    case protocolViolation
    /// The server refused this key or user.
    case authenticationRefused
    /// The key can't be read: wrong format, encrypted, or a kind that libssh2 does not know.
    case unusableKey
    /// The server refused to open a channel.
    case channelRefused
    case other(Int32)
  }

  package let code: Code
  package let operation: String
  package let detail: String

  package init(code: Code, operation: String, detail: String) {
    self.code = code
    self.operation = operation
    self.detail = detail
  }

  package var description: String { "\(operation): \(detail)" }
}
