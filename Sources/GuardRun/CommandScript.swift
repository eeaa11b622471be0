/// A script on a command line, for a shell or another interpreter.
///
/// The script is not parsed, so it can't be misread: if it names a tool, it counts as a change if a word of a
/// change follows the name, or if the script computes words. This also refuses some scripts that only read;
/// the command can then be run without a shell.
struct CommandScript {
  /// The only command, if no character is special to a shell.
  let command: [String]?
  /// The words without quotes and separators.
  private let words: [String]
  /// True if some words are computed from variables and substitutions.
  private let makesWords: Bool

  init(_ text: String) {
    let isPlain = !text.contains { "'\"\\`$;&|<>(){}[]*?#!\n\r".contains($0) }
    command = isPlain ? text.split(whereSeparator: \.isWhitespace).map(String.init) : nil
    makesWords = text.contains { "`$".contains($0) }
    words = text.replacing("\\\n", with: "").filter { !"'\"\\".contains($0) }
      .split { $0.isWhitespace || "`$;&|<>(){}[],=".contains($0) }.map(String.init)
  }

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
      case .shell, .interpreter, .wordsOfShell, .remoteShell: return .unseen("commands run by \(program)")
      case .data, nil: continue
      }
    }
    return makesWords ? .unseen("words computed by the script") : .none
  }
}
