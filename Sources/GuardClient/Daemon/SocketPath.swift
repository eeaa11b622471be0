import Glibc

/// Where the guard's socket is, and which systemd manager stands behind it.
struct SocketPath: Hashable, Sendable {
  let path: String
  /// The user's own guard rather than the machine's.
  let isUserUnit: Bool
  /// Where a user's own socket was looked for first, and is none.
  let missing: [String]
  /// `XDG_RUNTIME_DIR=…` for a command of `systemctl --user`, where this environment does not set it; else empty.
  private let sessionVariable: String

  static let system = "/run/oceanid/guard.sock"

  /// The option, else OCEANID_SOCKET, else the user's socket where there is one, else the machine's.
  ///
  /// The user's socket is in XDG_RUNTIME_DIR. su(1), cron and a command of ssh set none, or leave another user's: then it
  /// is in the folder that pam_systemd(8) makes for each user.
  ///
  /// - Parameters:
  ///   - user: whom this process runs as.
  ///   - owner: whose a folder is; nil where there is none.
  init(
    option: String?, environment: (String) -> String?, user: UInt32 = geteuid(),
    owner: (String) -> UInt32? = { _ in nil }, exists: (String) -> Bool
  ) {
    let usual = "/run/user/\(user)"
    // XDG Base Directory Specification: it is absolute, and its user's own.
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
    } else if let found = own.first(where: exists) {
      path = found
      missing = []
    } else {
      path = SocketPath.system
      missing = own
    }
    isUserUnit = own.contains(path) || path.hasPrefix("/run/user/")
    sessionVariable = runtime == nil ? "XDG_RUNTIME_DIR=\(usual) " : ""
  }

  static func resolve(option: String?) -> SocketPath {
    SocketPath(
      option: option, environment: { name in getenv(name).map { String(cString: $0) } },
      owner: { folder in
        var status = stat()
        return stat(folder, &status) == 0 ? status.st_uid : nil
      }, exists: { access($0, F_OK) == 0 })
  }

  /// How to ask systemd about the daemon behind this socket.
  var statusCommand: String { isUserUnit ? userStatusCommand : "systemctl status oceanid-guard" }

  var userStatusCommand: String { "\(sessionVariable)systemctl --user status oceanid-guard" }

  var journalCommand: String {
    isUserUnit ? "journalctl --user -u oceanid-guard -n 50" : "journalctl -u oceanid-guard -n 50"
  }
}
