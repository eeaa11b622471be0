extension CommandReader {
  /// The effect of a command that ends processes or connections.
  ///
  /// - Parameter source: the text of the commands that find the processes.
  func kills(_ command: [String], _ source: String) -> CommandEffect {
    guard let place = command.firstIndex(where: { RunPolicy.kinds[ProgramName($0).name] == .killer }),
      command[..<place].allSatisfy({ isBefore($0) })
    else { return .none }
    let name = ProgramName(command[place]).name
    let words = Array(command[(place + 1)...])
    // Signal 0 and lists of signals end nothing.
    if words.contains(where: { ["-0", "-l", "-L", "--list", "-V"].contains($0) }) { return .none }
    // SIGHUP makes the guard read its configuration again.
    let signals: Set = ["-HUP", "-SIGHUP", "-1"]
    if ["pkill", "killall"].contains(name), words.contains(where: signals.contains),
      words.allSatisfy({ signals.contains($0) || $0 == "-x" || $0 == "oceanid-guard" })
    {
      return .none
    }
    var targets: Set<ProcessPolicy.Target> = []
    switch name {
    case "pkill", "killall", "skill": targets = ProcessPolicy.targets(name, words)
    case "fuser", "ss":
      let letter: Character = name == "ss" ? "K" : "k"
      guard
        words.contains(where: {
          $0 == "--kill" || $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains(letter)
        })
      else { return .none }
      targets = ProcessPolicy.targets(in: words.joined(separator: " "))
    default: targets = ProcessPolicy.targets(in: words.joined(separator: " "))
    }
    // The pattern itself was judged; only the other processes that the command finds are left.
    if name == "kill" || words.contains(where: \.isComputed) {
      targets.formUnion(ProcessPolicy.targets(in: source))
      if words.contains(where: \.isComputed) { targets.formUnion(ProcessPolicy.targets(in: processSource)) }
    }
    if targets.contains(.node) { return .change("\(name) of K3s") }
    return targets.isEmpty ? .none : .restricted(Restriction(.tunnel, "\(name) of a tunnel"))
  }

  /// A program before a killer is one that runs it, or an option of it.
  func isBefore(_ word: String) -> Bool {
    switch RunPolicy.kinds[ProgramName(word).name] {
    case .runner, .collector, .wordsOfShell, .terminal: true
    case nil: true
    case .data, .editor, .shell, .otherShell, .scheduler, .remoteShell, .interpreter, .killer, .web, .writer,
      .finder,
      .socket, .automation:
      false
    }
  }

  /// The protected processes that `pgrep` or `pidof` lists, as a text; nil for another command.
  func listedProcesses(_ command: ShellCommand) -> String? {
    guard case .simple(_, let words) = command.content,
      words.prefix(4).contains(where: { ["pgrep", "pidof"].contains($0.literal) }),
      let fields = ShellExpansion(names: names, output: { _ in nil }).commands(words).first,
      let place = fields.firstIndex(where: { ["pgrep", "pidof"].contains(ProgramName($0).name) })
    else { return nil }
    let name = ProgramName(fields[place]).name
    return ProcessPolicy.text(ProcessPolicy.targets(name, Array(fields[(place + 1)...])))
  }
}
