/// Receives the results of a relay; called on the relay's thread.
protocol RelayObserver: Sendable {
  /// Targets that could not be reached when they were last asked for.
  var unreached: [StreamAddress] { get }
  func reached(_ target: StreamAddress)
  func missed(_ target: StreamAddress, reason: String)
  /// Reset before it was served.
  func refused(_ client: Client, reason: String, _ end: ConnectionEnd)
}

extension RelayObserver {
  var unreached: [StreamAddress] { [] }
}
