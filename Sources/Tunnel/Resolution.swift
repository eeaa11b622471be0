internal import Platform
internal import Subprocess

/// Where to connect and with what, after ssh_config had its say.
package struct Resolution: Hashable, Sendable {
  package var hostName: String
  package var user: String
  package var port: UInt16
  package var identityFiles: [String]
  /// Only the identity files' keys are offered, even where the agent holds more (ssh_config(5)).
  package var identitiesOnly: Bool
  /// Path of the agent's socket; nil where there is none.
  package var agentSocket: String?
  package var knownHostsFiles: [String]
  /// The name that known_hosts has the host under.
  package var hostKeyName: String
  package var connectTimeout: Duration
  /// Files whose change may change all this.
  package var configFiles: [String]
}

extension Resolution {
  /// Asks `ssh -G HOST`, so that Include, Match and tokens mean what they mean to ssh(1).
  ///
  /// - Throws: `TunnelFailure` with code `config`: no ssh, an error in ssh_config, an option that can't be honoured.
  package static func ask(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment
  ) async throws(TunnelFailure) -> Resolution {
    var arguments = ["-G"]
    if let file = configuration.sshConfig { arguments += ["-F", file] }
    if let user = configuration.user { arguments += ["-l", user] }
    if let port = configuration.port { arguments += ["-p", String(port)] }
    arguments += ["--", configuration.host]
    let output: String
    do {
      let result = try await run(
        .name("ssh"), arguments: Arguments(arguments), output: .string(limit: 256 << 10),
        error: .string(limit: 64 << 10))
      guard result.terminationStatus.isSuccess else {
        let words = result.standardError.split(whereSeparator: \.isNewline).prefix(3).joined(separator: "; ")
        throw TunnelFailure(
          .config, "ssh -G \(configuration.host) failed: \(words)",
          remedy: "mend ssh_config; try: ssh \(arguments.joined(separator: " "))",
          files: environment.configFiles(configuration))
      }
      output = result.standardOutput
    } catch let failure as TunnelFailure {
      throw failure
    } catch {
      throw TunnelFailure(
        .config, "ssh could not be run to read ssh_config: \(error)", remedy: "apt-get install openssh-client"
      )
    }
    return try SSHConfiguration(output: output).resolve(configuration, environment: environment)
  }
}

/// What of the process's surroundings resolving depends on.
package struct LocalEnvironment: Hashable, Sendable {
  package let home: String
  package let localUser: String
  /// SSH_AUTH_SOCK
  package let agentSocket: String?

  package init(home: String, localUser: String, agentSocket: String?) {
    self.home = home
    self.localUser = localUser
    self.agentSocket = agentSocket
  }

  func configFiles(_ configuration: TunnelConfiguration) -> [String] {
    configuration.sshConfig.map { [$0] } ?? ["\(home)/.ssh/config", "/etc/ssh/ssh_config"]
  }
}
