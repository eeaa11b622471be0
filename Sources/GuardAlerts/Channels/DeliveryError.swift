internal import Health

/// The reason why a delivery failed, and the remedy. Contains no secrets.
struct DeliveryError: Error, Hashable, Sendable, CustomStringConvertible {
  enum Cause: Hashable, Sendable {
    /// A temporary failure, for example of the network or of a busy server.
    case passing
    /// A person has to change something, for example an address or a token.
    case refused
    /// The server will never accept this message.
    case unfit
  }

  let cause: Cause
  let message: String
  let remedy: String
  /// The delay that the server asks for.
  var retryAfter: Duration?
  /// True if the server refuses the token or the password itself.
  let isAuthenticationFailure: Bool

  init(
    _ cause: Cause, _ message: String, remedy: String, retryAfter: Duration? = nil,
    isAuthenticationFailure: Bool = false
  ) {
    self.isAuthenticationFailure = isAuthenticationFailure
    self.cause = cause
    // Text from a server must not forge a log line or be of unlimited length.
    self.message = message.escaped.limited(to: 400)
    self.remedy = remedy
    self.retryAfter = retryAfter
  }

  var description: String { message }
}
