package import GuardTypes
internal import Platform

/// The configuration of one tunnel. Values that are nil or empty come from ssh_config.
package struct TunnelConfiguration: Hashable, Sendable {
  /// A local address that leads to a target of the server.
  package struct Forward: Hashable, Sendable {
    /// For example `127.0.0.1:16443`, `[::1]:16443` or `/run/user/1000/k3s.sock`.
    package let listen: StreamAddress
    /// The target as the server resolves it, for example `localhost:6443`.
    package let target: StreamAddress

    package init(listen: StreamAddress, target: StreamAddress) {
      self.listen = listen
      self.target = target
    }
  }

  /// A Host entry of ssh_config, or a host name.
  package let host: String
  package let user: String?
  package let port: UInt16?
  /// Paths or `credential:NAME`.
  package let identityFiles: [String]
  /// The source of the passphrase of encrypted identity files.
  package let passphrase: SecretSource?
  /// Paths or `credential:NAME`.
  package let knownHostsFiles: [String]
  /// The file to read instead of ~/.ssh/config and /etc/ssh/ssh_config.
  package let sshConfig: String?
  package let forwards: [Forward]
  /// Idle time after which the peer is probed.
  package let keepaliveInterval: Duration
  /// Silence after which the session is considered dead.
  package let keepaliveTimeout: Duration
  /// True if the two values above were configured. Otherwise ServerAliveInterval and ServerAliveCountMax may shorten
  /// them.
  package let keepaliveIsChosen: Bool
  package let backoffInitial: Duration
  package let backoffMax: Duration
  /// How long a new local connection waits for the tunnel.
  package let hold: Duration
  /// The maximum number of sessions for bulk. If it is above 1, one more is for small requests.
  package let sessionLimit: Int
  /// The maximum number of bytes in flight or waiting for slow readers, for all channels together.
  package let windowBudget: Int
  /// A target without traffic for this long is checked, so that a failure is visible before the target is needed.
  package let targetCheckInterval: Duration

  package init(
    host: String, user: String? = nil, port: UInt16? = nil, identityFiles: [String] = [],
    passphrase: SecretSource? = nil, knownHostsFiles: [String] = [], sshConfig: String? = nil,
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
}

extension TunnelConfiguration {
  /// The arguments with which ssh(1) connects to the same host with the same keys, for any shell: `-p 2222 tethys`.
  package var sshArguments: String {
    var arguments = connectionOptions
    // Only the service can read a credential.
    let keys = identityFiles.filter { SecretSource.credentialName(in: $0) == nil }
    if !keys.isEmpty { arguments += keys.flatMap { ["-i", $0] } + ["-o", "IdentitiesOnly=yes"] }
    // ssh writes an accepted key to this file. It cannot write to a credential.
    if let file = knownHostsFiles.first, SecretSource.credentialName(in: file) == nil {
      arguments += ["-o", "UserKnownHostsFile=\(file)"]
    }
    return (arguments + [host]).map(\.shellWord).joined(separator: " ")
  }

  /// The arguments with which ssh(1) connects to the same host with any key, for a command that the guard's key may not
  /// run there.
  package var sshArgumentsForAnyKey: String {
    (connectionOptions + [host]).map(\.shellWord).joined(separator: " ")
  }

  private var connectionOptions: [String] {
    (sshConfig.map { ["-F", $0] } ?? []) + (user.map { ["-l", $0] } ?? [])
      + (port.map { ["-p", String($0)] } ?? [])
  }
}
