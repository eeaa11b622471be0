extension CommandReader {
  /// A file in the current folder of the script, as far as the script sets it.
  func resolved(_ path: String) -> String {
    guard !folder.isEmpty, !path.hasPrefix("/"), !path.hasPrefix("~"), !path.contains(":"), !path.isComputed
    else {
      return path
    }
    var parts = "\(folder)/\(path)".split(separator: "/", omittingEmptySubsequences: false)
    while let up = parts.firstIndex(of: ".."), up > 0, parts[up - 1] != "..", parts[up - 1] != "~" {
      parts.removeSubrange(up - 1...up)
    }
    return parts.joined(separator: "/") + "/"
  }

  /// `cd` and `pushd`.
  mutating func enter(_ words: ArraySlice<String>) {
    guard let path = words.first(where: { !$0.hasPrefix("-") }) else {
      folder = ""
      return
    }
    folder = resolved(path)
  }

  /// Files of K3s and of the kubelet decide what a node runs.
  func written(_ name: String, _ words: ArraySlice<String>) -> CommandEffect {
    let files = WrittenFiles.paths(name, Array(words)).map(resolved)
    if let file = files.first(where: ObjectPolicy.isState) { return .change("\(name) of \(file.shown)") }
    guard let file = files.first(where: ObjectPolicy.isGuardSocket) else { return .none }
    return .restricted(Restriction(.tunnel, "\(name) of \(file.shown)"))
  }

  /// A program that shows or copies a file with credentials.
  func shown(_ name: String, _ words: ArraySlice<String>) -> CommandEffect {
    guard !CommandReader.showsNothing.contains(name), !isNarrow(name, words),
      words.contains(where: { !$0.hasPrefix("-") && ObjectPolicy.isCredential(resolved($0)) })
    else { return .none }
    return .restricted(Restriction(.credentials, "\(name) of a file with credentials"))
  }

  /// Programs that use the name, the size or the mode of a file, or a path as a text.
  private static let showsNothing: Set<String> = [
    "ls", "stat", "test", "[", "[[", "echo", "printf", "realpath", "readlink", "chmod", "chown", "export",
    "declare",
    "local", "readonly", "typeset", "cd", "pushd", "mkdir", "touch", "rm", "rmdir", "du", "wc", "file",
    "basename",
    "dirname", "set", "unset", "md5sum", "sha256sum", "git", "gh", "mv", "unlink", "shred", "tree", "claude",
    "codex",
    "gemini", "jira", "slack", "linear", "alias", "seq", "say", "notify-send", "case", "for", ":", "true",
    "false",
  ]

  /// `grep server ~/.kube/config` shows only such lines.
  private func isNarrow(_ name: String, _ words: ArraySlice<String>) -> Bool {
    guard ["grep", "rg", "egrep", "fgrep"].contains(name),
      let pattern = words.first(where: { !$0.hasPrefix("-") }),
      pattern.utf8.count >= 4, pattern.allSatisfy({ $0.isLetter || "-_: ".contains($0) }),
      !words.contains(where: { $0.hasPrefix("-") && $0.contains(where: { "vABC".contains($0) }) })
    else { return false }
    return !["token", "key", "data", "secret", "pass", "cert", "user", "auth"].contains(
      where: pattern.contains)
  }

  /// Remembers the texts that a script writes to files, because it may execute them.
  mutating func collectFiles(_ script: ShellScript) {
    for pipeline in script.pipelines {
      var next = Input.other
      if pipeline.count == 1, let first = pipeline.first, !mayWrite(first) { continue }
      for command in pipeline {
        let own = input(of: command, next)
        next = output(of: command, own)
        switch command.content {
        case .group(let inner), .loop(_, _, let inner):
          collectFiles(inner)
          let texts = inner.pipelines.compactMap { output(ShellScript(pipelines: [$0])) }
          if !texts.isEmpty { store(.text(texts.joined(separator: "\n")), in: targets(of: command)) }
        case .function: continue
        case .simple(_, let words): collectFiles(command, words, next)
        }
      }
    }
  }

  /// False for a command that clearly writes no file, so that a long script is read in little time.
  private func mayWrite(_ command: ShellCommand) -> Bool {
    guard command.redirections.isEmpty, case .simple(_, let words) = command.content else { return true }
    guard let name = words.first?.literal else { return !words.isEmpty }
    return RunPolicy.kinds[ProgramName(name).name] != .data || name == "tee" || name == "dd"
  }

  private func targets(of command: ShellCommand) -> [String] {
    command.redirections.flatMap { redirection -> [String] in
      guard case .writes(let file) = redirection.target else { return [] }
      return ShellExpansion(names: names, output: output).texts(file)
    }
  }

  private mutating func collectFiles(_ command: ShellCommand, _ words: [ShellWord], _ output: Input) {
    var files = targets(of: command)
    let fields = words.prefix(64).flatMap {
      ShellExpansion(names: names, output: { _ in nil }).texts($0).prefix(1)
    }
    let operands = fields.filter { !$0.hasPrefix("-") }
    if let place = operands.firstIndex(of: "tee") { files += operands[(place + 1)...] }
    files += fields.filter { $0.hasPrefix("of=") }.map { String($0.dropFirst(3)) }
    if let program = fields.first, ["curl", "wget"].contains(program) {
      files += WrittenFiles.paths(program, Array(fields.dropFirst())).filter { $0 != "." }
    }
    // A copy has the text of its source.
    if let place = operands.firstIndex(where: { ["cp", "mv", "install", "ln"].contains($0) }),
      operands.count > place + 2,
      let texts = names.text(ofFile: operands[operands.count - 2]), let target = operands.last
    {
      for text in texts { store(.text(text), in: [target]) }
    }
    store(output, in: files)
  }

  private mutating func store(_ output: Input, in files: [String]) {
    for file in files where names.files.count < 64 && names.computedFiles.count < 64 && file != "/dev/null" {
      switch output {
      case .text(let text):
        names.add(text, toFile: file)
        let name = ShellNames.fileName(file)
        if name != file { names.add(text, toFile: name) }
      case .computed(let words): names.computedFiles[file] = words
      case .other: continue
      }
    }
  }

  /// Gives variables the words that `read`, `mapfile` and `printf -v` assign.
  mutating func assign(_ name: String, _ words: ArraySlice<String>, _ input: Input) {
    switch name {
    case "printf":
      guard words.first == "-v", words.count > 2, let text = printed(Array(words.dropFirst(2))) else {
        return
      }
      names.set(words[words.startIndex + 1], text)
    case "read", "mapfile", "readarray":
      var variables: [String] = []
      var before = ""
      let valued: Set<String> =
        name == "read"
        ? ["-p", "-d", "-t", "-n", "-N", "-u", "-i"] : ["-d", "-n", "-O", "-s", "-u", "-C", "-c"]
      for word in words {
        if !word.hasPrefix("-"), !valued.contains(before) {
          variables.append(word)
        }
        before = word
      }
      if variables.isEmpty { variables = name == "read" ? ["REPLY"] : ["MAPFILE"] }
      switch input {
      case .text(let text):
        for line in text.split(separator: "\n").prefix(8) {
          var fields = line.split(maxSplits: name == "read" ? variables.count - 1 : 0) { $0.isWhitespace }[
            ...]
          for variable in variables { names.set(variable, fields.popFirst().map(String.init) ?? "") }
        }
      case .computed(let words): for variable in variables { names.sources[variable] = words }
      case .other: return
      }
    default: return
    }
  }
}
