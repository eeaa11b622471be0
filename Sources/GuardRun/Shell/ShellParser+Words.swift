extension ShellParser {
  /// The next word; nil if an operator, a line break or the end is next.
  mutating func word() throws(ShellSyntaxError) -> ShellWord? {
    var word = ShellWord()
    var plain: [UInt8] = []
    let start = index
    func flush(_ word: inout ShellWord, _ plain: inout [UInt8]) {
      guard !plain.isEmpty else { return }
      word.parts.append(.text(String(decoding: plain, as: UTF8.self), isQuoted: false))
      plain = []
    }
    loop: while !isAtEnd {
      switch byte() {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"):
        flush(&word, &plain)
        try quotedOrExpanded(into: &word)
      case UInt8(ascii: "\\"):
        if byte(1) == 0x0A {
          index += 2
          continue loop
        }
        flush(&word, &plain)
        word.parts.append(.text(escaped(), isQuoted: true))
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        guard byte(1) == UInt8(ascii: "(") else { break loop }
        flush(&word, &plain)
        index += 2
        word.parts.append(.process(try substitution()))
      case UInt8(ascii: "("):
        // A pattern of bash or zsh: @(a|b), *(.)
        guard let last = plain.last, "?*+@!".utf8.contains(last) else { break loop }
        try skipPattern()
        plain.append(UInt8(ascii: "*"))
      case let byte where ShellParser.endsWord(byte): break loop
      case let byte:
        plain.append(byte)
        index += 1
      }
    }
    flush(&word, &plain)
    return index == start ? nil : word
  }

  /// The character after a backslash.
  private mutating func escaped() -> String {
    index += 1
    guard !isAtEnd else { return "\\" }
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    defer { index = end }
    return String(decoding: bytes[index..<end], as: UTF8.self)
  }

  private mutating func skipPattern() throws(ShellSyntaxError) {
    var open = 0
    repeat {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      if byte() == UInt8(ascii: "(") { open += 1 }
      if byte() == UInt8(ascii: ")") { open -= 1 }
      index += 1
    } while open > 0
  }

  private mutating func quotedOrExpanded(into word: inout ShellWord) throws(ShellSyntaxError) {
    switch byte() {
    case UInt8(ascii: "'"):
      index += 1
      let start = index
      while byte() != UInt8(ascii: "'") {
        guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
        index += 1
      }
      word.parts.append(.text(String(decoding: bytes[start..<index], as: UTF8.self), isQuoted: true))
      index += 1
    case UInt8(ascii: "\""):
      index += 1
      word.parts.append(.text("", isQuoted: true))
      word.parts += try quoted(until: UInt8(ascii: "\"")).parts
      index += 1
    case UInt8(ascii: "`"): word.parts.append(.output(try backquoted(), isQuoted: false))
    default:
      if isNext("$'") {
        index += 2
        word.parts.append(.text(try ansiQuoted(), isQuoted: true))
      } else if isNext("$\"") {
        index += 1
        try quotedOrExpanded(into: &word)
      } else {
        word.parts.append(try expansion(isQuoted: false))
      }
    }
  }

  /// The parts of a text in double quotes, up to `end`, which is not consumed; 0 ends with the text.
  private mutating func quoted(until end: UInt8) throws(ShellSyntaxError) -> ShellWord {
    var word = ShellWord()
    var plain: [UInt8] = []
    while isAtEnd ? end != 0 : end == 0 || byte() != end {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      switch byte() {
      case UInt8(ascii: "\\"):
        // Only these characters can be escaped (POSIX.1-2017, XCU 2.2.3).
        if byte(1) == 0x0A {
          index += 2
        } else if "$`\"\\".utf8.contains(byte(1)) {
          plain.append(byte(1))
          index += 2
        } else {
          plain.append(byte())
          index += 1
        }
      case UInt8(ascii: "$"), UInt8(ascii: "`"):
        if !plain.isEmpty {
          word.parts.append(.text(String(decoding: plain, as: UTF8.self), isQuoted: true))
          plain = []
        }
        word.parts.append(
          byte() == UInt8(ascii: "`")
            ? .output(try backquoted(), isQuoted: true) : try expansion(isQuoted: true))
      default:
        plain.append(byte())
        index += 1
      }
    }
    if !plain.isEmpty {
      word.parts.append(.text(String(decoding: plain, as: UTF8.self), isQuoted: true))
    }
    return word
  }

  // MARK: Expansions

  private mutating func expansion(isQuoted: Bool) throws(ShellSyntaxError) -> ShellWord.Part {
    index += 1
    if isNext("((") {
      index += 2
      if let scripts = try arithmetic() { return .computed(scripts) }
      index -= 2
    }
    if skip("(") { return .output(try substitution(), isQuoted: isQuoted) }
    if skip("[") {
      let start = index
      while byte() != UInt8(ascii: "]") {
        guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
        index += 1
      }
      defer { index += 1 }
      return .computed(try scripts(in: bytes[start..<index]))
    }
    if skip("{") { return try parameter(isQuoted: isQuoted) }
    let start = index
    if ShellParser.isName(byte()), !(0x30...0x39).contains(byte()) {
      while ShellParser.isName(byte()) { index += 1 }
    } else if (0x30...0x39).contains(byte()) || "@*#?$!-".utf8.contains(byte()), !isAtEnd {
      index += 1
    } else {
      return .text("$", isQuoted: isQuoted)
    }
    return .variable(String(decoding: bytes[start..<index], as: UTF8.self), others: [], isQuoted: isQuoted)
  }

  /// The commands up to the closing parenthesis.
  private mutating func substitution() throws(ShellSyntaxError) -> ShellScript {
    try nested { (parser) throws(ShellSyntaxError) in
      let script = try parser.list(until: [")"])
      parser.index += 1
      return script
    }
  }

  /// `${name}`, `${name:-word}` and the forms that change the value.
  private mutating func parameter(isQuoted: Bool) throws(ShellSyntaxError) -> ShellWord.Part {
    // Flags of zsh, and the length and indirection of bash.
    var isChanged = false
    while !isAtEnd, "!#=~^".utf8.contains(byte()), byte(1) != UInt8(ascii: "}") {
      isChanged = isChanged || byte() == UInt8(ascii: "!") || byte() == UInt8(ascii: "#")
      index += 1
    }
    if byte() == UInt8(ascii: "(") { try skipPattern() }
    let start = index
    while ShellParser.isName(byte()) { index += 1 }
    if index == start, !isAtEnd, "@*#?$!-".utf8.contains(byte()) { index += 1 }
    let name = String(decoding: bytes[start..<index], as: UTF8.self)
    var isElement = false
    var isList = name == "@" || name == "*"
    if skip("[") {
      isList = isNext("@]") || isNext("*]")
      isElement = !isList
      while byte() != UInt8(ascii: "]") {
        guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
        index += 1
      }
      index += 1
    }
    if skip("}") {
      if isChanged { return .computed([]) }
      return isElement
        ? .element(name, isQuoted: isQuoted) : .variable(name, others: [], isQuoted: isQuoted)
    }
    let hasColon = byte() == UInt8(ascii: ":")
    let action = hasColon ? byte(1) : byte()
    let isAlternative = "-=+".utf8.contains(action)
    if isAlternative { index += hasColon ? 2 : 1 }
    let rest = try nested { (parser) throws(ShellSyntaxError) in try parser.braced(isQuoted: isQuoted) }
    guard isAlternative, !isChanged else {
      if isList, hasColon, !isChanged, rest.literal != nil { return .slice(name, isQuoted: isQuoted) }
      return .computed(rest.parts.flatMap { $0.scripts })
    }
    // `${name:+word}` is the word or nothing.
    let others = action == UInt8(ascii: "+") ? [rest, ShellWord()] : [rest]
    return .variable(action == UInt8(ascii: "+") ? "" : name, others: others, isQuoted: isQuoted)
  }

  /// The text up to the closing brace, which is consumed.
  private mutating func braced(isQuoted: Bool) throws(ShellSyntaxError) -> ShellWord {
    var word = ShellWord()
    while byte() != UInt8(ascii: "}") {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      switch byte() {
      case UInt8(ascii: "'") where isQuoted:
        word.parts.append(.text("'", isQuoted: true))
        index += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): try quotedOrExpanded(into: &word)
      case UInt8(ascii: "$"): word.parts.append(try expansion(isQuoted: isQuoted))
      case UInt8(ascii: "\\"): word.parts.append(.text(escaped(), isQuoted: true))
      default:
        let start = index
        while !isAtEnd, !"}'\"`$\\".utf8.contains(byte()) { index += 1 }
        word.parts.append(
          .text(String(decoding: bytes[start..<index], as: UTF8.self), isQuoted: isQuoted))
      }
    }
    index += 1
    return word
  }

  /// The substitutions in an arithmetic expression after `((`, up to `))`, which is consumed. nil if it is not such a
  /// expression but a subshell in a subshell: there, the inner parenthesis closes earlier.
  mutating func arithmetic() throws(ShellSyntaxError) -> [ShellScript]? {
    let start = index
    var open = 1
    while open > 0 {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      if byte() == UInt8(ascii: "(") { open += 1 }
      if byte() == UInt8(ascii: ")") { open -= 1 }
      index += 1
    }
    guard byte() == UInt8(ascii: ")") else {
      index = start
      return nil
    }
    index += 1
    return try scripts(in: bytes[start..<(index - 2)])
  }

  /// The substitutions in a text that is expanded like one in double quotes.
  private func scripts(in text: ArraySlice<UInt8>) throws(ShellSyntaxError) -> [ShellScript] {
    try expanded(Array(text)).parts.flatMap(\.scripts)
  }

  func expanded(_ text: [UInt8]) throws(ShellSyntaxError) -> ShellWord {
    guard depth + 1 < ShellParser.deepest else { throw ShellSyntaxError(kind: .tooDeep) }
    var parser = ShellParser(text, depth: depth + 1)
    return try parser.quoted(until: 0)
  }

  /// The command within backquotes, where a backslash escapes a backslash, a backquote and a dollar sign.
  private mutating func backquoted() throws(ShellSyntaxError) -> ShellScript {
    index += 1
    var text: [UInt8] = []
    while byte() != UInt8(ascii: "`") {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      if byte() == UInt8(ascii: "\\"), "\\`$".utf8.contains(byte(1)) { index += 1 }
      text.append(byte())
      index += 1
    }
    index += 1
    return try ShellParser.parse(text, depth: depth + 1)
  }

  private mutating func ansiQuoted() throws(ShellSyntaxError) -> String {
    let start = index
    while byte() != UInt8(ascii: "'") {
      guard !isAtEnd else { throw ShellSyntaxError(kind: .unterminated) }
      index += byte() == UInt8(ascii: "\\") ? 2 : 1
    }
    defer { index += 1 }
    return String(decoding: EscapeSequences.decoded(bytes[start..<min(index, bytes.count)]), as: UTF8.self)
  }
}

extension ShellWord.Part {
  /// The scripts that are executed when the part is expanded.
  var scripts: [ShellScript] {
    switch self {
    case .text, .element, .slice: []
    case .variable(_, let others, _): others.flatMap { $0.parts.flatMap(\.scripts) }
    case .output(let script, _), .process(let script): [script]
    case .computed(let scripts): scripts
    }
  }
}
