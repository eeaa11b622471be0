import Glibc

/// Where the guard's socket is, and which systemd manager stands behind it.
struct SocketPath: Hashable, Sendable {
  let path: String
  /// The user's own guard rather than the machine's.
  let isUserUnit: Bool

  static let system = "/run/oceanid/guard.sock"

  /// The option, else OCEANID_SOCKET, else the user's socket where there is one, else the machine's.
  init(option: String?, environment: (String) -> String?, exists: (String) -> Bool) {
    let runtime = environment("XDG_RUNTIME_DIR").flatMap { $0.isEmpty ? nil : $0 }
    let own = runtime.map { "\($0)/oceanid/guard.sock" }
    if let named = option ?? environment("OCEANID_SOCKET"), !named.isEmpty {
      path = named
    } else if let own, exists(own) {
      path = own
    } else {
      path = SocketPath.system
    }
    isUserUnit = path == own || path.hasPrefix("/run/user/")
  }

  static func resolve(option: String?) -> SocketPath {
    SocketPath(
      option: option, environment: { name in getenv(name).map { String(cString: $0) } },
      exists: { access($0, F_OK) == 0 })
  }

  /// How to ask systemd about the daemon behind this socket.
  var statusCommand: String {
    isUserUnit ? "systemctl --user status oceanid-guard" : "systemctl status oceanid-guard"
  }

  var journalCommand: String {
    isUserUnit ? "journalctl --user -u oceanid-guard -n 50" : "journalctl -u oceanid-guard -n 50"
  }
}
