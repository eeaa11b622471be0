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

    /// Said before the server proved who it is: anyone on the path can cause it with one packet.
    package var isForgeable: Bool {
      switch self {
      case .hostKeyUnknown, .hostKeyChanged: true
      case .connectRefused, .connectTimeout, .dns, .authRefused, .noUsableKey, .keepaliveTimeout, .peerClosed,
        .protocolError, .forwardRefused, .config:
        false
      }
    }
  }

  /// The server counts connections and refuses this one before it says who it is. To ask again soon makes it worse.
  package enum Throttle: Hashable, Sendable {
    /// This address is refused for a while (sshd_config(5), PerSourcePenalties).
    case penalty
    /// It has too many connections now (sshd_config(5), MaxStartups).
    case overload
  }

  package let code: Code
  package let message: String
  package let remedy: String
  /// A change of one of these files is worth an attempt at once.
  package let files: [String]
  package let throttle: Throttle?

  package init(
    _ code: Code, _ message: String, remedy: String, files: [String] = [], throttle: Throttle? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.files = files
    self.throttle = throttle
  }

  /// The same failure in other words.
  func reworded(_ message: String, remedy: String? = nil, code: Code? = nil) -> TunnelFailure {
    TunnelFailure(
      code ?? self.code, message, remedy: remedy ?? self.remedy, files: files, throttle: throttle)
  }

  package var description: String { "\(message) (\(remedy))" }
}
