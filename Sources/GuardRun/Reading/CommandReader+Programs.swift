extension CommandReader {
  /// The effect of a program that is not a tool.
  mutating func program(
    _ name: String, _ word: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    if name == "oceanid-ctl" { return client(rest) }
    if name == "cd" || name == "pushd" { enter(rest) }
    let found = power(name, rest).or(written(name, rest))
    return found.or(kind(name, word, rest, input))
  }

  private mutating func kind(
    _ name: String, _ word: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    switch RunPolicy.kinds[name] {
    case .data: return shown(name, rest).or(subcommand(name, rest, input)).or(hooks(name, rest))
    case .editor: return shown(name, rest).or(editor(name, rest))
    case .writer: return shown(name, rest).or(transfer(name, rest, input))
    case .finder: return finder(name, rest)
    case .socket: return socket(name, rest, input)
    case .automation: return automation(rest).or(.unseen("commands run by \(name)"))
    case .terminal: return scan(rest, input, true).or(.unseen("commands run by \(name)"))
    case .shell: return shell(name, rest, input)
    case .otherShell: return otherShell(name, rest, input)
    case .wordsOfShell: return wordsOfShell(name, rest, input)
    case .scheduler: return scheduler(name, rest, input)
    case .collector: return collector(name, rest, input)
    case .remoteShell: return remote(name, rest, input)
    case .interpreter: return interpreter(name, rest, input)
    case .killer: return kills([name] + rest, "")
    case .web: return shown(name, rest).or(WebRequest.effect(name, Array(rest)))
    case .runner: return runner(name, rest, input)
    // Any other program may run the command in its arguments: systemd-run, tmux, docker exec.
    case nil:
      if ["init.d", "rc.d"].contains(where: { word.contains("/\($0)/") }), name.hasPrefix("k3s") {
        return rest.first == "status" ? .none : .change("\(name) \(rest.first?.shown ?? "")")
      }
      return container(name, rest, input).or(scan(rest, input, false))
    }
  }

  /// Programs that end or restart a machine. Any other machine may be a node: hosts have aliases and addresses that are
  /// not known here. This machine may run the guard.
  private func power(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    if rest.contains("--help") { return .none }
    if RunPolicy.powerPrograms.contains(name) {
      if rest.contains(where: { ["-c", "-k", "--show", "-w", "--wtmp-only"].contains($0) }) {
        return .none
      }
    } else {
      guard RunPolicy.levelPrograms.contains(name), let level = rest.first(where: { !$0.hasPrefix("-") }),
        ["0", "1", "6", "s", "S"].contains(level)
      else { return .none }
    }
    return isRemote
      ? .change("\(name) of a node") : .restricted(Restriction(.tunnel, "\(name) of this machine"))
  }

  /// A program such as npm, which runs the command after some of its subcommands.
  private mutating func subcommand(
    _ name: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    guard let runs = RunPolicy.subcommands[name], let place = rest.firstIndex(where: { !$0.hasPrefix("-") }),
      runs.contains(rest[place])
    else { return .none }
    return scan(rest[(place + 1)...], input, false, runs: true)
  }

  /// Builtins that remember a command for later: `complete -C`, `mapfile -C`, `bind -x`.
  private mutating func hooks(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    guard ["complete", "compgen", "mapfile", "readarray", "bind"].contains(name),
      let place = rest.firstIndex(where: { $0 == "-C" || $0 == "-x" }), place + 1 < rest.endIndex
    else { return .none }
    let script = rest[place + 1]
    return name == "bind" ? CommandScript(script).effect : effect(ofScript: script)
  }

  /// The program that replaces that of an image is named before the image, and its arguments follow the image.
  private mutating func container(
    _ name: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    guard ["docker", "podman", "buildah"].contains(name),
      let place = rest.firstIndex(where: { $0.hasPrefix("--entrypoint") })
    else { return .none }
    let option = rest[place]
    let isJoined = option.contains("=")
    let next = place + 1 < rest.endIndex ? rest[place + 1] : ""
    let program = isJoined ? String(option.drop { $0 != "=" }.dropFirst()) : next
    let others = rest[min(rest.endIndex, place + (isJoined ? 1 : 2))...]
    var found = CommandEffect.none
    for start in others.indices.prefix(32) where !found.isChange {
      guard canContinue() else { break }
      let effect = effect([program] + others[start...], input)
      if effect.isChange { found = effect }
    }
    return found
  }

  /// The client itself: `run` examines its command again, but the reason for a manual change comes from a person.
  private mutating func client(_ rest: ArraySlice<String>) -> CommandEffect {
    let own = rest.prefix { $0 != "--" }
    if own.contains(where: { $0 == "--break-glass" || $0.hasPrefix("--break-glass=") }) {
      return .restricted(Restriction(.breakGlass, "oceanid-ctl run --break-glass"))
    }
    if own.contains("setup"), own.contains("--undo"), !own.contains("--dry-run") {
      return .restricted(Restriction(.tunnel, "oceanid-ctl setup --undo"))
    }
    guard let place = own.firstIndex(of: "run") else { return .none }
    return scan(rest[(place + 1)...], .other, true)
  }

  /// The text of `env -S 'kubectl get pods'` and `env -vS'…'`, with the words after it; nil without that option.
  private static func splitString(_ words: ArraySlice<String>) -> String? {
    guard
      let place = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("S") }),
      let letter = words[place].firstIndex(of: "S"),
      words[place][..<letter].dropFirst().allSatisfy({ "iv0".contains($0) })
    else { return nil }
    let text = String(words[place][words[place].index(after: letter)...])
    return ([text] + words[(place + 1)...]).joined(separator: " ")
  }

  /// `sudo`, `env`, `timeout`: a command follows their options. A computed word may be its name.
  private mutating func runner(
    _ name: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    var found: CommandEffect
    if name == "env", let text = CommandReader.splitString(rest) { return effect(ofScript: text, input) }
    if let (place, inner) = RunnerOptions.command(of: name, in: rest) {
      let outer = folder
      if !inner.isEmpty { folder = resolved(inner) }
      found = effect(Array(rest[place...]), input)
      if !inner.isEmpty { folder = outer }
    } else {
      found = scan(rest, input, true)
    }
    let isShell =
      ["su", "chroot", "nsenter", "unshare"].contains(name)
      || rest.contains { ["-s", "-i", "--shell", "--login", "su"].contains($0) }
    if isShell { found = found.or(script(in: input, name, isSession: false)) }
    if let place = rest.firstIndex(where: \.isComputed), !found.isChange {
      if let change = UnknownProgram.change(Array(rest[(place + 1)...])) {
        found = .change("a command with a computed name and the words \(change)", isScript: true)
      }
    }
    return found
  }

  /// Searches the arguments of a program that may run others. The name of a tool begins a command.
  ///
  /// An argument with blanks is data, unless the program is known to run it, or an option or a subcommand before it
  /// marks it as a command: most programs use such an argument as a text, for example as the message of a commit.
  ///
  /// - Parameters:
  ///   - isRunner: true if the arguments contain a command, so that aliases and all programs count.
  ///   - runs: true if they contain one and other words beside it.
  mutating func scan(
    _ words: ArraySlice<String>, _ input: Input, _ isRunner: Bool, runs: Bool = false
  ) -> CommandEffect {
    var found = CommandEffect.none
    var runs = isRunner || runs
    spend(words.count)
    for index in words.indices where !found.isChange {
      guard canContinue() else { break }
      let word = words[index]
      let before = index > words.startIndex ? words[index - 1] : ""
      var rest = words[(index + 1)...]
      // start-stop-daemon --exec ssh -- -N
      if before == "--exec", rest.first == "--" { rest.removeFirst() }
      // env -S, su -c and flock -c take a whole command line as one word.
      if word.contains(where: \.isWhitespace) {
        // python -c takes code, which its own rule reads.
        let program = index - 1 > words.startIndex ? ProgramName(words[index - 2]).name : ""
        if before.hasPrefix("-"), RunPolicy.kinds[program] == .interpreter { continue }
        let isLine = RunPolicy.lineOptions.contains(before) || runs && (isRunner || !before.hasPrefix("-"))
        if isLine { found = found.or(effect(ofScript: CommandReader.line(word), input)) }
        continue
      }
      if let (_, plugin) = ToolPolicy.find(word) {
        let effect = effect([word] + rest, input)
        // Without a command's place, another word may follow the name by chance: apk add kubectl jq, make helm-test.
        if !isRunner {
          if case .restricted(let restriction) = effect, restriction.kind == .unknownVerb { continue }
          if plugin.contains(where: { ToolPolicy.find($0) == nil }), !word.hasPrefix("kubectl") { continue }
        }
        found = found.or(effect)
        continue
      }
      let name = ProgramName(word).name
      // A folder, not the command of a shell.
      if name == "." { continue }
      switch RunPolicy.kinds[name] {
      case .shell, .otherShell, .remoteShell, .killer, .web, .socket, .terminal:
        found = found.or(effect([word] + rest, input))
      case .collector, .wordsOfShell, .interpreter, .scheduler, .writer, .finder, .automation:
        if runs { found = found.or(effect([word] + rest, input)) }
      case .data, .editor:
        guard runs else { continue }
        found = found.or(effect([word] + rest, input))
        // It is the command, unless it is the value of an option.
        if !before.hasPrefix("-") || ["-E", "-n", "-i", "-H", "-A", "-b", "--"].contains(before) {
          return found
        }
      case .runner: continue
      case nil:
        if name == "oceanid-ctl" { found = found.or(effect([word] + rest, input)) }
        guard runs else {
          runs = RunPolicy.runWords.contains(word)
          continue
        }
        if names.functions[word] != nil || names.aliases[word] != nil
          || word.contains("/") && names.files[word] != nil
          || CommandAlias.words(of: word) != nil && (isRunner || !before.hasPrefix("-"))
          || RunPolicy.powerPrograms.contains(name) || RunPolicy.levelPrograms.contains(name)
        {
          found = found.or(effect([word] + rest, input))
        }
      }
    }
    return found
  }

  /// The command line in a word that may be joined to its option: `-Skubectl get nodes`, `--split-string=…`.
  private static func line(_ word: String) -> String {
    if word.hasPrefix("--") { return String(word.drop { $0 != "=" }.dropFirst()) }
    return word.hasPrefix("-") ? String(word.dropFirst(2)) : word
  }
}
