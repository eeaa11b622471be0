import Glibc

extension ToolPolicy {
  /// The tools by their exact names.
  private static let byName: [String: Int] = all.enumerated().reduce(into: [:]) { places, tool in
    for name in tool.element.names { places[name] = tool.offset }
  }

  /// The first letters of all names, to reject most words quickly.
  private static let beginnings: Set<UInt8> = Set(all.flatMap(\.names).compactMap(\.utf8.first))

  /// The tool of that name, and the words that are part of the name: `kubectl-flux` is `kubectl flux`.
  static func find(_ word: String) -> (tool: Named, words: [String])? {
    guard word.utf8.count <= 4096 else { return nil }
    let program = ProgramName(word)
    if let place = byName[program.name] { return (Named(tool: all[place], name: program.name), []) }
    guard let first = program.name.utf8.first, beginnings.contains(first), program.name.utf8.count > 3 else {
      return nil
    }
    for tool in all {
      for name in tool.names where name.utf8.first == first && program.isVersion(of: name) {
        return (Named(tool: tool, name: program.name), [])
      }
      guard tool.otherVerbs == .plugin else { continue }
      for name in tool.names where program.name.hasPrefix(name + "-") {
        let plugin = program.name.dropFirst(name.count + 1)
        return (Named(tool: tool, name: name), [String(plugin.replacing("_", with: "-"))])
      }
    }
    return nil
  }

  /// The tools that a computed name or a pattern can mean: `/usr/bin/kube*`, `${prefix}ctl`. Empty if it can mean any
  /// program.
  static func candidates(_ word: String) -> [String] {
    let last = word.split(separator: "/").last.map(String.init) ?? word
    let pattern = String(last.map { $0 == .computed ? "*" : $0 })
    guard pattern.contains(where: { $0.isLetter }) else { return [] }
    return all.flatMap(\.names).filter { fnmatch(pattern, $0, 0) == 0 }
  }
}

extension Character {
  /// Stands for text that a script computes. A word of a command cannot contain it (POSIX.1-2017, execve).
  static let computed: Character = "\0"
}

extension String {
  /// True if a part of the word is computed by a script.
  var isComputed: Bool { utf8.contains(0) }
  /// The word for a message.
  var shown: String { isComputed ? replacing("\0", with: "…") : self }
}
