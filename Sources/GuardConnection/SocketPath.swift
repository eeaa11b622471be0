import Glibc

/// The path of the guard's socket, with the service manager that runs the guard.
package struct SocketPath: Hashable, Sendable {
  package let path: String
  /// True for the user's own guard, false for the system's.
  package let isUserUnit: Bool
  /// Paths of user sockets that were tried first and do not exist.
  package let missing: [String]
  /// False if the socket was not named, and neither this user nor the machine has a guard.yaml: no guard is set up.
  package let isConfigured: Bool
  /// `XDG_RUNTIME_DIR=…` for commands with `systemctl --user`, if the environment does not set it; otherwise
  /// empty.
  private let sessionVariable: String

  package static let system = "/run/oceanid/guard.sock"

  /// Uses the first of: the option, OCEANID_SOCKET, the user's socket if it exists, and the system's socket.
  ///
  /// The user's socket is in XDG_RUNTIME_DIR. su(1), cron and commands over ssh do not set it, or leave
  /// another user's value. The folder that pam_systemd(8) creates for each user is used then.
  ///
  /// - Parameters:
  ///   - user: the user of this process.
  ///   - owner: returns the owner of a folder; nil if it does not exist.
  init(
    option: String?, environment: (String) -> String?, user: UInt32 = geteuid(),
    owner: (String) -> UInt32? = { _ in nil }, exists: (String) -> Bool
  ) {
    let usual = "/run/user/\(user)"
    // XDG Base Directory Specification: the path is absolute and the folder belongs to its user.
    let runtime = environment("XDG_RUNTIME_DIR").flatMap { folder in
      folder.hasPrefix("/") && (owner(folder) ?? user) == user ? folder : nil
    }
    let own = ([runtime, usual].compactMap(\.self)).reduce(into: [String]()) { sockets, folder in
      let socket = "\(folder)/oceanid/guard.sock"
      if !sockets.contains(socket) { sockets.append(socket) }
    }
    if let named = option ?? environment("OCEANID_SOCKET"), !named.isEmpty {
      path = named
      missing = []
      isConfigured = true
    } else if let found = own.first(where: exists) {
      path = found
      missing = []
      isConfigured = true
    } else {
      path = SocketPath.system
      missing = own
      let home = environment("XDG_CONFIG_HOME") ?? environment("HOME").map { "\($0)/.config" }
      isConfigured = [home, "/etc"].compactMap(\.self).contains { exists("\($0)/oceanid/guard.yaml") }
    }
    isUserUnit = own.contains(path) || path.hasPrefix("/run/user/")
    sessionVariable = runtime == nil ? "XDG_RUNTIME_DIR=\(usual) " : ""
  }

  package static func resolve(option: String?) -> SocketPath {
    SocketPath(
      option: option, environment: { name in getenv(name).map { String(cString: $0) } },
      owner: { folder in
        var status = stat()
        return stat(folder, &status) == 0 ? status.st_uid : nil
      }, exists: { access($0, F_OK) == 0 })
  }

  /// The command that shows the status of the daemon behind this socket.
  var statusCommand: String { isUserUnit ? userStatusCommand : "systemctl status oceanid-guard" }

  var userStatusCommand: String { "\(sessionVariable)systemctl --user status oceanid-guard" }

  var journalCommand: String {
    isUserUnit ? "journalctl --user -u oceanid-guard -n 50" : "journalctl -u oceanid-guard -n 50"
  }
}
