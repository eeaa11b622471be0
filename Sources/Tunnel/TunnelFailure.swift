/// Why the tunnel is not up: what happened, and what a person does about it.
package struct TunnelFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The codes of the status document.
  package enum Code: String, Hashable, Sendable {
    case connectRefused = "connect_refused"
    case connectTimeout = "connect_timeout"
    case dns
    case hostKeyUnknown = "host_key_unknown"
    case hostKeyChanged = "host_key_changed"
    case authRefused = "auth_refused"
    case noUsableKey = "no_usable_key"
    case keepaliveTimeout = "keepalive_timeout"
    case peerClosed = "peer_closed"
    case protocolError = "protocol"
    case forwardRefused = "forward_refused"
    case config

    /// Trying again soon can't help, and hammering a bastion that bans addresses hurts.
    package var isPermanent: Bool {
      switch self {
      case .hostKeyUnknown, .hostKeyChanged, .authRefused, .noUsableKey, .config: true
      default: false
      }
    }
  }

  package let code: Code
  package let message: String
  package let remedy: String
  /// A change of one of these files is worth an attempt at once.
  package let files: [String]

  package init(_ code: Code, _ message: String, remedy: String, files: [String] = []) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.files = files
  }

  package var description: String { "\(message) (\(remedy))" }
}
