internal import Subprocess

extension Resolution {
  /// How a host's own ProxyJump and ProxyCommand are taken.
  private enum Proxies {
    case asConfigured
    /// The hop before it in a list leads there already.
    case ignored
  }

  /// As many hops as anybody has been seen to need, and then some.
  private static let mostHops = 8

  /// Asks `ssh -G`, so that Include, Match and tokens mean what they mean to ssh(1): the first hop, the further ones
  /// in order, and the host itself at the end.
  ///
  /// Only the first can have a `proxyCommand`; each further one is reached through a channel of the one before.
  ///
  /// ssh(1) turns `ProxyJump a,b,c` into a ProxyCommand `ssh -J a,b -W '[%h]:%p' c` (ssh.c). So c is reached through
  /// b and b through a, whatever ssh_config has as their ProxyJump, and a goes its own configured way. The file of
  /// `-F` holds for every hop; user, port, keys and known hosts given for the host itself hold for it alone.
  ///
  /// - Throws: `TunnelFailure` with code `config`: no ssh, an error in ssh_config, an option that can't be honoured, a
  ///   loop, more than eight hops.
  package static func ask(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment
  ) async throws(TunnelFailure) -> [Resolution] {
    var chain = [try await question(configuration, environment, .asConfigured)]
    var way = [configuration.host]
    var asked: Set<JumpHost> = []
    while let hops = chain.first?.proxyJump, let first = hops.first {
      way = hops.map(\.description) + way
      // The same question has the same answer, and so on for ever.
      guard asked.insert(first).inserted, chain.count - 1 + hops.count <= mostHops else {
        let shown = way.prefix(mostHops + 2).joined(separator: " → ")
        let isLoop = asked.contains(first) && way.filter { $0 == first.description }.count > 1
        throw TunnelFailure(
          .config,
          "ProxyJump leads to \(configuration.host) "
            + (isLoop ? "in a loop: \(shown)" : "over more than \(mostHops) hops: \(shown)"),
          remedy: isLoop
            ? "let the first hop be reached directly: Host \(first.host) / ProxyJump none"
            : "name fewer hops in ProxyJump", files: environment.configFiles(configuration))
      }
      chain[0].proxyJump = []
      var front: [Resolution] = []
      for (index, hop) in hops.enumerated() {
        front.append(
          try await question(configuration.hop(hop), environment, index == 0 ? .asConfigured : .ignored))
      }
      chain = front + chain
    }
    return chain
  }

  private static func question(
    _ configuration: TunnelConfiguration, _ environment: LocalEnvironment, _ proxies: Proxies
  ) async throws(TunnelFailure) -> Resolution {
    var arguments = ["-G"]
    if let file = configuration.sshConfig { arguments += ["-F", file] }
    if let user = configuration.user { arguments += ["-l", user] }
    if let port = configuration.port { arguments += ["-p", String(port)] }
    // The first of ProxyCommand and ProxyJump wins, so this is against both.
    if proxies == .ignored { arguments += ["-o", "ProxyCommand=none"] }
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
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw TunnelFailure(
        .config, "ssh could not be run to read ssh_config: \(error)", remedy: "apt-get install openssh-client"
      )
    } catch {
      // No room for a process now, most likely: that passes.
      throw TunnelFailure(
        .connectRefused, "ssh could not be run to read ssh_config: \(error)",
        remedy: "check limits: ulimit -n -u; try: ssh \(arguments.joined(separator: " "))")
    }
    return try SSHConfiguration(output: output).resolve(configuration, environment: environment)
  }
}

extension TunnelConfiguration {
  /// What a hop is resolved with: the host's own user, port, keys and known hosts are not the hop's.
  fileprivate func hop(_ hop: JumpHost) -> TunnelConfiguration {
    TunnelConfiguration(
      host: hop.host, user: hop.user, port: hop.port, passphrase: passphrase, sshConfig: sshConfig,
      forwards: [], keepaliveInterval: keepaliveInterval, keepaliveTimeout: keepaliveTimeout,
      keepaliveIsChosen: keepaliveIsChosen, backoffInitial: backoffInitial, backoffMax: backoffMax, hold: hold
    )
  }
}
