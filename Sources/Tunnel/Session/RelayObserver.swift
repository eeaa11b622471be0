/// Whoever wants to know what a relay came to; called on the relay's thread.
protocol RelayObserver: Sendable {
  func reached(_ target: StreamAddress)
  func missed(_ target: StreamAddress, reason: String)
  /// Reset before it was served.
  func refused(_ client: Client, reason: String, _ end: ConnectionEnd)
}
