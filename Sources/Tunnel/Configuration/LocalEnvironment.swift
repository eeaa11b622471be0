internal import Glibc
internal import GuardTypes

/// The parts of the process's environment that resolving ssh_config depends on.
package struct LocalEnvironment: Hashable, Sendable {
  package let home: String
  package let localUser: String
  /// SSH_AUTH_SOCK
  package let agentSocket: String?
  /// CREDENTIALS_DIRECTORY, where systemd puts a service's credentials (systemd.exec(5), CREDENTIALS).
  package let credentialsDirectory: String?
  /// For `${NAME}` and `$NAME` in ssh_config.
  package let variables: [String: String]

  package init(
    home: String, localUser: String, agentSocket: String?, credentialsDirectory: String? = nil,
    variables: [String: String] = [:]
  ) {
    self.home = home
    self.localUser = localUser
    self.agentSocket = agentSocket
    self.credentialsDirectory = credentialsDirectory
    self.variables = variables
  }

  func configFiles(_ configuration: TunnelConfiguration) -> [String] {
    configuration.sshConfig.map { [$0] } ?? ["\(home)/.ssh/config", "/etc/ssh/ssh_config"]
  }

  /// The file of the credential `name`.
  ///
  /// - Throws: `TunnelFailure` with code `config` and the line to add to the unit.
  package func credential(_ name: String) throws(TunnelFailure) -> String {
    let remedy =
      "systemctl edit oceanid-guard, and add under [Service]: LoadCredential=\(name):/path/to/the/file; then restart it"
    guard let credentialsDirectory else {
      throw TunnelFailure(
        .config,
        "credential \(name) is named in the configuration, but this process was given no credentials (CREDENTIALS_DIRECTORY is not set)",
        remedy: remedy)
    }
    let path = "\(credentialsDirectory)/\(name)"
    guard access(path, F_OK) == 0 else {
      throw TunnelFailure(
        .config, "credential \(name) is named in the configuration, but \(path) does not exist",
        remedy: remedy, files: [path])
    }
    return path
  }
}
