/// Parses the shell command language (POSIX.1-2017, XCU 2), with the extensions of bash and zsh that run commands.
///
/// It accepts more than a shell does. A text that it rejects must be treated as if it could run anything.
struct ShellParser {
  /// The parser is recursive; each level takes some kilobytes of the stack.
  static let deepest = 24

  let bytes: [UInt8]
  var index = 0
  var depth: Int
  /// Here-documents whose bodies begin after the current line.
  var documents: [ShellDocument] = []

  init(_ bytes: [UInt8], depth: Int) {
    self.bytes = bytes
    self.depth = depth
  }

  /// - Parameter depth: the number of enclosing scripts.
  static func parse(_ text: String, depth: Int = 0) throws(ShellSyntaxError) -> ShellScript {
    try parse(Array(text.utf8), depth: depth)
  }

  static func parse(_ bytes: [UInt8], depth: Int) throws(ShellSyntaxError) -> ShellScript {
    guard depth < deepest else { throw ShellSyntaxError(kind: .tooDeep) }
    var parser = ShellParser(bytes, depth: depth)
    let script = try parser.list(until: [])
    guard parser.isAtEnd else { throw ShellSyntaxError(kind: .unexpected) }
    return script
  }

  var isAtEnd: Bool { index >= bytes.count }

  /// 0 at the end.
  func byte(_ offset: Int = 0) -> UInt8 {
    index + offset < bytes.count ? bytes[index + offset] : 0
  }

  func isNext(_ text: StaticString) -> Bool {
    guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
  }

  /// Skips the text if it is next.
  mutating func skip(_ text: StaticString) -> Bool {
    guard isNext(text) else { return false }
    index += text.utf8CodeUnitCount
    return true
  }

  /// Parses one level deeper.
  mutating func nested<Result>(
    _ body: (inout ShellParser) throws(ShellSyntaxError) -> Result
  ) throws(ShellSyntaxError) -> Result {
    guard depth < ShellParser.deepest else { throw ShellSyntaxError(kind: .tooDeep) }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Lists

  /// Parses commands up to one of the ends, which is not consumed, or up to the end of the text.
  mutating func list(until ends: [String]) throws(ShellSyntaxError) -> ShellScript {
    var script = ShellScript()
    while true {
      try skipSeparators(in: ends)
      if isAtEnd {
        guard ends.isEmpty else { throw ShellSyntaxError(kind: .unterminated) }
        return script
      }
      if isNext(";;") || isNext(";&"), ends.contains(";;") { return script }
      if isNext(")") {
        guard ends.contains(")") else { throw ShellSyntaxError(kind: .unexpected) }
        return script
      }
      if let word = reservedWord(), ends.contains(word) { return script }
      script.pipelines.append(try pipeline())
    }
  }

  /// Skips blanks, comments, line breaks and the operators between commands.
  private mutating func skipSeparators(in ends: [String]) throws(ShellSyntaxError) {
    while true {
      skipBlanks()
      switch byte() {
      case 0x0A where !isAtEnd:
        index += 1
        try readDocuments()
      case UInt8(ascii: ";"):
        if ends.contains(";;"), isNext(";;") || isNext(";&") { return }
        index += 1
      case UInt8(ascii: "&"):
        if byte(1) == UInt8(ascii: ">") { return }
        index += 1
      case UInt8(ascii: "|") where byte(1) == UInt8(ascii: "|"): index += 2
      default: return
      }
    }
  }

  mutating func skipBlanks() {
    while !isAtEnd {
      switch byte() {
      case 0x20, 0x09, 0x0D: index += 1
      case UInt8(ascii: "\\") where byte(1) == 0x0A: index += 2
      case UInt8(ascii: "\\") where byte(1) == 0x0D && byte(2) == 0x0A: index += 3
      case UInt8(ascii: "#"): while !isAtEnd, byte() != 0x0A { index += 1 }
      default: return
      }
    }
  }

  /// The unquoted word at this place if it consists of characters of reserved words.
  private func reservedWord() -> String? {
    var end = index
    while end < bytes.count, !ShellParser.endsWord(bytes[end]) {
      guard (0x61...0x7A).contains(bytes[end]) || "{}[]!".utf8.contains(bytes[end]) else { return nil }
      end += 1
      if end - index > 8 { return nil }
    }
    return end == index ? nil : String(decoding: bytes[index..<end], as: UTF8.self)
  }

  static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D: true
    case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "<"), UInt8(ascii: ">"):
      true
    default: false
    }
  }

  private mutating func skipReserved(_ word: String) throws(ShellSyntaxError) {
    guard reservedWord() == word else { throw ShellSyntaxError(kind: .unexpected) }
    index += word.utf8.count
  }

  private mutating func pipeline() throws(ShellSyntaxError) -> [ShellCommand] {
    var commands: [ShellCommand] = []
    repeat {
      while !isAtEnd {
        skipBlanks()
        guard byte() == 0x0A, !isAtEnd else { break }
        index += 1
        try readDocuments()
      }
      while reservedWord() == "!" {
        index += 1
        skipBlanks()
      }
      commands.append(try nested { (parser) throws(ShellSyntaxError) in try parser.command() })
      skipBlanks()
    } while !isNext("||") && (skip("|&") || skip("|"))
    return commands
  }

  // MARK: Commands

  private mutating func command() throws(ShellSyntaxError) -> ShellCommand {
    skipBlanks()
    if isNext("((") {
      index += 2
      if let scripts = try arithmetic() {
        return try redirected(.group(ShellScript(pipelines: scripts.flatMap(\.pipelines))))
      }
      index -= 2
    }
    if skip("(") {
      var script = try list(until: [")"])
      script.isSubshell = true
      index += 1
      return try redirected(.group(script))
    }
    guard let word = reservedWord() else { return try simple() }
    switch word {
    case "{":
      index += 1
      let script = try list(until: ["}"])
      index += 1
      return try redirected(.group(script))
    case "if": return try redirected(.group(try parts(["if", "then", "elif", "else"], end: "fi")))
    case "while", "until": return try redirected(.group(try parts([word, "do"], end: "done")))
    case "for", "select", "foreach": return try loop(word)
    case "case": return try choice()
    case "function": return try function()
    case "[[": return try condition()
    case "coproc":
      index += word.utf8.count
      return try command()
    case "time":
      let start = index
      index += word.utf8.count
      skipBlanks()
      if isNext("(") || ["{", "if", "while", "until", "for", "case"].contains(reservedWord()) {
        return try command()
      }
      index = start
      return try simple()
    case "then", "elif", "else", "fi", "do", "done", "esac", "}", "in":
      throw ShellSyntaxError(kind: .unexpected)
    default: return try simple()
    }
  }

  /// The lists after each of the words, up to the end, which is consumed.
  private mutating func parts(_ words: [String], end: String) throws(ShellSyntaxError) -> ShellScript {
    var script = ShellScript()
    while let word = reservedWord(), words.contains(word) {
      index += word.utf8.count
      script.pipelines += try list(until: words + [end]).pipelines
    }
    try skipReserved(end)
    return script
  }

  private mutating func loop(_ keyword: String) throws(ShellSyntaxError) -> ShellCommand {
    index += keyword.utf8.count
    skipBlanks()
    var values: [ShellWord] = []
    var variable = ""
    var before: [[ShellCommand]] = []
    if skip("((") {
      before = try (arithmetic() ?? []).flatMap(\.pipelines)
    } else {
      variable = try word()?.plain ?? ""
      skipBlanks()
      while byte() == 0x0A, !isAtEnd {
        index += 1
        skipBlanks()
      }
      if reservedWord() == "in" {
        index += 2
        skipBlanks()
        while let value = try word() {
          values.append(value)
          skipBlanks()
        }
      } else if skip("(") {
        // The form of zsh: for x (a b) command.
        skipBlanks()
        while let value = try word() {
          values.append(value)
          skipBlanks()
        }
        guard skip(")") else { throw ShellSyntaxError(kind: .unterminated) }
      }
    }
    try skipSeparators(in: [])
    var body: ShellScript
    if reservedWord() == "do" {
      body = try parts(["do"], end: "done")
    } else {
      body = ShellScript(pipelines: [try pipeline()])
    }
    body.pipelines = before + body.pipelines
    return try redirected(.loop(variable: variable, values: values, body: body))
  }

  private mutating func choice() throws(ShellSyntaxError) -> ShellCommand {
    index += 4
    skipBlanks()
    var script = ShellScript()
    if let subject = try word() {
      script.pipelines += ShellParser.evaluation(of: [subject])
    }
    try skipSeparators(in: [])
    try skipReserved("in")
    while true {
      try skipSeparators(in: [])
      if isAtEnd { throw ShellSyntaxError(kind: .unterminated) }
      if reservedWord() == "esac" { break }
      _ = skip("(")
      repeat {
        skipBlanks()
        if let pattern = try word() { script.pipelines += ShellParser.evaluation(of: [pattern]) }
        skipBlanks()
      } while skip("|")
      guard skip(")") else { throw ShellSyntaxError(kind: .unexpected) }
      script.pipelines += try list(until: [";;", "esac"]).pipelines
    }
    try skipReserved("esac")
    return try redirected(.group(script))
  }

  private mutating func function() throws(ShellSyntaxError) -> ShellCommand {
    index += 8
    skipBlanks()
    guard let name = try word()?.literal else { throw ShellSyntaxError(kind: .unexpected) }
    skipBlanks()
    if skip("(") {
      skipBlanks()
      guard skip(")") else { throw ShellSyntaxError(kind: .unexpected) }
    }
    return try definition(of: name)
  }

  private mutating func definition(of name: String) throws(ShellSyntaxError) -> ShellCommand {
    try skipSeparators(in: [])
    let body = try nested { (parser) throws(ShellSyntaxError) in try parser.command() }
    return ShellCommand(content: .function(name: name, body: ShellScript(pipelines: [[body]])))
  }

  /// `[[ … ]]` runs nothing but the substitutions in its words.
  private mutating func condition() throws(ShellSyntaxError) -> ShellCommand {
    index += 2
    var words: [ShellWord] = []
    while true {
      skipBlanks()
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      if reservedWord() == "]]" { break }
      if let word = try word() { words.append(word) } else { index += 1 }
    }
    index += 2
    return try redirected(.group(ShellScript(pipelines: ShellParser.evaluation(of: words))))
  }

  /// A command that only expands these words.
  private static func evaluation(of words: [ShellWord]) -> [[ShellCommand]] {
    let expanded = words.filter { $0.literal == nil }
    guard !expanded.isEmpty else { return [] }
    let test = ShellWord(parts: [.text("[", isQuoted: false)])
    return [[ShellCommand(content: .simple([], [test] + expanded))]]
  }

  private mutating func redirected(_ content: ShellCommand.Content) throws(ShellSyntaxError) -> ShellCommand {
    var command = ShellCommand(content: content)
    skipBlanks()
    while let redirection = try redirection() {
      command.redirections.append(redirection)
      skipBlanks()
    }
    return command
  }

  private mutating func simple() throws(ShellSyntaxError) -> ShellCommand {
    var assignments: [ShellAssignment] = []
    var words: [ShellWord] = []
    var redirections: [ShellRedirection] = []
    while true {
      skipBlanks()
      if let redirection = try redirection() {
        redirections.append(redirection)
        continue
      }
      if let assignment = try assignment() {
        // After the first word, it is an argument: export A=b, env A=b.
        assignments.append(assignment)
        if !words.isEmpty { words.append(assignment.argument) }
        continue
      }
      guard let word = try word() else { break }
      words.append(word)
      guard words.count == 1, assignments.isEmpty, let name = word.literal else { continue }
      let start = index
      skipBlanks()
      if skip("(") {
        skipBlanks()
        guard skip(")") else { throw ShellSyntaxError(kind: .unexpected) }
        return try definition(of: name)
      }
      index = start
    }
    guard !(words.isEmpty && assignments.isEmpty && redirections.isEmpty), !isNext("(") else {
      throw ShellSyntaxError(kind: .unexpected)
    }
    return ShellCommand(content: .simple(assignments, words), redirections: redirections)
  }
}
