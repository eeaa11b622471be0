internal import Glibc
internal import Platform

/// A user, with the folders in which the user's files are.
package struct SetupUser: Hashable, Sendable {
  let uid: UInt32
  let gid: UInt32
  let name: String
  let home: String
  /// The home in the user database. ssh(1) reads its files there, whatever HOME says.
  let sshHome: String
  /// XDG_CONFIG_HOME, or its default.
  let configHome: String
  /// XDG_STATE_HOME, or its default.
  let stateHome: String
  /// XDG_RUNTIME_DIR if it is the user's own, else the folder that pam_systemd(8) makes.
  let runtimeDirectory: String

  package init(
    uid: UInt32, gid: UInt32? = nil, name: String, home: String, sshHome: String? = nil,
    configHome: String? = nil, stateHome: String? = nil, runtimeDirectory: String? = nil
  ) {
    self.uid = uid
    self.gid = gid ?? uid
    self.name = name
    self.home = home
    self.sshHome = sshHome ?? home
    self.configHome = configHome ?? "\(home)/.config"
    self.stateHome = stateHome ?? "\(home)/.local/state"
    self.runtimeDirectory = runtimeDirectory ?? "/run/user/\(uid)"
  }

  var isRoot: Bool { uid == 0 }

  /// The folder of the guard's configuration.
  var folder: String { "\(configHome)/oceanid" }
  var configuration: String { "\(folder)/guard.yaml" }
  /// The kubeconfig that a configuration without one uses.
  var usualKubeconfig: String { "\(home)/.kube/k3s-config.yaml" }
  /// The folder of units and drop-ins.
  var units: String { "\(configHome)/systemd/user" }

  /// The absolute path that ssh(1) means by `path`; nil if it has a token or a variable.
  func expanded(_ path: String) -> String? { expanded(path, home: home) }

  /// - Parameter home: the folder for `~`.
  func expanded(_ path: String, home: String) -> String? {
    if path.contains("%") || path.contains("${") { return nil }
    if path.hasPrefix("/") { return path }
    return path.hasPrefix("~/") ? home + path.dropFirst() : nil
  }

  /// `~/.ssh/config` for `/home/person/.ssh/config`.
  func shown(_ path: String) -> String {
    home != "/" && path.hasPrefix(home + "/") ? "~" + path.dropFirst(home.utf8.count) : path
  }

  /// The user with this id; nil if the user database has none.
  static func known(_ uid: UInt32) -> SetupUser? {
    UserAccount(uid: uid).flatMap(SetupUser.init)
  }

  static func named(_ name: String) -> SetupUser? {
    UserAccount(named: name).flatMap(SetupUser.init)
  }

  /// nil without a home.
  private init?(_ account: UserAccount) {
    guard !account.home.isEmpty else { return nil }
    self.init(uid: account.uid, gid: account.gid, name: account.name, home: account.home)
  }

  /// The user of this process, with its environment.
  static var current: SetupUser? {
    func path(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let person = known(geteuid()) else { return nil }
    var status = stat()
    let runtime = path("XDG_RUNTIME_DIR").flatMap {
      stat($0, &status) == 0 && status.st_uid == person.uid ? $0 : nil
    }
    return SetupUser(
      uid: person.uid, gid: person.gid, name: person.name, home: path("HOME") ?? person.home,
      sshHome: person.home, configHome: path("XDG_CONFIG_HOME"), stateHome: path("XDG_STATE_HOME"),
      runtimeDirectory: runtime)
  }
}
