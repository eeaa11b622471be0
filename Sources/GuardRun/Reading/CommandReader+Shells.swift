extension CommandReader {
  /// The effect of a shell with these arguments.
  mutating func shell(_ name: String, _ words: ArraySlice<String>, _ input: Input) -> CommandEffect {
    // The script follows `-c`, `-ec` or `-lc`, and its arguments follow the script.
    if let option = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("c") }),
      let place = words[words.index(after: option)...].firstIndex(where: { !$0.hasPrefix("-") })
    {
      let arguments = names.arguments
      // The first argument is $0.
      names.arguments = Array(words[(place + 1)...].dropFirst())
      defer { names.arguments = arguments }
      // The script may run its arguments in a way that is not read.
      return effect(ofScript: words[place], input).or(scan(words[(place + 1)...], .other, false))
    }
    if words.contains(where: { $0 == "--version" || $0 == "--help" }) { return .none }
    let file = words.firstIndex { !$0.hasPrefix("-") && !$0.hasPrefix("+") }
    let isInput =
      file.map { CommandReader.isInput(words[$0]) && names.text(ofFile: words[$0]) == nil } ?? true
    guard let file, !words.contains("-s"), !isInput else {
      return script(in: input, name, isSession: true)
    }
    // A script on disk may run its arguments.
    var found = scan(words[(file + 1)...], .other, false)
    found = found.or(script(inFile: words[file], name))
    return found.or(.unseen("the script \(words[file].shown)"))
  }

  /// True for a path of a descriptor, which a redirection or a pipe fills.
  static func isInput(_ path: String) -> Bool {
    path == "/dev/stdin" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
  }

  /// A shell whose language is not read.
  mutating func otherShell(_ name: String, _ words: ArraySlice<String>, _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    // The language of fish differs in ways that a shell rejects, or that do not hide a command.
    let isRead = ["fish", "csh", "tcsh"].contains(name)
    var scripts = words.filter { $0.contains(where: \.isWhitespace) }
    if case .text(let text) = input { scripts.insert(text, at: 0) }
    for script in scripts where !found.isChange {
      found = found.or(
        isRead && (try? ShellParser.parse(script)) != nil
          ? effect(ofScript: script) : CommandScript(script).effect)
    }
    return found.or(scan(words, .other, false)).or(.unseen("commands run by \(name)"))
  }

  /// A script in the standard input.
  ///
  /// - Parameter isSession: true if the program reads its input in any case.
  mutating func script(in input: Input, _ name: String, isSession: Bool) -> CommandEffect {
    let unseen = CommandEffect.unseen("commands typed into \(name)")
    switch input {
    case .text(let text): return effect(ofScript: text)
    case .computed(let words):
      // The output of a tool or a filter cannot be known, so neither can a script made of it.
      if let installer = ObjectPolicy.installers.first(where: words.contains) {
        return .change("the script of \(installer)")
      }
      let script = CommandScript(words)
      if let tool = script.tool {
        return script.effect.or(.change("\(tool) in commands computed for \(name)", isScript: true))
      }
      return unseen
    case .other: return isSession ? unseen : .none
    }
  }

  /// `eval`, `watch` and `trap` join their arguments.
  mutating func wordsOfShell(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    var words = rest
    while let first = words.first, first.hasPrefix("-") {
      words.removeFirst()
      if ["-n", "--interval", "-w", "-r", "-m", "-M"].contains(first), name != "eval" {
        words = words.dropFirst()
      }
    }
    guard name != "trap" else { return words.first.map { effect(ofScript: $0) } ?? .none }
    guard name != "hyperfine" else {
      var found = CommandEffect.none
      for word in words where !found.isChange { found = found.or(effect(ofScript: word)) }
      return found
    }
    let script = words.joined(separator: " ")
    // A shell rejects such a text, unless it is read here in a wrong way.
    if words.count > 1, (try? ShellParser.parse(script)) == nil { return scan(words, input, true) }
    return effect(ofScript: script, input)
  }

  /// `xargs` and `parallel` append words of their input to a command.
  mutating func collector(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    let valued: Set<String> = [
      "-n", "-I", "-P", "-L", "-d", "-s", "-a", "-E", "-j", "-S", "--max-args", "--max-procs", "--max-lines",
      "--delimiter", "--arg-file", "--jobs", "--sshlogin", "--colsep", "--joblog", "--results", "--tmpdir",
    ]
    var words = rest
    var mark = "{}"
    var isReplaced = name == "parallel"
    while let first = words.first, first.hasPrefix("-") {
      words.removeFirst()
      isReplaced = isReplaced || first.hasPrefix("-I")
      if first == "-I", let value = words.first { mark = value }
      if first.hasPrefix("-I"), first.count > 2 { mark = String(first.dropFirst(2)) }
      if valued.contains(first) { words = words.dropFirst() }
    }
    if name == "parallel", words.contains(where: { $0.contains("{1}") || $0.contains("{2}") }) {
      return combined(words)
    }
    var command = words.prefix { $0 != ":::" && $0 != "::::" }.map { $0.replacing(mark, with: "\0") }
    let listed = words.dropFirst(command.count + 1)
    var added = listed.isEmpty ? ["\0"] : Array(listed)
    if case .text(let text) = input, listed.isEmpty {
      added = text.split { isReplaced ? $0 == "\n" : $0.isWhitespace }.prefix(1000).map(String.init)
    }
    // The input of a shell, or of a program that runs others, is part of a command.
    let runs = command.first.map { first in
      [.shell, .runner, .collector, .wordsOfShell].contains(RunPolicy.kinds[ProgramName(first).name])
    }
    var found = CommandEffect.none
    if name == "parallel", command.isEmpty {
      found = listed.isEmpty ? script(in: input, name, isSession: true) : .none
      for line in listed where !found.isChange { found = found.or(effect(ofScript: line)) }
    } else if runs == true, case .computed(let text) = input {
      found = script(in: .computed(text), name, isSession: false)
    }
    if command.isEmpty { return found }
    if name == "parallel", command.count == 1, command[0].contains(where: \.isWhitespace) {
      return found.or(effect(ofScript: command[0] + " " + added.joined(separator: " ")))
    }
    let outer = processSource
    defer { processSource = outer }
    if case .computed(let text) = input {
      processSource = text
      found = found.or(kills(command, text))
      if let first = command.first, !WrittenFiles.paths(ProgramName(first).name, ["x"]).isEmpty,
        ObjectPolicy.isState(resolved(text))
      {
        found = found.or(.change("\(first.shown) of files of K3s"))
      }
    }
    if command.contains(where: \.isComputed), !listed.isEmpty || added != ["\0"] {
      // The input replaces the mark.
      for word in added.prefix(16) {
        found = found.or(effect(command.map { $0.replacing("\0", with: word) }, .other))
      }
    } else if !command.contains(where: \.isComputed) {
      command += added
    }
    return found.or(effect(command, .other))
  }

  /// `parallel kubectl {1} {2} ::: get delete ::: pod`: each combination of the lists.
  private mutating func combined(_ words: ArraySlice<String>) -> CommandEffect {
    let parts = words.split(separator: ":::", omittingEmptySubsequences: false)
    var commands = parts.first.map { [Array($0)] } ?? []
    for (number, list) in parts.dropFirst().enumerated() {
      commands = commands.flatMap { command in
        list.prefix(16).map { value in command.map { $0.replacing("{\(number + 1)}", with: value) } }
      }
      commands = Array(commands.prefix(256))
    }
    var found = CommandEffect.none
    for command in commands where !found.isChange {
      guard canContinue() else { break }
      let isLine = command.count == 1 && command[0].contains(where: \.isWhitespace)
      found = found.or(isLine ? effect(ofScript: command[0]) : effect(command, .other))
    }
    return found
  }
}
