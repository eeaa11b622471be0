package import Health
package import Tunnel

/// What the guard is told to do, complete: every default is filled in and every value is in its range.
package struct Configuration: Hashable, Sendable {
  /// The file that it was read from; nil: there was none, and these are the built-in values.
  package var file: String?
  package var control: Control
  /// At least one; names and listening addresses are unique.
  package var clusters: [Cluster]
  /// Where metrics are written for node_exporter; nil: nowhere.
  package var metricsTextfile: String?
  /// Names are unique.
  package var alerts: [AlertChannel] = []

  package struct Control: Hashable, Sendable {
    /// Absolute path of the Unix socket that the client talks to.
    package var socket: String

    package var folder: String { String(socket[..<(socket.lastIndex(of: "/") ?? socket.startIndex)]) }
  }

  package struct Cluster: Hashable, Sendable {
    package var name: String
    package var tunnel: Tunnel
    package var kubernetes: Kubernetes
    package var expect: Expectations
  }

  package struct Tunnel: Hashable, Sendable {
    /// An alias of ssh_config or a host name.
    package var host: String
    // What follows overrides ssh_config where it is not nil.
    package var user: String?
    package var port: UInt16?
    /// Absolute paths, or `credential:NAME` for a credential of the service manager's.
    package var identityFiles: [String]?
    /// Of encrypted identity files.
    package var passphrase: SecretPlace?
    /// As `identityFiles`.
    package var knownHostsFiles: [String]?
    /// The ssh_config to read instead of the usual ones.
    package var sshConfig: String?
    /// At least one.
    package var forwards: [Forward]
    /// Nil: the standard one, which ssh_config may shorten.
    package var keepalive: Keepalive?
    package var backoff: Backoff
    /// How long a new local connection waits for the tunnel.
    package var hold: Duration
    /// SSH sessions at most; nil: one for each processor.
    package var sessions: Int?
    /// What all channels together may have under way or waiting for a slow reader, in bytes.
    package var windowBudget = 64 << 20
  }

  package struct Forward: Hashable, Sendable {
    /// A loopback address, or the path of a Unix socket.
    package var listen: StreamAddress
    /// As the far side resolves it.
    package var target: StreamAddress
  }

  package struct Keepalive: Hashable, Sendable {
    package var interval: Duration
    /// Not shorter than `interval`.
    package var timeout: Duration

    package static var standard: Keepalive { Keepalive(interval: .seconds(5), timeout: .seconds(15)) }
  }

  package struct Backoff: Hashable, Sendable {
    package var initial: Duration
    /// Not shorter than `initial`.
    package var max: Duration
  }

  package struct Kubernetes: Hashable, Sendable {
    /// Absolute path, or `credential:NAME` for a credential of the service manager's.
    package var kubeconfig: String
    package var context: String
    package var poll: Poll
  }

  package struct Poll: Hashable, Sendable {
    package var interval: Duration
    package var timeout: Duration
  }
}
