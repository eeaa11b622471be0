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
    guard let file, !words.contains("-s"), words[file] != "/dev/stdin" else {
      return script(in: input, name, isSession: true)
    }
    // A script on disk may run its arguments.
    var found = scan(words[(file + 1)...], .other, false)
    for text in names.files[words[file]] ?? [] { found = found.or(effect(ofScript: text)) }
    return found.or(.unseen("the script \(words[file].shown)"))
  }

  /// A shell whose language is not read.
  mutating func otherShell(_ name: String, _ words: ArraySlice<String>, _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    if case .text(let text) = input { found = CommandScript(text).effect }
    for word in words where word.contains(where: \.isWhitespace) {
      found = found.or(CommandScript(word).effect)
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
    if case .computed(let text) = input { found = found.or(kills(command, text)) }
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

  /// `ssh`: its options, a host, and a command line for the shell of that host.
  mutating func remote(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    // The options with a value in ssh(1), and -M of autossh.
    let valued = "BbcDEeFIiJLlmOopQRSWw" + (name == "autossh" ? "M" : "")
    var words = rest
    var found = CommandEffect.none
    var isSession = true
    while let first = words.first, first.hasPrefix("-"), first != "--" {
      words.removeFirst()
      guard let letter = first.dropFirst().firstIndex(where: valued.contains) else {
        if first.contains("N") { isSession = false }
        continue
      }
      if first[..<letter].contains("N") { isSession = false }
      let joined = first[first.index(after: letter)...]
      let value = joined.isEmpty ? words.popFirst() ?? "" : String(joined)
      found = found.or(option(first[letter], value, name))
    }
    if words.first == "--" { words.removeFirst() }
    words = words.dropFirst()
    let wasRemote = isRemote
    isRemote = true
    defer { isRemote = wasRemote }
    if !words.isEmpty { return found.or(effect(ofScript: words.joined(separator: " "), input)) }
    return found.or(script(in: input, name, isSession: isSession))
  }

  private mutating func option(_ letter: Character, _ value: String, _ name: String) -> CommandEffect {
    switch letter {
    case "L", "R", "W", "D":
      guard value.contains(ObjectPolicy.serverPort) else { return .none }
      return .restricted(Restriction(.tunnel, "\(name) -\(letter) to port \(ObjectPolicy.serverPort)"))
    case "o":
      if value.lowercased().hasPrefix("localforward") || value.lowercased().hasPrefix("remoteforward"),
        value.contains(ObjectPolicy.serverPort)
      {
        return .restricted(Restriction(.tunnel, "\(name) to port \(ObjectPolicy.serverPort)"))
      }
      guard value.lowercased().contains("command"), let mark = value.firstIndex(where: { "= ".contains($0) })
      else {
        return .none
      }
      return effect(ofScript: String(value[value.index(after: mark)...]))
    default: return .none
    }
  }
}
