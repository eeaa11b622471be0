internal import Glibc
internal import GuardTypes
internal import Platform
internal import SSH

extension Resolution {
  /// The time limit for all calls of `ssh -G` together. Each call runs the commands of `Match exec`, and
  /// CanonicalizeHostname may query the resolver.
  package static let askLimit: Duration = .seconds(20)

  /// Resolves the host and its jump hosts with `ssh -G`, so that Include, Match and tokens have the same effect as in
  /// ssh(1). The result lists the first hop first and the host last.
  ///
  /// Only the first element may have a `proxyCommand`; each further one is reached through a channel of the one before.
  ///
  /// ssh(1) turns `ProxyJump a,b,c` into the ProxyCommand `ssh -J a,b -W '[%h]:%p' c` (ssh.c). So c is reached through
  /// b and b through a, regardless of the ProxyJump that ssh_config has for b and c; only a is reached as ssh_config
  /// says. The file of `-F` applies to every hop. User, port, keys and known hosts configured for the host apply to the
  /// host only.
  ///
  /// Blocks the thread while ssh runs.
  ///
  /// - Parameter isCancelled: called ten times per second; if it returns true, ssh and its child processes are killed.
  /// - Throws: `TunnelFailure` with code `config` if ssh is missing, ssh_config has an error, a command of `Match exec`
  ///   does not end, an option is not supported, or ProxyJump has a loop or more than eight hops.
  package static func ask(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment, within limit: Duration = askLimit,
    isCancelled: @escaping () -> Bool = { false }
  ) throws(TunnelFailure) -> [Resolution] {
    let query = SSHConfigQuery(
      environment: environment, limit: limit, deadline: .now + limit, isCancelled: isCancelled)
    var chain = [try query.resolve(configuration, ignoringProxies: false)]
    var route = [configuration.host]
    var asked: Set<JumpHost> = []
    while let hops = chain.first?.proxyJump, let first = hops.first {
      route = hops.map(\.description) + route
      // A hop that was resolved before would lead to the same hops again, in an endless loop.
      guard asked.insert(first).inserted, chain.count - 1 + hops.count <= JumpHost.maximumHops else {
        let shown = route.prefix(JumpHost.maximumHops + 2).joined(separator: " → ")
        let isLoop = asked.contains(first) && route.filter { $0 == first.description }.count > 1
        throw TunnelFailure(
          .config,
          "ProxyJump leads to \(configuration.host) "
            + (isLoop ? "in a loop: \(shown)" : "over more than \(JumpHost.maximumHops) hops: \(shown)"),
          remedy: isLoop
            ? "let the first hop be reached directly: Host \(first.host) / ProxyJump none"
            : "name fewer hops in ProxyJump", files: environment.configFiles(configuration))
      }
      chain[0].proxyJump = []
      var front: [Resolution] = []
      for (index, hop) in hops.enumerated() {
        var resolution = try query.resolve(configuration.hop(hop), ignoringProxies: index != 0)
        // Of these, only the first is reached as ssh_config says.
        if index > 0 {
          let before = hops[..<index].map(\.description).joined(separator: ",")
          resolution.sshArguments = "-J \(before.shellWord) \(resolution.sshArguments)"
        }
        front.append(resolution)
      }
      chain = front + chain
    }
    return chain
  }
}

/// Runs `ssh -G` with /bin/sh for `Match exec`. At the deadline, ssh and its child processes are killed.
private struct SSHConfigQuery {
  let environment: LocalEnvironment
  let limit: Duration
  let deadline: ContinuousClock.Instant
  let isCancelled: () -> Bool

  /// ssh writes several debug messages per line of configuration.
  private static let maxOutput = 4 << 20

  /// - Parameter ignoringProxies: true to ignore the host's own ProxyJump and ProxyCommand.
  func resolve(
    _ configuration: TunnelConfiguration, ignoringProxies: Bool
  ) throws(TunnelFailure) -> Resolution {
    // The first of ProxyCommand and ProxyJump wins, so this option disables both.
    let options = ignoringProxies ? ["-o", "ProxyCommand=none"] : []
    let answer = try ask(.usual, options, configuration)
    var ssh = SSHConfiguration(answer)
    // Only ssh can expand a token that this version of the guard does not know.
    let unknown = ssh.unknownTokens(configuration, environment)
    if !unknown.isEmpty {
      let query = TokenQuery(unknown)
      ssh.add(query, SSHConfiguration(try ask(query, options, configuration)))
    }
    return try ssh.resolve(configuration, environment: environment)
  }

  private func ask(
    _ query: TokenQuery, _ options: [String], _ configuration: TunnelConfiguration
  ) throws(TunnelFailure) -> ConfigurationAnswer {
    var arguments = ["-G"]
    if let file = configuration.sshConfig { arguments += ["-F", file] }
    if let user = configuration.user { arguments += ["-l", user] }
    if let port = configuration.port { arguments += ["-p", String(port)] }
    arguments += options
    let byHand =
      environment.asOwner
      + "ssh \((arguments + [configuration.host]).map(\.shellWord).joined(separator: " "))"
    let command = Command(
      // -N means that no command is run. Without it, ssh reports an error if ssh_config has ForkAfterAuthentication.
      program: "ssh",
      // -E separates its messages from what commands of `Match exec` write to standard error. Their standard output is
      // /dev/null.
      arguments: ["-vvv", "-N", "-E", "/proc/self/fd/1"] + arguments + query.arguments + [
        "--", configuration.host,
      ],
      // A service has no $SHELL, or one such as nologin. `Match exec` would then be false or an error.
      variables: ["SHELL=/bin/sh"], outputLimit: Self.maxOutput)
    var readable = ReadableFiles(home: environment.home)
    for file in environment.configFiles(configuration) { try readable.check(file) }
    let outcome: Command.Outcome
    do throws(SystemError) {
      outcome = try command.run(until: deadline, isCancelled: isCancelled)
    } catch {
      throw TunnelFailure(unstarted: error, byHand: byHand)
    }
    let text = String(decoding: outcome.output, as: UTF8.self)
    // An ssh that cannot write its messages there says so on standard error, before it runs a command.
    var answer =
      text.isEmpty
      ? ConfigurationAnswer(output: "", errors: outcome.errors)
      : ConfigurationAnswer(output: text, errors: text, noise: outcome.errors)
    let files = answer.files + environment.configFiles(configuration).filter { !answer.files.contains($0) }
    answer.includes = IncludedPaths.find(in: files, home: environment.home)
    if let failure = TunnelFailure(
      answer, outcome.end, configuration, limit, byHand: byHand, asOwner: environment.asOwner, files: files,
      isConfined: environment.isConfined)
    {
      guard let reason = invalidAlgorithms(answer, isRefused: true, files) else { throw failure }
      throw reason
    }
    if let failure = invalidAlgorithms(answer, isRefused: false, files) { throw failure }
    return answer
  }

  private func invalidAlgorithms(
    _ answer: ConfigurationAnswer, isRefused: Bool, _ files: [String]
  ) -> TunnelFailure? {
    TunnelFailure(algorithms: answer, isRefused: isRefused, files: files) { option in
      let command = Command(
        program: "ssh", arguments: ["-Q", option.query], variables: [], outputLimit: 64 << 10)
      guard let answer = try? command.run(until: deadline, isCancelled: isCancelled), answer.end == .exited(0)
      else { return nil }
      let names = String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isNewline)
      return names.isEmpty ? nil : names.map(String.init)
    }
  }
}

/// The files of ssh_config and of Include. ssh(1) waits forever for the writer of a FIFO, and reads a device or a very
/// large file into its memory.
private struct ReadableFiles {
  /// The folder for `~`.
  private let home: String
  private var seen: Set<String> = []

  private static let maxFiles = 512

  init(home: String) { self.home = home }

  /// - Throws: `TunnelFailure` for a file that is not regular or too large. All others are left to ssh.
  mutating func check(_ file: String) throws(TunnelFailure) {
    guard seen.count < Self.maxFiles, seen.insert(file).inserted else { return }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SmallFile.read(file, limit: IncludedPaths.maxBytes)
    } catch {
      guard error.isTooLarge || error.isNotRegular && !isIgnored(file) else { return }
      throw TunnelFailure(
        unreadable: file,
        error.isTooLarge ? "it is larger than \(IncludedPaths.maxBytes >> 20) MiB" : error.reason)
    }
    for path in IncludedPaths.find(in: bytes, of: file, home: home) {
      for each in [path] + SmallFile.matches(path) { try check(each) }
    }
  }

  /// ssh ignores a folder, and /dev/null stands for an empty file.
  private func isIgnored(_ path: String) -> Bool {
    var (status, null) = (stat(), stat())
    guard stat(path, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return true
    case S_IFCHR: return stat("/dev/null", &null) == 0 && status.st_rdev == null.st_rdev
    default: return false
    }
  }
}

extension TunnelFailure {
  fileprivate init(unreadable file: String, _ reason: String) {
    self.init(
      .config, "ssh_config \(file) can't be read: \(reason)",
      command: "ls -l \(file.shellWord)", remedy: "put a regular file there", files: [file])
  }

  fileprivate init(unstarted error: SystemError, byHand: String) {
    if error.isMissing {
      self.init(
        .config, "ssh could not be run to read ssh_config: \(error)",
        command: "sudo apt-get install openssh-client", remedy: "the guard asks ssh(1) what ssh_config means")
    } else if error.isDenied {
      self.init(
        .config, "ssh may not be run to read ssh_config: \(error)", remedy: TunnelFailure.execRemedy)
    } else {
      // The most likely cause is a temporary lack of processes or memory.
      self.init(
        .connectRefused, "ssh could not be run to read ssh_config: \(error)",
        command: byHand, remedy: "check limits too: ulimit -n -u")
    }
  }

  /// The failure for an unusable answer; nil for a usable one.
  init?(
    _ answer: ConfigurationAnswer, _ end: Command.End, _ configuration: TunnelConfiguration,
    _ limit: Duration, byHand: String, asOwner: String = "", files: [String],
    isConfined: Bool = false
  ) {
    let host = configuration.host
    let watched = files + answer.includes.filter { !files.contains($0) }
    if let words = answer.shellRefusal {
      self.init(
        .config, "ssh -G \(host) can't run the command of a Match exec in ssh_config: \(words)",
        remedy: TunnelFailure.execRemedy, files: watched)
    } else if isConfined, let command = answer.unrunnable {
      self.init(
        .config,
        "the command of Match exec '\(command.shown)' in ssh_config may not be run (status 126), and ssh would take that for false",
        remedy: TunnelFailure.execRemedy, files: watched)
    } else if end == .outOfTime {
      if let file = answer.unread, SmallFile.isFIFO(file) {
        self.init(unreadable: file, "it is a FIFO, not a regular file")
        return
      }
      guard let command = answer.unfinished else {
        self.init(
          .config, "ssh -G \(host) did not end within \(limit)",
          command: byHand,
          remedy: "see what it waits for; with CanonicalizeHostname it asks the resolver", files: watched)
        return
      }
      self.init(
        .config,
        "ssh -G \(host) did not end within \(limit): most likely because of the command '\(command.shown)' of a Match exec in ssh_config, which was ended",
        command:
          "\(asOwner)grep -is exec \(files.map(\.shellWord).joined(separator: " "))",
        remedy:
          "let that command end soon, for example with timeout(1) in front: Match exec \"timeout 5 …\"",
        files: watched)
    } else if let file = answer.exposedFile, end != .exited(0) {
      self.init(
        .config,
        "ssh -G \(host) failed: \(PeerText.clean(file)) can be changed by others, or belongs to another user",
        command: "\(asOwner)chmod go-w \(file.shellWord)",
        remedy:
          "ssh uses only files that their reader or root owns and no other can write; if it belongs to another user, give it to the guard's user (chown)",
        files: watched)
    } else if end != .exited(0) {
      let words = answer.errors.suffix(3).joined(separator: "; ")
      let noise = answer.noisy.map { "; \($0)" } ?? ""
      // With CanonicalizeFallbackLocal no, ssh(1) ends if it cannot resolve the name (ssh.c, resolve_canonicalize).
      if let name = words.firstMatch(of: /Could not resolve host(?:name)? "?([^":; ]+)/) {
        self.init(
          .dns, "ssh -G \(host) failed: \(words)\(noise)",
          command: "getent ahosts \(String(name.output.1).shellWord)",
          remedy: "check the name and the resolver, and CanonicalizeHostname in ssh_config", files: watched)
        return
      }
      // ssh(1) runs only for a user that the user database knows (ssh.c, "No user exists for uid").
      let isUnknown = words.contains("No user exists for uid")
      self.init(
        .config, "ssh -G \(host) failed: \(words.isEmpty ? "\(end)" : words)\(noise)",
        command: isUnknown ? "getent passwd \(geteuid())" : byHand,
        remedy: isUnknown
          ? "run the guard as a user of the user database, or add an entry for uid \(geteuid()): ssh needs one"
          : "correct ssh_config", files: watched)
    } else {
      return nil
    }
  }
}

extension TunnelConfiguration {
  /// The configuration to resolve a hop with. The user, port, keys and known hosts of the host do not apply to it.
  fileprivate func hop(_ hop: JumpHost) -> TunnelConfiguration {
    TunnelConfiguration(
      host: hop.host, user: hop.user, port: hop.port, passphrase: passphrase, sshConfig: sshConfig,
      forwards: [], keepaliveInterval: keepaliveInterval, keepaliveTimeout: keepaliveTimeout,
      keepaliveIsChosen: keepaliveIsChosen, backoffInitial: backoffInitial, backoffMax: backoffMax, hold: hold
    )
  }
}
