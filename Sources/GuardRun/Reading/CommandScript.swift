/// A text with commands in a language that is not read.
///
/// If it names a tool, it counts as a change if a word of a change follows the name, or if the text computes words. This
/// also refuses some texts that only read; the command can then be run by itself.
struct CommandScript {
  /// The words without quotes and separators.
  private let words: [String]
  /// True if some words are computed from variables and substitutions.
  private let makesWords: Bool

  init(_ text: String) {
    makesWords = text.utf8.contains { "`$".utf8.contains($0) }
    words = text.replacing("\\\n", with: "").filter { !"'\"\\".contains($0) }
      .split { $0.isWhitespace || "`$;&|<>(){}[],=^\0".contains($0) }.map(String.init)
  }

  /// The first tool that the text names.
  var tool: String? { words.compactMap { ToolPolicy.find($0)?.tool.name }.first }

  var effect: CommandEffect {
    var named: [String] = []
    // These programs append words that come before the tool's name.
    let isReordered = words.contains { ["xargs", "parallel"].contains(ProgramName($0).name) }
    for (index, word) in words.enumerated() {
      guard let (tool, plugin) = ToolPolicy.find(word), !named.contains(tool.name) else { continue }
      // A tool may be a plugin of another one: kubectl-flux.
      let tools = [tool] + plugin.compactMap { ToolPolicy.find($0)?.tool }
      named += tools.map(\.name)
      let others = isReordered ? words[...] : words[(index + 1)...]
      for tool in tools {
        if let change = tool.change(amid: others) { return .change(change, isScript: true) }
      }
    }
    if makesWords, let name = named.first { return .change("\(name) in a script", isScript: true) }
    for word in words {
      let program = ProgramName(word).name
      switch RunPolicy.kinds[program] {
      case .shell, .otherShell, .interpreter, .wordsOfShell, .remoteShell, .terminal:
        return .unseen("commands run by \(program)")
      case .data, .editor, .runner, .scheduler, .collector, .killer, .web, .writer, .finder, .socket,
        .automation, nil:
        continue
      }
    }
    return makesWords ? .unseen("words computed by the script") : .none
  }
}
