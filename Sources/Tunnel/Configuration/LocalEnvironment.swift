internal import Glibc
internal import GuardTypes

/// The parts of the process's environment that resolving ssh_config depends on.
package struct LocalEnvironment: Hashable, Sendable {
  /// The service as which this process runs.
  package enum Service: Hashable, Sendable {
    /// A unit of a user's own service manager.
    case user(unit: String)
    /// A unit of the system, or a process of an account that no person uses: its ssh_config, keys and known hosts are not
    /// those of the person who reads a remedy.
    case system(unit: String)

    package var unit: String {
      switch self {
      case .user(let unit), .system(let unit): unit
      }
    }
    private var manager: String {
      switch self {
      case .user: "systemctl --user"
      case .system: "sudo systemctl"
      }
    }
    /// The command that restarts it.
    package var restart: String { "\(manager) restart \(unit)" }
    /// The command that prints its unit with all drop-ins.
    var show: String { "\(manager) cat \(unit)" }
    /// The command that adds lines to its unit.
    var edit: String { "\(manager) edit \(unit)" }
  }

  package let home: String
  package let localUser: String
  /// SSH_AUTH_SOCK
  package let agentSocket: String?
  /// CREDENTIALS_DIRECTORY, where systemd puts a service's credentials (systemd.exec(5), CREDENTIALS).
  package let credentialsDirectory: String?
  /// For `${NAME}` and `$NAME` in ssh_config.
  package let variables: [String: String]
  /// nil: this process was started from a shell.
  package let service: Service?

  package init(
    home: String, localUser: String, agentSocket: String?, credentialsDirectory: String? = nil,
    variables: [String: String] = [:], service: Service? = nil
  ) {
    self.home = home
    self.localUser = localUser
    self.agentSocket = agentSocket
    self.credentialsDirectory = credentialsDirectory
    self.variables = variables
    self.service = service
  }

  /// The prefix of commands that read or change files of this process's user: `sudo -u oceanid `. Empty if the reader of
  /// the remedy is that user.
  package var asOwner: String {
    if case .system? = service { localUser.asSudoPrefix } else { "" }
  }

  /// True if the sandbox of a unit may keep this process from running programs that the same user may run in a shell.
  var isConfined: Bool { if case .system? = service { true } else { false } }

  func configFiles(_ configuration: TunnelConfiguration) -> [String] {
    configuration.sshConfig.map { [$0] } ?? ["\(home)/.ssh/config", "/etc/ssh/ssh_config"]
  }

  /// True if the service manager created the file and protects it.
  package func credential(holding path: String) -> Bool {
    credentialsDirectory.map { path.hasPrefix($0 + "/") } ?? false
  }

  /// The file of the credential `name`.
  ///
  /// - Throws: `TunnelFailure` with code `config` and the line to add to the unit.
  package func credential(_ name: String) throws(TunnelFailure) -> String {
    let service = service ?? .system(unit: "oceanid-guard")
    let remedy =
      "add under [Service]: LoadCredential=\(name):/path/to/the/file; then: \(service.restart)"
    guard let credentialsDirectory else {
      throw TunnelFailure(
        .config,
        "credential \(name) is named in the configuration, but this process was given no credentials (CREDENTIALS_DIRECTORY is not set)",
        command: service.edit, remedy: remedy)
    }
    let path = "\(credentialsDirectory)/\(name)"
    guard access(path, F_OK) == 0 else {
      throw TunnelFailure(
        .config, "credential \(name) is named in the configuration, but \(path) does not exist",
        command: service.edit, remedy: remedy, files: [path])
    }
    return path
  }
}
