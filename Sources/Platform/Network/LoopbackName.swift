/// The name `localhost`, which means two addresses.
package enum LoopbackName {
  /// The addresses that a resolver returns for the name, in any order (RFC 6761 §6.3).
  private static let hosts = ["127.0.0.1", "::1"]

  /// The address of `localhost` at this port where a program listens that is not ours, as `[::1]:16443`; nil: every
  /// program that connects to the name reaches us.
  ///
  /// - Parameters:
  ///   - ours: the addresses where we listen at this port, as `127.0.0.1` and `::1`.
  ///   - isListening: whether any program listens at an address.
  package static func otherListener(
    port: UInt16, besides ours: [String],
    isListening: (_ port: UInt16, _ host: String) -> Bool = { PortListener.isListening(port: $0, host: $1) }
  ) -> String? {
    hosts.first { !ours.contains($0) && isListening(port, $0) }
      .map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" }
  }
}
