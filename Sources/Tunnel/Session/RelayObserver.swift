internal import SSH

/// Receives the results of a relay on the relay's thread.
protocol RelayObserver: Sendable {
  /// The targets that could not be reached at the last open.
  var unreached: [StreamAddress] { get }
  func reached(_ target: StreamAddress)
  func missed(_ target: StreamAddress, reason: String, by server: ServerProgram)
  /// The client was reset before it was served.
  func refused(_ client: Client, reason: String, _ end: ConnectionEnd)
}

extension RelayObserver {
  var unreached: [StreamAddress] { [] }
}
