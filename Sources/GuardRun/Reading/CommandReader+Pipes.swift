import FoundationEssentials

extension CommandReader {
  /// The standard input of a command in a pipeline.
  func input(of command: ShellCommand, _ pipe: Input) -> Input {
    for redirection in command.redirections.reversed() {
      switch redirection.target {
      case .text(let word): return text(word)
      case .document(let document): return text(document.body)
      case .reads(let word):
        if case .process(let script)? = word.parts.first, word.parts.count == 1 {
          return output(script).map(Input.text) ?? .computed(literals(script))
        }
        let file = ShellExpansion(names: names, output: output).texts(word).first ?? ""
        if let text = names.files[file]?.first { return .text(text) }
        if let words = names.computedFiles[file] { return .computed(words) }
        return .other
      case .writes, .placeholder: continue
      }
    }
    return pipe
  }

  private func text(_ word: ShellWord) -> Input {
    .text(ShellExpansion(names: names, output: output).texts(word).joined(separator: "\n"))
  }

  /// The standard output of a command, as the input of the next one.
  func output(of command: ShellCommand, _ input: Input) -> Input {
    if let text = known(command, input) { return .text(text) }
    var words = literals(command)
    switch input {
    case .computed(let before), .text(let before): words = before + "\n" + words
    case .other: break
    }
    return .computed(
      words.utf8.count > 8000 ? String(decoding: words.utf8.suffix(8000), as: UTF8.self) : words)
  }

  /// The output of a script that a command substitution executes; nil if it is not known.
  func output(_ script: ShellScript) -> String? {
    guard script.pipelines.count == 1, let pipeline = script.pipelines.first else { return nil }
    var next = Input.other
    for command in pipeline { next = output(of: command, input(of: command, next)) }
    guard case .text(var text) = next else { return nil }
    // Trailing line feeds are removed (POSIX.1-2017, XCU 2.6.3).
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  /// The output of a program that prints its arguments or its input.
  private func known(_ command: ShellCommand, _ input: Input) -> String? {
    guard case .simple(_, let words) = command.content,
      var fields = ShellExpansion(names: names, output: { _ in nil }).commands(words).first
    else { return nil }
    if let first = fields.first, RunPolicy.kinds[ProgramName(first).name] == .runner, first != "command" {
      fields.removeFirst(fields.firstIndex { CommandReader.printers.contains($0) } ?? 0)
    }
    guard let first = fields.first else { return nil }
    let rest = Array(fields.dropFirst())
    switch ProgramName(first).name {
    case "echo":
      let words = rest.drop { ["-n", "-e", "-E", "-ne", "-en"].contains($0) }
      return decoded(words.joined(separator: " "))
    case "printf": return printed(rest.first == "--" ? Array(rest.dropFirst()) : rest)
    case "which", "realpath", "basename", "whereis": return rest.last
    case "command", "type", "readlink":
      return rest.contains { ["-v", "-V", "-p", "-P", "-f"].contains($0) } ? rest.last : nil
    case "cat":
      if let file = rest.first, file != "-" { return names.files[file]?.first }
      if case .text(let text) = input { return text }
      return nil
    case "pwd": return "."
    case "dd", "tee":
      if case .text(let text) = input { return text }
      return nil
    case "base64":
      guard case .text(let text) = input,
        rest.contains(where: { ["-d", "-D", "--decode", "-di"].contains($0) }),
        let bytes = Data(base64Encoded: text.filter { !$0.isWhitespace })
      else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    case "rev":
      guard case .text(let text) = input else { return nil }
      return text.split(separator: "\n").map { String($0.reversed()) }.joined(separator: "\n")
    default: return nil
    }
  }

  private static let printers: Set<String> = ["echo", "printf", "cat", "tee", "base64", "rev", "dd"]

  private func decoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    return String(decoding: EscapeSequences.decoded(text.utf8), as: UTF8.self)
  }

  /// The output of printf(1): the format is used again while there are arguments.
  func printed(_ words: [String]) -> String? {
    guard let format = words.first else { return "" }
    var rest = words.dropFirst().prefix(256)
    var text = ""
    repeat {
      let before = rest.count
      var isConversion = false
      for character in decoded(format) {
        switch (isConversion, character) {
        case (false, "%"): isConversion = true
        case (true, "%"):
          text.append("%")
          isConversion = false
        case (true, let letter) where letter.isLetter:
          text += rest.popFirst() ?? ""
          isConversion = false
        case (true, _): continue
        case (false, _): text.append(character)
        }
      }
      if rest.count == before { break }
    } while !rest.isEmpty && text.utf8.count < 100_000
    return text
  }

  /// Replaces each `<(…)` by a file with its text.
  mutating func processed(_ words: [ShellWord]) -> [ShellWord] {
    words.map { word in
      guard case .process(let script)? = word.parts.first, word.parts.count == 1 else { return word }
      let file = "/dev/fd/\(names.files.count + 10)"
      if let text = output(script) { names.files[file] = [text] }
      return ShellWord(parts: [.text(file, isQuoted: true)])
    }
  }

  // MARK: Literals

  /// All fixed text of the words, including that of substitutions and variables.
  func literals(_ words: [ShellWord], _ depth: Int = 0) -> String {
    guard depth < 6 else { return "" }
    return words.prefix(1000).map { word in
      word.parts.map { part in
        switch part {
        case .text(let text, _): return text
        case .variable(let name, let others, _): return literals(name, others, depth)
        case .element(let name, _), .slice(let name, _): return literals(name, [], depth)
        case .output, .process, .computed:
          return part.scripts.map { literals($0, depth + 1) }.joined(separator: " ")
        }
      }.joined()
    }.joined(separator: " ")
  }

  private func literals(_ name: String, _ others: [ShellWord], _ depth: Int) -> String {
    let known = literals(others + (names.values[name] ?? []) + (names.loops[name] ?? []), depth + 2)
    return names.sources[name].map { "\(known) \($0)" } ?? known
  }

  private func literals(_ script: ShellScript, _ depth: Int = 0) -> String {
    guard depth < 6 else { return "" }
    return script.pipelines.joined().map { literals($0, depth) }.joined(separator: "\n")
  }

  private func literals(_ command: ShellCommand, _ depth: Int = 0) -> String {
    if let names = listedProcesses(command) { return names }
    let texts = command.redirections.map { redirection in
      switch redirection.target {
      case .reads(let word), .writes(let word), .text(let word): literals([word], depth)
      case .document(let document): literals([document.body], depth)
      case .placeholder: ""
      }
    }
    switch command.content {
    case .simple(let assignments, let words):
      // The words of a file are those of the commands that wrote it.
      let files = words.count > 1 && words[0].literal == "cat" ? words.compactMap(\.literal) : []
      let read = files.compactMap { names.computedFiles[$0] }
      return ([literals(assignments.flatMap(\.values) + words, depth)] + texts + read).joined(separator: " ")
    case .group(let script), .loop(_, _, let script), .function(_, let script):
      return ([literals(script, depth + 1)] + texts).joined(separator: " ")
    }
  }
}
