/// A libssh2 error: the code, the operation and libssh2's message.
package struct SSHError: Error, Hashable, CustomStringConvertible {
  /// The codes of libssh2.h that callers distinguish.
  package enum Code: Hashable, Sendable {
    /// No common algorithm, or the key exchange failed.
    case keyExchange
    /// The connection was closed: SOCKET_SEND, SOCKET_RECV, SOCKET_DISCONNECT.
    case disconnected
    /// The server's data is not SSH or violates the protocol.
    case protocolViolation
    /// The server sent a packet that is larger than libssh2 accepts.
    case packetTooLarge
    /// The server refused this key or user.
    case authenticationRefused
    /// The key cannot be used: wrong format, encrypted, or of an unsupported type.
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
