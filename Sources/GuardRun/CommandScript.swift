/// A script that stands in a command line, for a shell or another interpreter.
///
/// No grammar is read, so that none can be read wrongly: a script that names a tool is a change where a word of a change
/// stands behind the name, or where the script makes words as it runs. That refuses some scripts that only look. The way
/// out is to run the command itself, without a shell.
struct CommandScript {
  /// The one command that it is, where no character means anything to a shell.
  let command: [String]?
  /// Without quotes, whatever separates them.
  private let words: [String]
  /// Words come of variables and substitutions.
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
    // They put words behind a tool's name that stand before it.
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
