extension CommandReader {
  /// The effect of a command that ends processes or connections of a tunnel.
  ///
  /// - Parameter source: the text of the commands that find the processes.
  func kills(_ command: [String], _ source: String) -> CommandEffect {
    guard let place = command.firstIndex(where: { RunPolicy.kinds[ProgramName($0).name] == .killer }),
      command[..<place].allSatisfy({ isBefore($0) })
    else { return .none }
    let name = ProgramName(command[place]).name
    let words = command[(place + 1)...]
    let effect = CommandEffect.restricted(Restriction(.tunnel, "\(name) of a tunnel"))
    // Signal 0 and lists of signals end nothing.
    if words.contains(where: { ["-0", "-l", "-L", "--list", "-V"].contains($0) }) { return .none }
    switch name {
    case "fuser":
      guard words.contains(where: { $0.hasPrefix("-") && $0.contains("k") }) else { return .none }
    case "ss":
      guard
        words.contains(where: {
          $0 == "--kill" || $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("K")
        })
      else { return .none }
    default: break
    }
    if words.contains(where: CommandReader.namesTunnel) { return effect }
    return CommandReader.namesTunnel(source) ? effect : .none
  }

  /// A program before a killer is one that runs it, or an option of it.
  private func isBefore(_ word: String) -> Bool {
    switch RunPolicy.kinds[ProgramName(word).name] {
    case .runner, .collector, .wordsOfShell: true
    case nil: true
    case .data, .editor, .shell, .otherShell, .scheduler, .remoteShell, .interpreter, .killer, .web, .writer:
      false
    }
  }

  /// True for a text with the name of a program that keeps a tunnel, or with its port.
  static func namesTunnel(_ text: String) -> Bool {
    if text.contains("oceanid-guard") || text.contains(ObjectPolicy.serverPort) { return true }
    let others = text.replacing("ssh-agent", with: "").replacing("ssh-add", with: "")
      .replacing("ssh-keygen", with: "").replacing(".ssh/", with: "")
    return others.contains("ssh")
  }
}
