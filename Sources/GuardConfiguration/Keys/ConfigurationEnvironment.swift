internal import Glibc
internal import GuardTypes
internal import Platform
package import Tunnel

/// The parts of the process environment that the configuration uses: the home and the session's directories.
package struct ConfigurationEnvironment: Hashable, Sendable {
  /// True if the process runs as root.
  package var isRoot: Bool
  /// An absolute path; nil if neither `HOME` nor the user database has one.
  package var home: String?
  /// `XDG_CONFIG_HOME`
  package var configHome: String?
  /// `XDG_RUNTIME_DIR`
  package var runtimeDirectory: String?
  /// `KUBECONFIG`: paths separated by colons.
  package var kubeconfig: String?
  /// The running process to which the configuration applies. It received its credentials at its start, so the
  /// configuration may name no others. nil: the configuration is for a new process, or for another one.
  package var process: LocalEnvironment?

  package init(
    isRoot: Bool, home: String?, configHome: String? = nil, runtimeDirectory: String? = nil,
    kubeconfig: String? = nil, process: LocalEnvironment? = nil
  ) {
    self.isRoot = isRoot
    self.home = home
    self.configHome = configHome
    self.runtimeDirectory = runtimeDirectory
    self.kubeconfig = kubeconfig
    self.process = process
  }

  /// The same environment for a configuration that a running process loads.
  package func reloaded(in process: LocalEnvironment) -> ConfigurationEnvironment {
    var environment = self
    environment.process = process
    return environment
  }

  /// The values of this process. Call it before anything changes the environment.
  package static var current: ConfigurationEnvironment {
    // The XDG Base Directory Specification says that paths that are not absolute are ignored.
    func path(_ name: String) -> String? {
      guard let value = getenv(name).map({ String(cString: $0) }), value.hasPrefix("/") else { return nil }
      return value
    }
    return ConfigurationEnvironment(
      isRoot: geteuid() == 0, home: path("HOME") ?? homeOfUser(), configHome: path("XDG_CONFIG_HOME"),
      runtimeDirectory: path("XDG_RUNTIME_DIR"), kubeconfig: getenv("KUBECONFIG").map { String(cString: $0) })
  }

  private static func homeOfUser() -> String? {
    UserAccount(uid: geteuid()).map(\.home).flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// `$XDG_RUNTIME_DIR/oceanid/guard.sock` for a user session, `/run/oceanid/guard.sock` for the system.
  package var defaultSocket: String {
    guard !isRoot, let runtimeDirectory else { return "/run/oceanid/guard.sock" }
    return "\(runtimeDirectory)/oceanid/guard.sock"
  }

  /// The paths of a configuration file. The first existing one is used.
  package var files: [String] {
    var files: [String] = []
    if !isRoot, let directory = configHome ?? home.map({ "\($0)/.config" }) {
      files.append("\(directory)/oceanid/guard.yaml")
    }
    return files + ["/etc/oceanid/guard.yaml"]
  }

  /// The absolute paths of KUBECONFIG, which kubectl splits at every colon; nil if a part is relative or there is none.
  func expandVariable(_ text: String) -> String? {
    PathList.paths(text).count == text.split(separator: ":").count ? expandList(text) : nil
  }

  /// The absolute paths of a list such as KUBECONFIG, without empty entries; nil if a path is relative or the
  /// list is empty.
  func expandList(_ text: String) -> String? {
    var paths: [String] = []
    for entry in PathList.paths(text) {
      guard let path = expand(entry) else { return nil }
      paths.append(path)
    }
    return paths.isEmpty ? nil : paths.joined(separator: ":")
  }

  /// The absolute path for `text`, with `~` replaced by the home; nil for any other text.
  func expand(_ text: String) -> String? {
    if text.hasPrefix("/") { return text }
    guard let home else { return nil }
    if text == "~" { return home }
    return text.hasPrefix("~/") ? home + text.dropFirst() : nil
  }
}
