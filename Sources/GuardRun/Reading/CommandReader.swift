import GuardTypes

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
  /// The current folder, if the script sets it; empty otherwise.
  var folder = ""
  /// The words of the commands whose output `xargs` appends.
  var processSource = ""
  private var depth = 0
  /// The work that may still be done, so that no input takes long. It grows with the length of the input.
  private var budget: Int
  /// The work for one command; a command that only shows text is one unit.
  private static let commandCost = 64
  private var isExhausted = false

  /// - Parameter length: the bytes of the input.
  private init(length: Int) { budget = CommandReader.commandCost * 4000 + 4 * length }

  /// The effect of a program with its arguments.
  package static func effect(of command: [String]) -> CommandEffect {
    let words = command.map { $0.filter { $0 != Character.computed } }
    var reader = CommandReader(length: words.reduce(0) { $0 + $1.utf8.count })
    let effect = reader.effect(words, .other)
    return reader.isExhausted ? effect.or(unreadable(words.joined(separator: " "))) : effect
  }

  /// The effect of a line for a shell.
  package static func effect(ofLine line: String) -> CommandEffect {
    let line = line.isComputed ? line.filter { $0 != Character.computed } : line
    var reader = CommandReader(length: line.utf8.count)
    let effect = reader.effect(ofScript: line)
    return reader.isExhausted ? effect.or(unreadable(line)) : effect
  }

  /// A script that cannot be read may do anything with the tools that it names.
  private static func unreadable(_ text: String) -> CommandEffect {
    let script = CommandScript(text)
    guard let tool = script.tool else { return .unseen("a script that cannot be read") }
    return .change("\(tool) in a script that cannot be read", isScript: true)
  }

  mutating func spend(_ words: Int) { budget -= CommandReader.commandCost * (1 + words / 16) }

  /// False if the work is used up. Then the input counts as not read.
  mutating func canContinue() -> Bool {
    if budget <= 0 { isExhausted = true }
    return budget > 0
  }

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
        let effect = effect(of: command, own)
        if !showsKeysOnly(effect, pipeline[(index + 1)...].first) { found = found.or(effect) }
        if index + 1 < pipeline.count { next = output(of: command, own) }
      }
    }
    return found
  }

  /// True if the next command reduces a Secret to the names of its values and to its metadata: `| jq '.data|keys'`.
  private func showsKeysOnly(_ effect: CommandEffect, _ next: ShellCommand?) -> Bool {
    guard case .restricted(let restriction) = effect, restriction.kind == .credentials,
      restriction.words.hasSuffix("get secret -o"), let next, case .simple(_, let words) = next.content,
      words.first?.literal == "jq", next.redirections.isEmpty
    else { return false }
    let filters = words.dropFirst().map { $0.literal ?? "" }.filter { !["-r", "-c", "-S"].contains($0) }
    return filters.count == 1 && SecretFormat.isHarmlessFilter(filters[0])
  }

  /// The effect of a command, including the substitutions in its words.
  private mutating func effect(of command: ShellCommand, _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    for redirection in command.redirections where !found.isChange {
      found = found.or(effect(of: redirection, command))
    }
    switch command.content {
    case .simple(let assignments, let words):
      return found.or(effect(ofSimple: assignments, words, input))
    case .group(let script):
      let outer = folder
      defer { if script.isSubshell { folder = outer } }
      return found.or(nested(script.pipelines, input))
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
    if assignments.isEmpty, isPlain(words) {
      budget -= 1 + words.count / 16
      return .none
    }
    var found = CommandEffect.none
    for assignment in assignments where !found.isChange { found = found.or(effect(of: assignment)) }
    for word in words where !found.isChange { found = found.or(effect(ofScriptsIn: word)) }
    if found.isChange || words.isEmpty { return found }
    // The substitutions in the arguments of kill name the processes.
    let source = literals(words)
    for command in ShellExpansion(names: names, output: output).commands(processed(words)) {
      found = found.or(effect(command, input)).or(kills(command, source)).or(installs(command, source))
      if found.isChange { break }
      if let first = command.first { assign(ProgramName(first).name, command.dropFirst(), input) }
    }
    return found
  }

  /// True for a program that only uses its fixed arguments as text. It needs no further examination.
  private func isPlain(_ words: [ShellWord]) -> Bool {
    guard folder.isEmpty, let first = words.first?.literal, RunPolicy.kinds[first] == .data,
      !CommandReader.assigning.contains(first),
      RunPolicy.subcommands[first] == nil, names.functions[first] == nil, names.aliases[first] == nil
    else { return false }
    return words.allSatisfy { word in
      guard let text = word.literal else { return false }
      return !text.contains(".kube") && !text.contains("rancher") && !text.utf8.contains(UInt8(ascii: "{"))
        && !ObjectPolicy.isState(text)
    }
  }

  /// Builtins with an effect on later commands.
  private static let assigning: Set<String> = [
    "cd", "pushd", "read", "mapfile", "readarray", "printf", "complete", "compgen", "bind",
  ]

  /// A shell that executes the output of a command: `sh -c "$(curl -sfL https://get.k3s.io)"`.
  private func installs(_ command: [String], _ source: String) -> CommandEffect {
    guard let installer = ObjectPolicy.installers.first(where: source.contains),
      let place = command.firstIndex(where: {
        [.shell, .wordsOfShell].contains(RunPolicy.kinds[ProgramName($0).name]) || $0 == "source" || $0 == "."
      }), command[..<place].allSatisfy(isBefore)
    else { return .none }
    return .change("the script of \(installer)")
  }

  private mutating func effect(of assignment: ShellAssignment) -> CommandEffect {
    var found = CommandEffect.none
    for value in assignment.values where !found.isChange { found = found.or(effect(ofScriptsIn: value)) }
    // Programs run the values of these variables: GIT_SSH_COMMAND, KUBE_EDITOR, PAGER, PROMPT_COMMAND.
    let runs =
      assignment.name != "COMMAND"
      && ["COMMAND", "EDITOR", "PAGER", "VISUAL", "BROWSER", "ASKPASS", "_DIFF", "LESSOPEN", "LESSCLOSE"]
        .contains {
          assignment.name.hasSuffix($0)
        }
    for case .process(let script) in assignment.values.flatMap(\.parts) where assignment.name.hasSuffix("ENV")
    {
      if let text = output(script) { found = found.or(effect(ofScript: text)) }
    }
    let isPrompt = assignment.name.hasPrefix("PS") && assignment.name.utf8.count == 3
    guard runs || isPrompt || assignment.name == "KUBECONFIG" else { return found }
    for value in assignment.values {
      for text in ShellExpansion(names: names, output: output).texts(value) {
        if assignment.name == "KUBECONFIG", !isRemote, text.contains(ObjectPolicy.serverKubeconfig) {
          let words = "KUBECONFIG=\(ObjectPolicy.serverKubeconfig)"
          found = found.or(.restricted(Restriction(.otherServer, words)))
        }
        if isPrompt { found = found.or(effect(ofScript: "echo \"\(text)\"")) }
        // A pipe begins the value of LESSOPEN.
        if runs { found = found.or(effect(ofScript: String(text.drop { "|- ".contains($0) }))) }
      }
    }
    return found
  }

  private mutating func effect(of redirection: ShellRedirection, _ command: ShellCommand) -> CommandEffect {
    switch redirection.target {
    case .text(let word): return effect(ofScriptsIn: word)
    case .document(let document): return effect(ofScriptsIn: document.body)
    case .reads(let word):
      let found = effect(ofScriptsIn: word)
      let files = ShellExpansion(names: names, output: output).texts(word)
      guard files.contains(where: { ObjectPolicy.isCredential(resolved($0)) }) else { return found }
      return found.or(.restricted(Restriction(.credentials, "reading a file with credentials")))
    case .writes(let word):
      let found = effect(ofScriptsIn: word)
      let files = ShellExpansion(names: names, output: output).texts(word)
      if files.contains(where: { $0.hasPrefix("/dev/tcp/") && $0.contains(ObjectPolicy.serverPort) }),
        sends(command)
      {
        return found.or(.restricted(Restriction(.otherServer, "a connection through /dev/tcp")))
      }
      guard let file = files.map(resolved).first(where: ObjectPolicy.isState) else { return found }
      return found.or(.change("a file written to \(file.shown)"))
    case .placeholder(let name):
      guard CommandScript(literals(words(of: command))).tool != nil else { return .none }
      return .restricted(Restriction(.placeholder, "<\(name)>"))
    }
  }

  private func words(of command: ShellCommand) -> [ShellWord] {
    switch command.content {
    case .simple(_, let words): words
    case .group, .loop, .function: []
    }
  }

  /// True unless the command writes nothing, as in a test whether the port is open.
  private func sends(_ command: ShellCommand) -> Bool {
    let fields = words(of: command).map(\.literal)
    switch fields.first {
    case ":", "true": return false
    case "echo" where fields.count == 1: return false
    case "cat" where fields.count == 1:
      return !command.redirections.contains {
        guard case .reads(let word) = $0.target else { return false }
        return word.literal == "/dev/null"
      }
    default: return true
    }
  }

  private mutating func effect(ofScriptsIn word: ShellWord) -> CommandEffect {
    // A substitution is a subshell.
    let outer = folder
    defer { folder = outer }
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
    if let effect = defined(first, rest, input) {
      // The aliases of a user do not hide a function of the script.
      let isFunction = names.functions[first] != nil && CommandAlias.words(of: first) != nil
      return isFunction ? effect : effect.or(undefined(first, rest, input))
    }
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
      let words = rest.map { " \($0.shellWord)" }.joined()
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
    var found: CommandEffect?
    let file = ShellNames.fileName(first)
    if let source = names.copies.removeValue(forKey: file) {
      defer { names.copies[file] = source }
      found = effect([source] + rest, input)
    }
    if first.contains("/") || first.isComputed, names.text(ofFile: first) != nil {
      found = (found ?? .none).or(script(inFile: first, first))
    }
    return found
  }

  /// A tool, and the program after `--`.
  private mutating func effect(_ tool: ToolPolicy.Named, _ words: [String]) -> CommandEffect {
    let found = tool.effect(words).or(power(tool, words))
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

  /// `systemctl reboot` on another machine.
  private func power(_ tool: ToolPolicy.Named, _ words: [String]) -> CommandEffect {
    guard tool.name == "systemctl" else { return .none }
    let isOther = isRemote || words.contains { $0.hasPrefix("-H") || $0.hasPrefix("--host") }
    let verbs: Set<String> = [
      "reboot", "poweroff", "halt", "kexec", "soft-reboot", "isolate", "rescue", "emergency", "suspend",
      "hibernate",
    ]
    guard isOther, let verb = tool.tool.verbs(in: words[...]).first?.word, verbs.contains(verb) else {
      return .none
    }
    return .change("systemctl \(verb) of a node")
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
