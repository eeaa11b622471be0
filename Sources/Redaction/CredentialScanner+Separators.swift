// The separators between a name and its value.
extension CredentialScanner {
  struct Separator {
    /// The start of the value.
    let end: Int
    /// True for `=`, false for `:`.
    let assigns: Bool
    /// True if the name is in quotes, as in JSON.
    let isQuoted: Bool
    /// True if blanks follow the mark.
    let isSpaced: Bool
  }

  /// Parses `=`, `:`, `=>` or `:=`, also percent-encoded or as an entity, with blanks around, and with the
  /// quote or the brackets that end a name.
  func separator(after name: Range<Int>) -> Separator? {
    guard let (nameEnd, isQuoted) = nameEnd(name) else { return nil }
    var index = passBlanks(at: nameEnd, max: 32)
    while bytes.starts(with: #"\t"#, at: index), index - nameEnd < 16 {
      index = passBlanks(at: index + 2, max: 32)
    }
    if index > name.upperBound { index = passFiller(before: index) }
    if let (end, assigns) = spelledMark(at: index) {
      return Separator(end: passEncodedBlanks(at: end), assigns: assigns, isQuoted: isQuoted, isSpaced: false)
    }
    if let end = operatorEnd(at: index) {
      return Separator(end: passBlanks(at: end), assigns: true, isQuoted: isQuoted, isSpaced: false)
    }
    guard let mark = byte(at: index), mark == UInt8(ascii: "=") || mark == UInt8(ascii: ":") else {
      return passSign(at: index, isQuoted: isQuoted) ?? pair(name, index, isQuoted: isQuoted)
    }
    guard !isMethod(name, index) else { return nil }
    var assigns = mark == UInt8(ascii: "=")
    index += 1
    // LDIF has base64 after two colons.
    if bytes.starts(with: ": ", at: index) { index += 1 }
    if let second = byte(at: index), second == UInt8(ascii: ">") || second == UInt8(ascii: "=") {
      // `pw==x` has the value `=x` or `x`; hide at least the latter.
      assigns = true
      index += 1
    }
    let start = passEncodedBlanks(at: index)
    let isSpaced = start > index
    if let next = nextLine(start, isQuoted: isQuoted || assigns) {
      return Separator(end: next, assigns: assigns, isQuoted: isQuoted, isSpaced: true)
    }
    return Separator(end: passComplaint(at: start), assigns: assigns, isQuoted: isQuoted, isSpaced: isSpaced)
  }

  /// The end of a name with its quotes and brackets: `"password"`, `user[password]`, `password[0]`.
  private func nameEnd(_ name: Range<Int>) -> (index: Int, isQuoted: Bool)? {
    var index = name.upperBound
    var isQuoted = false
    if let mark = quoteMark(at: index) {
      // In `secret 'flux-system/github-token': not found`, the quote belongs to a longer string.
      guard opens(mark.closing, before: startOfDotted(name)) || opens(mark.closing, before: name.lowerBound)
      else { return nil }
      isQuoted = true
      index = mark.end
      // `<<"password">>` of Erlang
      if bytes.starts(with: ">>", at: index), bytes.starts(with: "<<", at: name.lowerBound - 3) { index += 2 }
      // CSV doubles the quotes in a field.
      if case .byte(let quote, 0) = mark.closing, byte(at: index) == quote,
        byte(at: name.lowerBound - 2) == quote
      {
        index += 1
      }
    }
    if byte(at: index) == UInt8(ascii: "]") {
      index += 1
    } else if byte(at: index) == UInt8(ascii: "[") {
      let end = end(of: index + 1, max: 4, while: \.isDigit)
      if byte(at: end) == UInt8(ascii: "]") { index = end + 1 }
    }
    return (index, isQuoted)
  }

  private static let marks: [(spelling: StaticString, assigns: Bool)] = [
    ("%3d", true), ("%253d", true), ("%3a", false), ("%253a", false), (#"\u003d"#, true), (#"\u003a"#, false),
    (#"\\u003d"#, true), (#"\\u003a"#, false), (#"\x3d"#, true), (#"\x3a"#, false), (#"\u{3d}"#, true),
    (#"\u{3a}"#, false), (#"\075"#, true), (#"\072"#, false),
    ("&#61;", true), ("&#x3d;", true), ("&#58;", false), ("&#x3a;", false), ("＝", true), ("：", false),
  ]

  private func spelledMark(at index: Int) -> (end: Int, assigns: Bool)? {
    guard let first = byte(at: index), [0x25, 0x5C, 0x26, 0xEF].contains(first) else { return nil }
    return CredentialScanner.marks.first { bytes.spells($0.spelling, at: index) }
      .map { (index + $0.spelling.utf8CodeUnitCount, $0.assigns) }
  }

  /// The end of an operator that assigns or compares: `+=`, `?=`, `||=`, `.=`, `!=`, and `<-` of R.
  private func operatorEnd(at start: Int) -> Int? {
    if bytes.starts(with: "<- ", at: start) { return start + 3 }
    if bytes.starts(with: "-> ", at: start), quoteMark(at: passBlanks(at: start + 3)) != nil {
      return start + 3
    }
    // Without blanks; `a -> b` is a change or a mapping. `token->name` is code.
    if bytes.starts(with: "->", at: start), looksRandom(value(ofArrow: start + 2)) { return start + 2 }
    let end = end(of: start, max: 2) {
      [0x21, 0x25, 0x26, 0x2A, 0x2B, 0x2D, 0x2E, 0x3F, 0x5E, 0x7C, 0x7E].contains($0)
    }
    guard end > start, byte(at: end) == UInt8(ascii: "="), byte(at: start) != UInt8(ascii: "%") else {
      return nil
    }
    // Without quotes, a comparison is code.
    if byte(at: start) == UInt8(ascii: "!"), quoteMark(at: passBlanks(at: end + 1)) == nil { return nil }
    return self.end(of: end, max: 2) { $0 == UInt8(ascii: "=") }
  }

  /// The word after an arrow.
  private func value(ofArrow start: Int) -> Range<Int> {
    start..<end(of: start, max: 256) { $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: "(") }
  }

  private func passEncodedBlanks(at start: Int) -> Int {
    var index = passBlanks(at: start)
    while true {
      if bytes.starts(with: "%20", at: index) {
        index = passBlanks(at: index + 3)
      } else if bytes.starts(with: #"\t"#, at: index) {
        index = passBlanks(at: index + 2)
      } else {
        return index
      }
    }
  }

  /// The value on the next line: of JSON, or a line of one word that is no field.
  private func nextLine(_ start: Int, isQuoted: Bool) -> Int? {
    guard let next = passLineFeeds(at: start), byte(at: next) != nil else { return nil }
    if isQuoted, passTypes(at: next) > next { return next }
    // A quoted name of a mapping has a colon, too.
    if quoteMark(at: next) != nil { return isQuoted && byte(at: next - 1)?.isBlank == true ? next : nil }
    return isLineOfOneWord(next) ? next : nil
  }

  /// The first character of the next line; nil if the line does not end here. A line feed may be spelled `\n`.
  func passLineFeeds(at start: Int) -> Int? {
    var line = end(of: start, max: 2) { $0 == 0x0A || $0 == 0x0D }
    for _ in 0..<2 where line - start < 4 {
      for spelling in [#"\r"#, #"\n"#] as [StaticString] where bytes.starts(with: spelling, at: line) {
        line += 2
      }
    }
    return line > start ? passBlanks(at: line, max: 64) : nil
  }

  /// True for a line of one word that is not the beginning of a mapping, a list or a sentence.
  func isLineOfOneWord(_ start: Int) -> Bool {
    guard let first = byte(at: start), first > 0x20, first != UInt8(ascii: "-"), first != UInt8(ascii: "{")
    else {
      return false
    }
    let end = end(of: start, max: 256) { $0 > 0x20 && $0 != 0x5C }
    let isEnd = byte(at: end).map { $0 == 0x0A || $0 == 0x0D || $0 == 0x5C } ?? true
    guard isEnd, end > start, bytes[end - 1] != UInt8(ascii: ":") else { return false }
    // `NAME=value`, `name:value`
    let name = self.end(of: start, max: 64) {
      $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    let isField = name > start && name < end && [0x3D, 0x3A].contains(bytes[name])
    return (!isField || name + 1 == end) && !Diagnosis.isWord(bytes[start..<end], isContinued: true)
  }

  /// The API server quotes values that it refuses: `data[password]: Invalid value: "…"`.
  private func passComplaint(at start: Int) -> Int {
    for complaint in ["invalid value: ", "unsupported value: ", "duplicate value: ", "too long: "]
      as [StaticString]
    where bytes.spells(complaint, at: start) {
      return start + complaint.utf8CodeUnitCount
    }
    return start
  }

  /// `API key provided: …`
  private func passFiller(before start: Int) -> Int {
    for filler in ["provided", "supplied", "given", "value", "is", "was"] as [StaticString]
    where bytes.spells(filler, at: start) {
      let end = passBlanks(at: start + filler.utf8CodeUnitCount, max: 2)
      if let mark = byte(at: end), mark == UInt8(ascii: ":") || mark == UInt8(ascii: "=") { return end }
    }
    return start
  }

  /// The start of a name with dots: `.dockerconfigjson`, `tls.key`
  func startOfDotted(_ name: Range<Int>) -> Int {
    var start = name.lowerBound
    while start > 0, name.lowerBound - start < 64,
      bytes[start - 1].isNameByte || [UInt8(ascii: "."), UInt8(ascii: "-")].contains(bytes[start - 1])
    {
      start -= 1
    }
    return start
  }

  /// True if a field begins at the name: at the beginning of a line, in brackets, or after another mark. In
  /// `unexpected token: x` the name is part of a sentence.
  func isInKeyPosition(_ name: Range<Int>) -> Bool {
    var index = startOfDotted(name)
    // The letter of a literal `\n` is not part of the name.
    if index < name.lowerBound || index > 1, escapeEnd(at: name.lowerBound - 2) == name.lowerBound {
      return true
    }
    let start = index
    while index > 0, start - index < 64, bytes[index - 1].isBlank { index -= 1 }
    guard let before = byte(at: index - 1), start - index < 64 else { return index == 0 }
    return before < 0x20 || (!before.isNameByte && ![0x2E, 0x29, 0x5D].contains(before) && before < 0x80)
  }
}
