internal import Health

/// Why a channel did not take something, and what helps. Free of secrets.
struct DeliveryError: Error, Hashable, Sendable, CustomStringConvertible {
  enum Cause: Hashable, Sendable {
    /// It may work in a moment: the network, a busy server.
    case passing
    /// A person has to change something: an address, a token.
    case refused
    /// This message is not taken, now or ever.
    case unfit
  }

  let cause: Cause
  let message: String
  let remedy: String
  /// As the server wants it.
  var retryAfter: Duration?

  init(_ cause: Cause, _ message: String, remedy: String, retryAfter: Duration? = nil) {
    self.cause = cause
    // A server's words must not forge a line of log or grow without end.
    self.message = message.escaped.limited(to: 400)
    self.remedy = remedy
    self.retryAfter = retryAfter
  }

  var description: String { message }
}
