internal import Glibc
internal import GuardAPI
internal import Health
internal import Platform
internal import Systemd
internal import Tunnel

extension LocalEnvironment {
  /// This process's own. Reads the environment: call it before anything changes that.
  static func ofThisProcess() -> LocalEnvironment {
    let environment = ConfigurationEnvironment.current
    let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry = entry.advanced(by: 1)
    }
    func path(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    return LocalEnvironment(
      home: environment.home ?? "/", localUser: user ?? "\(geteuid())", agentSocket: path("SSH_AUTH_SOCK"),
      credentialsDirectory: path("CREDENTIALS_DIRECTORY"), variables: variables)
  }
}

/// The listening sockets that the service manager bound, told apart by what they are bound to.
///
/// The forwards' stay open here for the life of the process: a tunnel gets a copy, so that the one which replaces
/// it on a reload finds the port still its own.
struct InheritedSockets {
  private(set) var control: Int32?
  private var forwards: [StreamAddress: Int32] = [:]

  /// Sockets that fit nothing are left alone; closing them would end a promise of a unit that we don't know.
  init(_ passed: [PassedSocket] = []) {
    for socket in passed {
      if let address = SocketAddress(boundToRaw: socket.descriptor), address.port != 0 {
        forwards[StreamAddress(host: address.host, port: address.port)] = socket.descriptor
      } else if socket.name == "control" || control == nil {
        control = socket.descriptor
      }
    }
  }

  /// Copies of the sockets for a cluster's forwards; the caller owns them.
  func copies(for cluster: Configuration.Cluster) -> [StreamAddress: Int32] {
    var copies: [StreamAddress: Int32] = [:]
    for forward in cluster.tunnel.forwards {
      let listen = forward.listen
      guard let original = forwards[listen] else { continue }
      let copy = fcntl(original, F_DUPFD_CLOEXEC, 3)
      if copy >= 0 { copies[listen] = copy }
    }
    return copies
  }
}
