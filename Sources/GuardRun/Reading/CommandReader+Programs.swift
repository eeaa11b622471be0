extension CommandReader {
  /// The effect of a program that is no tool.
  mutating func program(
    _ name: String, _ word: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    if name == "oceanid-ctl" { return client(rest) }
    switch RunPolicy.kinds[name] {
    case .data: return data(name, rest)
    case .editor: return data(name, rest).or(editor(name, rest))
    case .writer: return data(name, rest).or(writer(name, rest))
    case .shell: return shell(name, rest, input)
    case .otherShell: return otherShell(name, rest, input)
    case .wordsOfShell: return wordsOfShell(name, rest, input)
    case .scheduler: return script(in: input, name, isSession: rest.allSatisfy { $0 == "-" })
    case .collector: return collector(name, rest, input)
    case .remoteShell: return remote(name, rest, input)
    case .interpreter: return interpreter(name, rest, input)
    case .killer: return kills([name] + rest, "")
    case .web: return WebRequest.effect(name, Array(rest))
    case .runner: return runner(name, rest, input)
    // Any other program may run the command in its arguments: systemd-run, tmux, docker exec.
    case nil:
      if isRemote, ["reboot", "shutdown", "poweroff", "halt"].contains(name) {
        return .change("\(name) of a node")
      }
      if ["init.d", "rc.d"].contains(where: { word.contains("/\($0)/") }), name.hasPrefix("k3s") {
        return rest.first == "status" ? .none : .change("\(name) \(rest.first?.shown ?? "")")
      }
      return scan(rest, input, false)
    }
  }

  /// The client itself: `run` examines its command again, but the reason for a manual change comes from a person.
  private mutating func client(_ rest: ArraySlice<String>) -> CommandEffect {
    let own = rest.prefix { $0 != "--" }
    if own.contains(where: { $0 == "--break-glass" || $0.hasPrefix("--break-glass=") }) {
      return .restricted(Restriction(.breakGlass, "oceanid-ctl run --break-glass"))
    }
    if own.first == "setup", own.contains("--undo") {
      return .restricted(Restriction(.tunnel, "oceanid-ctl setup --undo"))
    }
    return own.first == "run" ? scan(rest.dropFirst(), .other, true) : .none
  }

  /// `sudo`, `env`, `timeout`: a command follows their options. A computed word may be its name.
  private mutating func runner(
    _ name: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    var found = scan(rest, input, true)
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
  /// - Parameter isRunner: true if the arguments contain a command, so that aliases and all programs count.
  mutating func scan(_ words: ArraySlice<String>, _ input: Input, _ isRunner: Bool) -> CommandEffect {
    var found = CommandEffect.none
    spend(words.count)
    for index in words.indices where !found.isChange {
      let word = words[index]
      let rest = words[(index + 1)...]
      // env -S, su -c and flock -c take a whole command line as one word.
      if word.contains(where: \.isWhitespace) {
        found = found.or(effect(ofScript: CommandReader.line(word), input))
        continue
      }
      if ToolPolicy.find(word) != nil {
        let effect = effect([word] + rest, input)
        // Without a command's place, another word may follow the name by chance: apk add kubectl jq.
        if !isRunner, case .restricted(let restriction) = effect, restriction.kind == .unknownVerb {
          continue
        }
        found = found.or(effect)
        continue
      }
      let name = ProgramName(word).name
      // A folder, not the command of a shell.
      if name == "." { continue }
      let kind = RunPolicy.kinds[name]
      switch kind {
      case .shell, .otherShell: found = found.or(effect([word] + rest, input))
      case .remoteShell, .collector, .wordsOfShell, .interpreter, .killer, .web, .scheduler, .writer:
        if isRunner { found = found.or(effect([word] + rest, input)) }
      case .data, .editor:
        guard isRunner else { continue }
        found = found.or(effect([word] + rest, input))
        // It is the command, unless it is the value of an option.
        let before = index > words.startIndex ? words[index - 1] : ""
        if !before.hasPrefix("-") || ["-E", "-n", "-i", "-H", "-A", "-b", "--"].contains(before) {
          return found
        }
      case .runner: continue
      case nil:
        guard isRunner else { continue }
        if name == "oceanid-ctl" || names.functions[word] != nil || names.aliases[word] != nil
          || names.files[word] != nil || CommandAlias.words(of: word) != nil
          || (isRemote && ["reboot", "shutdown", "poweroff", "halt"].contains(name))
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

  /// A program that only reads its arguments may show a file with credentials.
  private func data(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    guard !["ls", "stat", "test", "[", "echo", "printf", "realpath", "chmod", "chown"].contains(name),
      rest.contains(where: ObjectPolicy.isCredential)
    else { return .none }
    return .restricted(Restriction(.credentials, "\(name) of a file with credentials"))
  }

  /// Files of K3s and of the kubelet decide what a node runs.
  private func writer(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    let files = rest.filter { !$0.hasPrefix("-") }
    let written = ["cp", "scp", "rsync", "install", "ln"].contains(name) ? Array(files.suffix(1)) : files
    guard let file = written.first(where: ObjectPolicy.isState) else { return .none }
    return .change("\(name) of \(file.shown)")
  }

  /// Commands that an editor or version control runs: `git bisect run`, `tar --to-command`, `:!` of vi, `e` of sed.
  private mutating func editor(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    var found = CommandEffect.none
    let runs: Set<String> = [
      "run", "foreach", "--exec", "-x", "--pre", "--compress-program", "-P", "--tree-filter",
    ]
    for index in rest.indices where !found.isChange {
      let word = rest[index]
      if runs.contains(word), name != "sed" { found = found.or(scan(rest[(index + 1)...], .other, true)) }
      if let mark = word.firstIndex(of: "!"), name != "sed" {
        let script = String(word[word.index(after: mark)...])
        found = found.or(CommandScript(script).effect)
      }
      for option in ["exec=", "--to-command=", "--use-compress-program=", "--exec=", "--pre="] {
        guard let range = word.firstRange(of: option) else { continue }
        found = found.or(effect(ofScript: String(word[range.upperBound...])))
      }
      if name == "sed", word.firstMatch(of: /(^|[;0-9${} ])e [a-z]|\/[gip0-9]*e[gip0-9]*$/) != nil {
        found = found.or(CommandScript(word.replacing("/", with: " ")).effect)
      }
    }
    // Only changes count: other words of an editor are text.
    return found.isChange ? found : .none
  }

  /// Code in another language. Its text is searched for commands and for calls of an API client.
  private mutating func interpreter(
    _ name: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    if [".", "source"].contains(name), let file = rest.first, let texts = names.files[file] {
      var found = CommandEffect.none
      for text in texts { found = found.or(effect(ofScript: text)) }
      return found
    }
    var found = CommandEffect.none
    if case .text(let text) = input { found = ForeignCode.effect(text) }
    for word in rest where !found.isChange {
      if word.contains(where: { $0.isWhitespace || $0 == "(" }) { found = found.or(ForeignCode.effect(word)) }
      for text in names.files[word] ?? [] { found = found.or(ForeignCode.effect(text)) }
    }
    return found.or(scan(rest, .other, false)).or(.unseen("commands run by \(name)"))
  }
}
