extension CommandReader {
  /// Code in another language. Its text is searched for commands and for calls of an API client.
  mutating func interpreter(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    if [".", "source"].contains(name), let file = rest.first {
      let found = script(inFile: file, name)
      if CommandReader.isInput(file), !found.isChange { return script(in: input, name, isSession: true) }
      return found.or(.unseen("commands run by \(name)"))
    }
    var found = shown(name, rest)
    if case .text(let text) = input { found = found.or(code(text, of: name)) }
    var hasFile = false
    for index in rest.indices where !found.isChange {
      let word = rest[index]
      let isOption = index > rest.startIndex && rest[index - 1].hasPrefix("-")
      if word.contains(where: { $0.isWhitespace || $0 == "(" }) {
        // After the file of a script, words are its arguments.
        if !hasFile || isOption { found = found.or(code(word, of: name)) }
      } else if !name.hasSuffix("awk"), word.contains(where: { "./".contains($0) }), !word.hasPrefix("-"),
        !isOption
      {
        hasFile = true
      }
      for text in names.text(ofFile: word) ?? [] { found = found.or(code(text, of: name)) }
    }
    if ["make", "gmake", "just", "rake", "mage", "task"].contains(name) {
      for file in [
        "Makefile", "makefile", "GNUmakefile", "justfile", "Rakefile", "magefile.go", "Taskfile.yml",
      ] {
        for text in names.text(ofFile: file) ?? [] { found = found.or(code(text)) }
      }
    }
    let others = rest.filter { !$0.contains { $0.isWhitespace || $0 == "(" } }
    return found.or(scan(others[...], .other, false)).or(.unseen("commands run by \(name)"))
  }

  /// The script in a file that this script writes.
  mutating func script(inFile file: String, _ name: String) -> CommandEffect {
    var found = CommandEffect.none
    for text in names.text(ofFile: file) ?? [] { found = found.or(effect(ofScript: text)) }
    if let words = names.computedFiles[file] {
      found = found.or(script(in: .computed(words), name, isSession: false))
    }
    return found
  }

  /// The effect of code for an interpreter. Filters seldom run a program: without a call that does, their words are text.
  private mutating func code(_ text: String, of name: String) -> CommandEffect {
    let runs: Bool
    switch name {
    case "perl", "ruby", "awk", "gawk", "mawk":
      runs =
        text.firstMatch(
          of: /system|exec|qx|`|open|spawn|fork|getline|eval|require|\|\s*"|\/[gimsx]*e[gimsx]*\s*$|\/e\b|%x/)
        != nil
    case "python", "python2", "python3", "pypy3":
      runs =
        text.firstMatch(
          of:
            /subprocess|os\.|system|popen|Popen|exec|spawn|eval|import_|getattr|run|call|invoke|shell|fabric|paramiko|(^|\W)sh(\W|$)/
        ) != nil
    default: runs = true
    }
    return runs ? code(text) : ForeignCode.calls(text)
  }

  /// Code in a language that is not read.
  ///
  /// A string with a command, or a list of strings with its words, is judged as that command. The other words are
  /// searched for a change.
  mutating func code(_ text: String) -> CommandEffect {
    var found = ForeignCode.calls(text)
    var others = text
    for command in CodeStrings.commands(in: text) where !found.isChange {
      guard canContinue() else { break }
      guard let first = command.words.first, isProgram(first) else { continue }
      let effect = command.words.count == 1 ? effect(ofScript: first) : effect(command.words, .other)
      switch effect {
      case .change(let words, _): found = .change(words, isScript: true)
      case .restricted: found = found.or(effect)
      case .none, .unseen:
        // The command is known, and its words are no part of another one.
        for source in command.sources { others = others.replacing(source, with: " ") }
      }
    }
    return found.or(CommandScript(others).effect)
  }

  /// True if a command begins with the name of a tool, or of a program that matters here.
  private func isProgram(_ text: String) -> Bool {
    let words = text.split(maxSplits: 8, whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first else { return false }
    if ToolPolicy.find(first) != nil || ProgramName(first).name == "oceanid-ctl" { return true }
    switch RunPolicy.kinds[ProgramName(first).name] {
    case .shell, .runner, .wordsOfShell, .collector, .remoteShell, .killer, .web, .writer, .finder, .socket,
      .terminal:
      return true
    case .data, .editor, .otherShell, .scheduler, .interpreter, .automation, nil: return false
    }
  }

  // MARK: Programs that read and write files

  /// `find -exec` and `fd -x`: a command for each file.
  mutating func finder(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    var found = CommandEffect.none
    let openers: Set<String> =
      name == "find" ? ["-exec", "-execdir", "-ok", "-okdir"] : ["-x", "-X", "--exec", "--exec-batch"]
    let state = rest.prefix { !openers.contains($0) }.map(resolved).first(where: ObjectPolicy.isState)
    for index in rest.indices where openers.contains(rest[index]) && !found.isChange {
      guard canContinue() else { break }
      spend(rest.count)
      var command = rest[(index + 1)...].prefix { $0 != ";" && $0 != "+" && $0 != "\\;" }
      if name != "find", !command.contains("{}") { command.append("{}") }
      // A found file is in one of the folders.
      let words = state.map { path in command.map { $0.replacing("{}", with: path) } } ?? Array(command)
      found = found.or(effect(words, .other))
    }
    return found
  }

  /// `sftp` changes files of the other machine with the commands of its input; `rsync -e` runs a command.
  mutating func transfer(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    if name == "rsync" { return values(["-e", "--rsh"], rest) }
    guard name == "sftp", case .text(let text) = input else { return .none }
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let changes: Set<String> = [
      "put", "rm", "rename", "mkdir", "rmdir", "symlink", "ln", "chmod", "reput", "mput",
    ]
    guard let file = words.first(where: ObjectPolicy.isState), words.contains(where: changes.contains) else {
      return .none
    }
    return .change("sftp of \(file)")
  }

  /// `at` and `crontab` execute their input or a file.
  mutating func scheduler(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    var found = script(in: input, name, isSession: rest.allSatisfy { $0 == "-" })
    for word in rest where !word.hasPrefix("-") && !found.isChange {
      for text in names.text(ofFile: word) ?? [] {
        // The times of crontab come before its commands.
        found = found.or(name == "crontab" ? CommandScript(text).effect : effect(ofScript: text))
      }
    }
    return found
  }

  // MARK: Editors and version control

  /// Commands that an editor or version control runs: `git bisect run`, `tar --to-command`, `:!` of vi, `e` of sed.
  mutating func editor(_ name: String, _ rest: ArraySlice<String>) -> CommandEffect {
    var found = CommandEffect.none
    switch name {
    case "git": found = git(rest)
    case "sed":
      for word in rest where word.firstMatch(of: /(^|[;0-9${} ])e [a-z]|\/[gip0-9]*e[gip0-9]*$/) != nil {
        found = found.or(CommandScript(word.replacing("/", with: " ")).effect)
      }
    case "vi", "vim", "nvim", "ex", "view", "emacs", "nano", "less", "more":
      for word in rest {
        // `less -P` is the form of its prompt, and patterns are no commands.
        if let mark = word.firstIndex(of: "!") {
          found = found.or(CommandScript(String(word[word.index(after: mark)...])).effect)
        } else if word.contains("system(") || word.contains("shell-command") || word.contains("call-process")
        {
          found = found.or(CommandScript(word).effect)
        }
      }
    default:
      found = values(
        [
          "--pre", "--compress-program", "--to-command", "--use-compress-program", "-I", "-P",
          "--rsh-command", "--info-script", "--checkpoint-action", "-F",
        ].filter { name != "rg" && name != "sort" || $0.hasPrefix("--") }, rest)
    }
    // Only changes count: other words of an editor are text.
    return found.isChange ? found : .none
  }

  /// The effect of the commands in the values of options.
  private mutating func values(_ options: [String], _ rest: ArraySlice<String>) -> CommandEffect {
    var found = CommandEffect.none
    for index in rest.indices where !found.isChange {
      let word = rest[index]
      for option in options {
        var value = ""
        if word == option, index + 1 < rest.endIndex { value = rest[index + 1] }
        if option.hasPrefix("--"), word.hasPrefix(option + "=") {
          value = String(word.dropFirst(option.count + 1))
        }
        if value.hasPrefix("exec=") { value = String(value.dropFirst(5)) }
        if !value.isEmpty { found = found.or(effect(ofScript: value)) }
      }
    }
    return found
  }

  /// Configuration keys of Git whose values are commands.
  private static let gitCommands = [
    "pager", "editor", "command", "external", "textconv", "cmd", "helper", "askpass", "fsmonitor", "smudge",
    "clean",
    "process", "program", "driver", "sshcommand", "proxy", "exec", "sendpack", "uploadpack", "receivepack",
  ]

  private mutating func git(_ rest: ArraySlice<String>) -> CommandEffect {
    var found = CommandEffect.none
    var words = rest
    while let first = words.first, first.hasPrefix("-") {
      words.removeFirst()
      guard
        ["-c", "-C", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env"].contains(
          first),
        let value = words.popFirst()
      else { continue }
      if first == "-c" { found = found.or(configuration(value)) }
    }
    guard let verb = words.popFirst(), !found.isChange else { return found }
    let options: [String: [String]] = [
      "rebase": ["-x", "--exec"], "difftool": ["-x", "--extcmd"], "grep": ["-O", "--open-files-in-pager"],
      "fetch": ["--upload-pack"], "pull": ["--upload-pack"], "clone": ["-u", "--upload-pack"],
      "push": ["--receive-pack", "--exec"], "ls-remote": ["--upload-pack", "--exec"],
      "filter-branch": [
        "--tree-filter", "--index-filter", "--msg-filter", "--env-filter", "--commit-filter",
        "--parent-filter",
        "--tag-name-filter", "--setup",
      ],
    ]
    if verb == "bisect" && words.first == "run" || verb == "submodule" && words.contains("foreach") {
      found = found.or(scan(words.dropFirst(), .other, true))
    }
    if verb == "config" {
      let operands = words.filter { !$0.hasPrefix("-") && !["set", "--add"].contains($0) }
      for (key, value) in zip(operands, operands.dropFirst()) {
        found = found.or(configuration("\(key)=\(value)"))
      }
    }
    return found.or(values(options[verb] ?? [], words))
  }

  /// `core.pager=less`, `alias.z=!kubectl get pods`
  private mutating func configuration(_ entry: String) -> CommandEffect {
    guard let mark = entry.firstIndex(of: "=") else { return .none }
    let key = entry[..<mark].lowercased()
    let value = String(entry[entry.index(after: mark)...])
    if value.hasPrefix("!") { return effect(ofScript: String(value.dropFirst())) }
    guard CommandReader.gitCommands.contains(where: key.hasSuffix) else { return .none }
    return effect(ofScript: value)
  }
}
