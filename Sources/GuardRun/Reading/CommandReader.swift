/// Finds the tools that a command line runs, including those behind other programs and in scripts on the
/// command line.
///
/// Scripts of a shell are parsed. A script that cannot be parsed, or that is in another language, counts as a change if
/// it names a tool and a change: see `CommandScript`.
package struct CommandReader {
  /// The standard input of a command.
  enum Input {
    case other
    case text(String)
    /// The output of commands with these words.
    case computed(String)
  }

  private static let deepest = 40

  var names = ShellNames()
  /// True while the commands of another machine are read.
  var isRemote = false
  private var depth = 0
  /// Commands that may still be read, so that no input takes long.
  private var budget = 4000
  private var isExhausted = false

  private init() {}

  /// The effect of a program with its arguments.
  package static func effect(of command: [String]) -> CommandEffect {
    var reader = CommandReader()
    let words = command.map { $0.filter { $0 != Character.computed } }
    let effect = reader.effect(words, .other)
    return reader.isExhausted ? effect.or(unreadable(words.joined(separator: " "))) : effect
  }

  /// The effect of a line for a shell.
  package static func effect(ofLine line: String) -> CommandEffect {
    var reader = CommandReader()
    let line = line.filter { $0 != Character.computed }
    let effect = reader.effect(ofScript: line)
    return reader.isExhausted ? effect.or(unreadable(line)) : effect
  }

  /// A script that cannot be read may do anything with the tools that it names.
  private static func unreadable(_ text: String) -> CommandEffect {
    let script = CommandScript(text)
    guard let tool = script.tool else { return .unseen("a script that cannot be read") }
    return .change("\(tool) in a script that cannot be read", isScript: true)
  }

  mutating func spend(_ words: Int) { budget -= 1 + words / 16 }

  // MARK: Scripts

  mutating func effect(ofScript text: String, _ input: Input = .other) -> CommandEffect {
    guard let script = try? ShellParser.parse(text, depth: depth / 4) else {
      return CommandScript(text).effect.or(CommandReader.unreadable(text))
    }
    return effect(of: script, input)
  }

  mutating func effect(of script: ShellScript, _ input: Input = .other) -> CommandEffect {
    guard depth < CommandReader.deepest else {
      isExhausted = true
      return .none
    }
    depth += 1
    defer { depth -= 1 }
    names.collect(script)
    collectFiles(script)
    return effect(of: script.pipelines, input)
  }

  private mutating func effect(of pipelines: [[ShellCommand]], _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    for pipeline in pipelines where !found.isChange {
      var next = input
      for (index, command) in pipeline.enumerated() where !found.isChange {
        let own = self.input(of: command, next)
        found = found.or(effect(of: command, own))
        if index + 1 < pipeline.count { next = output(of: command, own) }
      }
    }
    return found
  }

  /// The effect of a command, including the substitutions in its words.
  private mutating func effect(of command: ShellCommand, _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    for redirection in command.redirections where !found.isChange {
      found = found.or(effect(of: redirection))
    }
    switch command.content {
    case .simple(let assignments, let words):
      return found.or(effect(ofSimple: assignments, words, input))
    case .group(let script): return found.or(nested(script.pipelines, input))
    case .loop(_, let values, let body):
      for word in values where !found.isChange { found = found.or(effect(ofScriptsIn: word)) }
      return found.or(nested(body.pipelines, input))
    case .function(_, let body):
      // Without its arguments, only fixed words of the function are known.
      let arguments = names.arguments
      names.arguments = arguments ?? []
      defer { names.arguments = arguments }
      let effect = nested(body.pipelines, .other)
      if case .change(_, isScript: true) = effect { return found }
      return found.or(effect)
    }
  }

  private mutating func nested(_ pipelines: [[ShellCommand]], _ input: Input) -> CommandEffect {
    guard depth < CommandReader.deepest else {
      isExhausted = true
      return .none
    }
    depth += 1
    defer { depth -= 1 }
    return effect(of: pipelines, input)
  }

  private mutating func effect(
    ofSimple assignments: [ShellAssignment], _ words: [ShellWord], _ input: Input
  ) -> CommandEffect {
    var found = CommandEffect.none
    for assignment in assignments where !found.isChange { found = found.or(effect(of: assignment)) }
    for word in words where !found.isChange { found = found.or(effect(ofScriptsIn: word)) }
    if found.isChange || words.isEmpty { return found }
    // The substitutions in the arguments of kill name the processes.
    let source = literals(words)
    for command in ShellExpansion(names: names, output: output).commands(processed(words)) {
      found = found.or(effect(command, input)).or(kills(command, source))
      if found.isChange { break }
    }
    return found
  }

  private mutating func effect(of assignment: ShellAssignment) -> CommandEffect {
    var found = CommandEffect.none
    for value in assignment.values where !found.isChange { found = found.or(effect(ofScriptsIn: value)) }
    // Programs run the values of these variables: GIT_SSH_COMMAND, KUBE_EDITOR, PAGER, PROMPT_COMMAND.
    let runs = ["COMMAND", "EDITOR", "PAGER", "VISUAL", "BROWSER", "ASKPASS"].contains {
      assignment.name.hasSuffix($0)
    }
    guard runs || assignment.name == "KUBECONFIG" else { return found }
    for value in assignment.values {
      for text in ShellExpansion(names: names, output: output).texts(value) {
        if assignment.name == "KUBECONFIG", !isRemote, text.contains(ObjectPolicy.serverKubeconfig) {
          let words = "KUBECONFIG=\(ObjectPolicy.serverKubeconfig)"
          found = found.or(.restricted(Restriction(.otherServer, words)))
        }
        if runs { found = found.or(effect(ofScript: text)) }
      }
    }
    return found
  }

  private mutating func effect(of redirection: ShellRedirection) -> CommandEffect {
    switch redirection.target {
    case .reads(let word), .text(let word): return effect(ofScriptsIn: word)
    case .document(let document): return effect(ofScriptsIn: document.body)
    case .writes(let word):
      let found = effect(ofScriptsIn: word)
      let files = ShellExpansion(names: names, output: output).texts(word)
      guard let file = files.first(where: ObjectPolicy.isState) else { return found }
      return found.or(.change("a file written to \(file.shown)"))
    }
  }

  private mutating func effect(ofScriptsIn word: ShellWord) -> CommandEffect {
    var found = CommandEffect.none
    for part in word.parts {
      for script in part.scripts where !found.isChange { found = found.or(effect(of: script)) }
    }
    return found
  }

  // MARK: Commands

  /// The effect of a program and its arguments. Computed parts are `Character.computed`.
  mutating func effect(_ command: [String], _ input: Input) -> CommandEffect {
    guard let first = command.first else { return .none }
    guard budget > 0, depth < CommandReader.deepest else {
      isExhausted = true
      return .none
    }
    spend(command.count)
    depth += 1
    defer { depth -= 1 }
    let rest = command.dropFirst()
    // A definition may follow later, so the name is also judged as that of a program.
    if let effect = defined(first, rest, input) { return effect.or(undefined(first, rest, input)) }
    return undefined(first, rest, input)
  }

  private mutating func undefined(
    _ first: String, _ rest: ArraySlice<String>, _ input: Input
  ) -> CommandEffect {
    if let words = CommandAlias.words(of: first) { return effect(words + rest, input) }
    // The word is a whole command line, as in a call from another language: system('kubectl delete').
    if first.contains(where: \.isWhitespace) {
      return effect(ofScript: first, input).or(scan(rest, .other, true))
    }
    if first.isComputed || first.contains(where: { "*?[".contains($0) && first.count > 1 }) {
      return computed(first, rest, input)
    }
    if let (tool, words) = ToolPolicy.find(first) { return effect(tool, words + rest) }
    return program(ProgramName(first).name, first, rest, input)
  }

  /// A command that the script itself defines.
  private mutating func defined(_ first: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect?
  {
    if let text = names.aliases.removeValue(forKey: first) {
      defer { names.aliases[first] = text }
      let words = rest.map { " '\($0.replacing("'", with: "'\\''"))'" }.joined()
      return effect(ofScript: text + words, input)
    }
    if let body = names.functions[first], names.active.insert(first).inserted {
      let arguments = names.arguments
      names.arguments = Array(rest)
      defer {
        names.arguments = arguments
        names.active.remove(first)
      }
      return effect(of: body, input)
    }
    if let texts = names.files[first] {
      var found = CommandEffect.none
      for text in texts { found = found.or(effect(ofScript: text, input)) }
      return found
    }
    return nil
  }

  /// A tool, and the program after `--`.
  private mutating func effect(_ tool: ToolPolicy.Named, _ words: [String]) -> CommandEffect {
    let found = tool.effect(words)
    // kubectl oceanid is this client: kubectl through the guard.
    if let place = words.firstIndex(of: "oceanid"), tool.tool.names.contains("kubectl"),
      tool.tool.verbs(in: words[...]).first?.word == "oceanid"
    {
      return found.or(effect([tool.name] + words[(place + 1)...], .other))
    }
    guard let dashes = words.firstIndex(of: "--"), dashes > 0 else { return found }
    // A container's program changes no object by itself; kubectl exec is restricted as a whole.
    guard !tool.tool.names.contains("kubectl") else { return found }
    return found.or(effect(Array(words[(dashes + 1)...]), .other))
  }

  /// A program whose name is computed or a pattern.
  private mutating func computed(_ first: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect
  {
    var found = CommandEffect.none
    for name in ToolPolicy.candidates(first) where !found.isChange {
      found = found.or(effect([name] + rest, input))
    }
    if first.isComputed, found == .none, let change = UnknownProgram.change(Array(rest)) {
      found = .change("a command with a computed name and the words \(change)", isScript: true)
    }
    found = found.or(scan(rest, input, true))
    return first.isComputed ? found.or(.unseen("words computed by the script")) : found
  }
}
