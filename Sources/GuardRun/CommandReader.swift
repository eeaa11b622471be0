/// Finds the tools that a command line runs, including those behind other programs and in scripts on the
/// command line.
///
/// A script in the command line is not parsed like a shell does: see `CommandScript`.
package struct CommandReader {
  package static func effect(of command: [String]) -> CommandEffect { effect(command[...], isNested: false) }

  /// - Parameter isNested: true if the words are from a script.
  private static func effect(_ command: ArraySlice<String>, isNested: Bool) -> CommandEffect {
    guard let first = command.first else { return .none }
    // The word is a whole command line, as in a call from another language: system('kubectl delete').
    if first.contains(where: \.isWhitespace) { return effect(ofScript: first, isNested) }
    let rest = command.dropFirst()
    if let (tool, words) = ToolPolicy.find(first) { return tool.effect(words + rest) }
    let program = ProgramName(first).name
    switch RunPolicy.kinds[program] {
    case .data: return .none
    case .shell: return shell(program, rest, isNested).or(scan(rest, isNested))
    case .wordsOfShell: return effect(ofScript: rest.joined(separator: " "), isNested)
    case .remoteShell:
      let found = effect(ofScript: rest.joined(separator: " "), isNested)
      let isSession = rest.count { !$0.hasPrefix("-") } <= 1
      return isSession ? found.or(.unseen("commands typed into \(program)")) : found
    case .interpreter: return scan(rest, isNested).or(.unseen("commands run by \(program)"))
    // Any other program may run the command in its arguments: env, sudo, systemd-run, tmux, docker exec.
    case nil: return scan(rest, isNested)
    }
  }

  /// Searches the arguments of a program that may run others. The name of a tool begins a command.
  private static func scan(_ words: ArraySlice<String>, _ isNested: Bool) -> CommandEffect {
    var found = CommandEffect.none
    for index in words.indices where !found.isChange {
      let word = words[index]
      // env -S, su -c and flock -c take a whole command line as one word.
      if word.contains(where: \.isWhitespace) {
        found = found.or(effect(ofScript: line(word), isNested))
      } else if ToolPolicy.find(word) != nil {
        found = found.or(effect(words[index...], isNested: isNested))
      } else if RunPolicy.kinds[ProgramName(word).name] == .shell {
        found = found.or(shell(ProgramName(word).name, words[(index + 1)...], isNested))
      }
    }
    return found
  }

  /// The command line in a word that may be joined to its option: `-Skubectl get nodes`, `--split-string=…`.
  private static func line(_ word: String) -> String {
    if word.hasPrefix("--") { return String(word.drop { $0 != "=" }.dropFirst()) }
    return word.hasPrefix("-") ? String(word.dropFirst(2)) : word
  }

  /// The effect of a shell with these arguments.
  private static func shell(_ program: String, _ words: ArraySlice<String>, _ isNested: Bool) -> CommandEffect
  {
    // The script follows `-c`, `-ec` or `-lc`. Its arguments follow the script, which may run them: sh -c
    // '"$@"' sh kubectl delete.
    if let option = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("c") }),
      let script = words[words.index(after: option)...].first(where: { !$0.hasPrefix("-") })
    {
      return effect(ofScript: script, isNested)
    }
    if words.contains(where: { $0 == "--version" || $0 == "--help" }) { return .none }
    if let file = words.first(where: { !$0.hasPrefix("-") && !$0.hasPrefix("+") }), !words.contains("-s") {
      return .unseen("the script \(file)")
    }
    return .unseen("commands typed into \(program)")
  }

  /// A script of one plain command has the effect of that command; within another script it counts as a
  /// script.
  private static func effect(ofScript text: String, _ isNested: Bool) -> CommandEffect {
    let script = CommandScript(text)
    guard !isNested, let command = script.command else { return script.effect }
    return effect(command[...], isNested: true)
  }
}
