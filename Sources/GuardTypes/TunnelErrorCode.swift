/// Why a tunnel is not up: `tunnel.lastError.code` of the status document.
public enum TunnelErrorCode: String, Codable, Sendable, CaseIterable {
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

  /// True if the cause is usually a mistake in guard.yaml or ssh_config, and not the state of a server: a host without an
  /// address, a key that is missing, an option that cannot be used.
  public var isOfConfiguration: Bool {
    switch self {
    case .dns, .noUsableKey, .config: true
    case .connectRefused, .connectTimeout, .hostKeyUnknown, .hostKeyChanged, .authRefused, .keepaliveTimeout,
      .peerClosed, .protocolError, .forwardRefused:
      false
    }
  }
}
