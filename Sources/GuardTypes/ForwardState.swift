/// The state of a forward: `tunnel.forwards[].state` of the status document.
public enum ForwardState: String, Codable, Sendable, CaseIterable {
  case listening
  /// Another process has the port, or the address can't be bound.
  case portBusy = "port_busy"
}
