/// Reads a command line: which tools it runs, also behind programs that run others, and in scripts that stand in it.
package struct CommandReader {
  package static func effect(of command: [String]) -> CommandEffect {
    effect(command[...], on: Surroundings(), depth: 0)
  }

  /// Where a command of a script gets its standard input from.
  private struct Surroundings {
    /// Texts that stand in the script: here-documents and here-strings.
    var input: [String] = []
    /// The words of the command before it in its pipeline; nil: there is none.
    var piped: [String]?
    /// What a shell would do with the words and texts of all commands before it.
    var printed = CommandEffect.none
  }

  /// Deeper than any sensible command.
  private static let deepest = 5

  private static func effect(
    _ command: ArraySlice<String>, on surroundings: Surroundings, depth: Int
  ) -> CommandEffect {
    guard let first = command.first else { return .none }
    // A whole line in one word, as an interpreter's own call has it: system('kubectl delete').
    if first.contains(where: \.isWhitespace) { return effect(ofScript: first, depth: depth) }
    let rest = command.dropFirst()
    if let (tool, words) = ToolPolicy.find(first) { return tool.effect(words + rest) }
    let program = ProgramName(first).name
    switch RunPolicy.kinds[program] {
    case .data: return .none
    case .shell: return shell(program, rest, surroundings, depth)
    case .wordsOfShell, .remoteShell:
      let found = effect(ofScript: rest.joined(separator: " "), depth: depth)
        .or(scan(rest, surroundings, depth)).or(effect(ofInput: surroundings, depth: depth))
      let isSession =
        RunPolicy.kinds[program] == .remoteShell && surroundings.input.isEmpty
        && rest.count { !$0.hasPrefix("-") } <= 1
      return isSession ? found.or(.unseen("commands typed into \(program)")) : found
    case .interpreter:
      return scan(rest, surroundings, depth).or(effect(ofInput: surroundings, depth: depth))
        .or(.unseen("commands run by \(program)"))
    case nil:
      // A name that the shell makes as it runs: $KUBECTL, {kubectl,delete}.
      if depth > 0, first.contains(where: { "$*?[{".contains($0) }) {
        return scan(rest, surroundings, depth).or(.unseen("a program name computed by the script"))
      }
      // Any other program may run the command in its arguments: env, sudo, systemd-run, tmux, docker exec.
      return scan(rest, surroundings, depth).or(effect(ofInput: surroundings, depth: depth))
    }
  }

  /// Wherever the options of a program end that runs others, a tool's name begins the command.
  private static func scan(
    _ words: ArraySlice<String>, _ surroundings: Surroundings, _ depth: Int
  ) -> CommandEffect {
    var found = CommandEffect.none
    for index in words.indices where !found.isChange {
      let word = words[index]
      // env -S, su -c and flock -c take a whole command line as one word.
      if word.contains(where: \.isWhitespace) {
        found = found.or(effect(ofScript: line(word), depth: depth))
      } else if ToolPolicy.find(word) != nil {
        // xargs puts the words that it reads behind those that it has.
        let more = surroundings.piped?.dropFirst() ?? []
        found = found.or(effect(words[index...], on: Surroundings(), depth: depth))
          .or(more.isEmpty ? .none : effect(words[index...] + more, on: Surroundings(), depth: depth))
      } else if RunPolicy.kinds[ProgramName(word).name] == .shell {
        found = found.or(effect(words[index...], on: surroundings, depth: depth))
      }
    }
    return found
  }

  /// The command line in a word that may be glued to its option: `-Skubectl get nodes`, `--split-string=…`.
  private static func line(_ word: String) -> String {
    if word.hasPrefix("--") { return String(word.drop { $0 != "=" }.dropFirst()) }
    return word.hasPrefix("-") ? String(word.dropFirst(2)) : word
  }

  // MARK: - Shells

  private static func shell(
    _ program: String, _ words: ArraySlice<String>, _ surroundings: Surroundings, _ depth: Int
  ) -> CommandEffect {
    // What stands after `-c`, also as `-ec` or `-lc`.
    if let option = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("c") }),
      let script = words[words.index(after: option)...].firstIndex(where: { !$0.hasPrefix("-") })
    {
      // What follows is the script's own arguments, which it may run: sh -c '"$@"' sh kubectl delete.
      return effect(ofScript: words[script], depth: depth)
        .or(scan(words[words.index(after: script)...], Surroundings(), depth))
    }
    if words.contains(where: { $0 == "--version" || $0 == "--help" }) { return .none }
    if let file = words.first(where: { !$0.hasPrefix("-") && !$0.hasPrefix("+") }), !words.contains("-s") {
      return .unseen("the script \(file)")
    }
    let input = effect(ofInput: surroundings, depth: depth)
    if !surroundings.input.isEmpty { return input }
    return input.or(
      .unseen(surroundings.piped == nil ? "commands typed into \(program)" : "commands piped into \(program)")
    )
  }

  /// What a command reads that runs its input: texts of the script, and what commands before it print of their words.
  private static func effect(ofInput surroundings: Surroundings, depth: Int) -> CommandEffect {
    change(in: surroundings.input, depth: depth).or(surroundings.printed)
  }

  /// Texts that may be scripts: only a change tells that one is.
  private static func change(in texts: [String], depth: Int) -> CommandEffect {
    texts.reduce(.none) { found, text in
      let effect = effect(ofScript: text, depth: depth)
      return effect.isChange ? found.or(effect) : found
    }
  }

  private static func effect(ofScript script: String, depth: Int) -> CommandEffect {
    // What can't be looked through is not let through.
    guard depth < deepest else { return .change("a deeply nested command") }
    let commands = ShellScript.commands(of: script)
    let sources = Set(commands.compactMap(\.source))
    var before: [Int: (words: [String], printed: CommandEffect)] = [:]
    return commands.reduce(.none) { found, command in
      guard !found.isChange else { return found }
      let source = command.source.flatMap { before[$0] }
      if sources.contains(command.serial) {
        let texts = [command.words.dropFirst().joined(separator: " ")] + command.input
        let printed = (source?.printed ?? .none).or(change(in: texts, depth: depth + 1))
        before[command.serial] = (command.words, printed)
      }
      // Assignments and keywords may stand before the program, and a function's name before its body.
      let words = (command.words.first == "function" ? command.words.dropFirst(2) : command.words[...]).drop {
        ShellScript.keywords.contains($0) || ($0.contains("=") && !$0.hasPrefix("-") && !$0.hasPrefix("="))
      }
      let surroundings = Surroundings(
        input: command.input, piped: source?.words, printed: source?.printed ?? .none)
      return found.or(effect(words, on: surroundings, depth: depth + 1))
    }
  }
}
