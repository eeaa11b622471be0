internal import GuardTypes
package import Tunnel

extension Configuration {
  /// An entry of a tunnel's `forwards`.
  package struct Forward: Hashable, Sendable {
    /// A loopback address, or the path of a Unix socket.
    package var listen = StreamAddress(
      host: StandardForward.listen.host, port: StandardForward.listen.port)
    /// The address as resolved on the remote side.
    package var target = StreamAddress(
      host: StandardForward.target.host, port: StandardForward.target.port)

    /// The default of a tunnel without forwards.
    package static var standard: Forward { Forward() }
  }
}

extension Configuration.Forward: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Forward>] {
    [
      .init(
        "listen", \.listen, .listen,
        "The local address. Every process that reaches it reaches the cluster's API, so only loopback is accepted; "
          + "a Unix socket gets mode 0600."),
      .init(
        "target", \.target, .target,
        "The address on the remote side, which the SSH server resolves."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    section.values["listen"] != nil || reader.claim(listen, at: section.node)
  }
}
