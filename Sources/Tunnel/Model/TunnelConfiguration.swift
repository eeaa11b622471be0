internal import Platform

/// The configuration of one tunnel. Values that are nil or empty come from ssh_config.
package struct TunnelConfiguration: Hashable, Sendable {
  /// A local address that leads to a target on the far side.
  package struct Forward: Hashable, Sendable {
    /// `127.0.0.1:16443`, `[::1]:16443`, `/run/user/1000/k3s.sock`
    package let listen: StreamAddress
    /// As the far side knows it: `localhost:6443`.
    package let target: StreamAddress

    package init(listen: StreamAddress, target: StreamAddress) {
      self.listen = listen
      self.target = target
    }
  }

  /// Where the passphrase of encrypted identity files is.
  package enum Passphrase: Hashable, Sendable {
    /// A credential's name (systemd.exec(5), LoadCredential).
    case credential(String)
    /// An absolute path.
    case file(String)
  }

  /// A Host of ssh_config, or a host name.
  package let host: String
  package let user: String?
  package let port: UInt16?
  /// Paths, or `credential:NAME`.
  package let identityFiles: [String]
  package let passphrase: Passphrase?
  /// Paths, or `credential:NAME`.
  package let knownHostsFiles: [String]
  /// Read instead of ~/.ssh/config and /etc/ssh/ssh_config.
  package let sshConfig: String?
  package let forwards: [Forward]
  /// Idle time after which the peer is probed.
  package let keepaliveInterval: Duration
  /// Silence after which the session is considered dead.
  package let keepaliveTimeout: Duration
  /// The two values above were configured; else ServerAliveInterval and ServerAliveCountMax may shorten them.
  package let keepaliveIsChosen: Bool
  package let backoffInitial: Duration
  package let backoffMax: Duration
  /// How long a new local connection waits for the tunnel.
  package let hold: Duration
  /// Sessions at most, one of them for small requests.
  package let sessionLimit: Int
  /// The bytes that all channels may together have in flight or waiting for a slow reader.
  package let windowBudget: Int
  /// A target without traffic for this long is checked, so that its failure shows before it is needed.
  package let targetCheckInterval: Duration

  package init(
    host: String, user: String? = nil, port: UInt16? = nil, identityFiles: [String] = [],
    passphrase: Passphrase? = nil, knownHostsFiles: [String] = [], sshConfig: String? = nil,
    forwards: [Forward],
    keepaliveInterval: Duration = .seconds(5), keepaliveTimeout: Duration = .seconds(15),
    keepaliveIsChosen: Bool = false, backoffInitial: Duration = .milliseconds(250),
    backoffMax: Duration = .seconds(30),
    hold: Duration = .seconds(10), sessionLimit: Int = ProcessorCount.online, windowBudget: Int = 64 << 20,
    targetCheckInterval: Duration = .seconds(60)
  ) {
    self.host = host
    self.user = user
    self.port = port
    self.identityFiles = identityFiles
    self.passphrase = passphrase
    self.knownHostsFiles = knownHostsFiles
    self.sshConfig = sshConfig
    self.forwards = forwards
    self.keepaliveInterval = keepaliveInterval
    self.keepaliveTimeout = keepaliveTimeout
    self.keepaliveIsChosen = keepaliveIsChosen
    self.backoffInitial = backoffInitial
    self.backoffMax = backoffMax
    self.hold = hold
    self.sessionLimit = sessionLimit
    self.windowBudget = windowBudget
    self.targetCheckInterval = targetCheckInterval
  }

  /// NAME of `credential:NAME`; nil for a path.
  package static func credential(_ entry: String) -> String? {
    entry.hasPrefix("credential:") ? String(entry.dropFirst("credential:".count)) : nil
  }
}
