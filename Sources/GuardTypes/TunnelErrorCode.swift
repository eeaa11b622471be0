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
}
