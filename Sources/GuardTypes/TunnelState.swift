/// The state of a tunnel: `tunnel.state` of the status document.
public enum TunnelState: String, Codable, Sendable, CaseIterable {
  case up, connecting
  /// Waiting for the next attempt.
  case backoff
  /// Down until a person changes something; attempts are rare.
  case blocked
  case stopped
}

/// The availability of a tunnel over time: `tunnel.history[].state` of the status document.
public enum TunnelAvailability: String, Codable, Sendable, CaseIterable {
  case up
  /// Connecting, or waiting for the next attempt.
  case down
  /// Down until a person changes something.
  case blocked
  case stopped
}
