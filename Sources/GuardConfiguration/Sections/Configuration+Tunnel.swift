package import GuardTypes
internal import Health
internal import Platform
package import Tunnel

extension Configuration {
  /// The SSH tunnel to a cluster.
  package struct Tunnel: Hashable, Sendable {
    /// An alias of ssh_config or a host name.
    package var host: String
    // The next six override ssh_config if they are not nil.
    /// The user to log in as.
    package var user: String?
    /// The port of the SSH server.
    package var port: UInt16?
    /// Absolute paths, or `credential:NAME` for a credential of the service manager.
    package var identityFiles: [String]?
    /// The passphrase of encrypted identity files.
    package var passphrase: SecretSource?
    /// The same format as `identityFiles`.
    package var knownHostsFiles: [String]?
    /// The ssh_config to read instead of the default files.
    package var sshConfig: String?
    /// At least one.
    package var forwards: [Forward] = [.standard]
    /// nil for the default, which ssh_config may shorten.
    package var keepalive: Keepalive?
    /// Pauses between attempts to connect.
    package var backoff = Backoff()
    /// The time that a new local connection waits for the tunnel.
    package var hold: Duration = .seconds(10)
    /// The maximum number of SSH sessions for bulk transfers; nil for one per processor.
    package var sessions: Int?
    /// The limit of bytes that all channels together may have in flight or buffered for slow readers.
    package var windowBudget = 64 << 20
  }

  /// The detection of an unresponsive peer.
  package struct Keepalive: Hashable, Sendable {
    /// The idle time before the peer is probed.
    package var interval: Duration = .seconds(5)
    /// Not shorter than `interval`.
    package var timeout: Duration = .seconds(15)

    /// The default if neither guard.yaml nor ssh_config sets one.
    package static var standard: Keepalive { Keepalive() }
  }

  /// Pauses between attempts to connect.
  package struct Backoff: Hashable, Sendable {
    /// The first pause.
    package var initial: Duration = .milliseconds(250)
    /// Not shorter than `initial`.
    package var max: Duration = .seconds(30)
  }
}

extension Configuration.Tunnel: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(host: "") }

  static var keys: [ConfigurationKey<Configuration.Tunnel>] {
    let followed = "from ssh_config"
    return [
      .init(
        "host", \.host, .sshHost, missing: "'host' is missing: an alias of ssh_config or a host name",
        "The host that runs the SSH server. ssh_config applies to it. For the hops of a ProxyJump, only ssh_config "
          + "applies."),
      .init("user", optional: \.user, .userName, standard: followed, "The user to log in as."),
      .init("port", optional: \.port, .number(1...65535), standard: followed, "The port of the SSH server."),
      .init(
        "identityFiles", optional: \.identityFiles, .list(of: "paths", .secretFile), standard: followed,
        "Private keys. Each is a path or credential:NAME, a credential of the service."),
      .init(
        "passphrase", optional: \.passphrase, .secretPlace, standard: "no passphrase",
        "The passphrase of encrypted keys, as one line of text. A file must be readable by its owner only."),
      .init(
        "knownHostsFiles", optional: \.knownHostsFiles, .list(of: "paths", .secretFile), standard: followed,
        "Files with the host keys that are accepted. Each is a path or credential:NAME."),
      .init(
        "sshConfig", optional: \.sshConfig, .path, standard: "~/.ssh/config and /etc/ssh/ssh_config",
        "The ssh_config to read instead of the default files."),
      .init("forwards", list: \.forwards, of: "forwards", in: 1...32, style: .flow) { _ in
        "expected from 1 to 32 of { listen: \(Configuration.Forward.standard.listen), target: \(Configuration.Forward.standard.target) }"
      },
      .init(
        "keepalive", style: .flow, comment: "or ServerAliveInterval of ssh_config where shorter",
        get: { $0.keepalive }, set: { $0.keepalive = $1 }),
      .init("backoff", section: \.backoff, style: .flow),
      .init(
        "hold", \.hold, .duration(.zero...(.seconds(300))),
        "How long a new local connection waits for the tunnel before it is refused."),
      .init(
        "sessions", optional: \.sessions, .number(1...16), standard: "one for each processor",
        comment: "one for each processor",
        """
        The maximum number of SSH sessions for bulk transfers, which are spread over them. If all of them have \
        bulk, one more serves small requests, unless the maximum is 1.
        """
      ),
      .init(
        "windowBudget", \.windowBudget, .size(.mebibytes(1)...(.mebibytes(4096)), example: .mebibytes(64)),
        "The maximum number of bytes in transit or waiting for slow readers, for all connections together."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    // The default forward also listens, so two clusters without forwards conflict.
    section.values["forwards"] != nil
      || reader.claim(Configuration.Forward.standard.listen, at: section.node)
  }
}

extension Configuration.Keepalive: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Keepalive>] {
    [
      .init(
        "interval", \.interval, .duration(.milliseconds(100)...(.seconds(300))),
        "The idle time after which the peer is probed. If keepalive is not set, ServerAliveInterval of "
          + "ssh_config may make it shorter."),
      .init(
        "timeout", \.timeout, .duration(.milliseconds(200)...(.seconds(900))),
        "The silence after which the session is closed; not shorter than interval. If keepalive is not set, "
          + "ServerAliveCountMax of ssh_config may make it shorter."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard timeout < interval else { return true }
    reader.fail(
      section.values["timeout"] ?? section.values["interval"] ?? section.node,
      "keepalive: timeout (\(timeout.configurationText)) is shorter than interval "
        + "(\(interval.configurationText)): three intervals are a good timeout")
    return false
  }
}

extension Configuration.Backoff: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Backoff>] {
    [
      .init(
        "initial", \.initial, .duration(.milliseconds(10)...(.seconds(60))),
        "The first pause between two attempts to connect. Each further pause is random: from this value to three "
          + "times the previous pause."),
      .init(
        "max", \.max, .duration(.milliseconds(10)...(.seconds(3600))),
        "The longest pause; not shorter than initial. A waiting client, a network change, the end of a sleep and "
          + "'oceanid-ctl reconnect' end a pause early."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard max < initial else { return true }
    reader.fail(
      section.values["max"] ?? section.values["initial"] ?? section.node,
      "backoff: max (\(max.configurationText)) is shorter than initial (\(initial.configurationText))")
    return false
  }
}

extension ValueFormat where Value == String {
  fileprivate static var sshHost: ValueFormat {
    let description = "an alias of ssh_config or a host name"
    return text(description) { host in
      HostPort.isName(host) || IPAddress(host) != nil
        ? nil
        : "expected \(description), found \(host.quoted()) (user and port have keys of their own)"
    }
  }

  fileprivate static var userName: ValueFormat {
    text("a user name") { user in
      !user.hasPrefix("-") && user.utf8.count <= 256 && !user.contains(where: \.isWhitespace)
        ? nil : "expected a user name without spaces, found \(user.quoted())"
    }
  }
}

extension TunnelConfiguration {
  /// The engine's configuration for a configured tunnel.
  package init(_ tunnel: Configuration.Tunnel) {
    let keepalive = tunnel.keepalive ?? .standard
    self.init(
      host: tunnel.host, user: tunnel.user, port: tunnel.port, identityFiles: tunnel.identityFiles ?? [],
      passphrase: tunnel.passphrase, knownHostsFiles: tunnel.knownHostsFiles ?? [],
      sshConfig: tunnel.sshConfig,
      forwards: tunnel.forwards.map { .init(listen: $0.listen, target: $0.target) },
      keepaliveInterval: keepalive.interval, keepaliveTimeout: keepalive.timeout,
      keepaliveIsChosen: tunnel.keepalive != nil, backoffInitial: tunnel.backoff.initial,
      backoffMax: tunnel.backoff.max, hold: tunnel.hold,
      sessionLimit: tunnel.sessions ?? ProcessorCount.online, windowBudget: tunnel.windowBudget)
  }
}
