// Where a value begins and ends, in the syntax that it is written in.
extension CredentialScanner {
  /// The range of a value: in quotes, in brackets, or up to the first character that can't be part of it.
  mutating func value(at start: Int) -> Range<Int> {
    if let mark = quoteMark(at: start) { return quoted(mark) }
    guard let first = byte(at: start) else { return start..<start }
    switch first {
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      if let block = blockScalar(at: start) { return block }
    case UInt8(ascii: "!"), UInt8(ascii: "&"):
      // A tag or an anchor of YAML: `!!str x`
      let end = end(of: start + 1, max: 32) { $0.isNameByte || $0 == UInt8(ascii: "!") }
      let next = passBlanks(at: end)
      if next > end, next < bytes.count, bytes.starts(with: "!!", at: start) || quoteMark(at: next) != nil {
        return value(at: next)
      }
      // `!vault x`, `&anchor x`: a password may begin like a tag, so both are hidden.
      if next > end, let block = taggedValue(at: next) { return start..<block }
    // `%!s(string=x)` is printed by Go.
    case UInt8(ascii: "%") where byte(at: start + 1) == UInt8(ascii: "!"):
      let end = end(of: start) { $0 != UInt8(ascii: ")") && $0 != 0x0A }
      return start..<(byte(at: end) == UInt8(ascii: ")") ? end + 1 : end)
    case UInt8(ascii: "["):
      // `[]byte{0x68, 0x75}`
      let end = end(of: start + 1, max: 16) { $0.isNameByte || $0 == UInt8(ascii: "]") }
      if bytes.starts(with: "[]", at: start), let open = byte(at: end), open == 0x7B || open == 0x28 {
        return end + 1..<self.end(of: end + 1) { $0 != (open == 0x7B ? 0x7D : 0x29) }
      }
      return list(at: start + 1)
    case UInt8(ascii: "<") where bytes.starts(with: "<<", at: start):
      // `<<"…">>` of Erlang
      if let mark = quoteMark(at: start + 2) { return quoted(mark) }
    default:
      // `b'…'` in Python, `N'…'` in SQL, `$'…'` in a shell
      let end = end(of: start, max: 2) { $0.isPrefixOfQuote }
      if end > start, let quote = byte(at: end), quote.isQuote, let mark = quoteMark(at: end) {
        return quoted(mark)
      }
    }
    return unquoted(at: start)
  }

  /// The end of a value after a tag: of a block, or of one word at the end of its line.
  private func taggedValue(at start: Int) -> Int? {
    if let first = byte(at: start), first == UInt8(ascii: "|") || first == UInt8(ascii: ">"),
      let block = blockScalar(at: start)
    {
      return block.upperBound
    }
    let end = end(of: start, max: 512) { $0 > 0x20 && !$0.isQuote }
    guard end > start, byte(at: end).map({ $0 < 0x20 && $0 != 0x09 }) ?? true else { return nil }
    return end
  }

  /// The text between the brackets of a list.
  private func list(at start: Int) -> Range<Int> {
    var end = start
    while let byte = byte(at: end), byte != UInt8(ascii: "]") {
      end =
        byte.isQuote || byte == UInt8(ascii: "\\")
        ? quoteMark(at: end).map { quoted($0).upperBound + 1 } ?? end + 1 : end + 1
    }
    return start..<min(end, bytes.count)
  }

  /// A block scalar of YAML: all lines that are indented like its first one.
  func blockScalar(at start: Int) -> Range<Int>? {
    let line = end(of: start + 1, max: 3) { $0 > 0x20 }
    guard byte(at: line) == 0x0A else { return nil }
    let text = end(of: line) { $0 <= 0x20 }
    let indentation = text - (bytes[..<text].lastIndex(of: 0x0A) ?? 0)
    return text..<blockEnd(from: text, indentation: indentation)
  }

  /// The end of the lines that have at least this indentation, without the last line feeds.
  func blockEnd(from start: Int, indentation: Int) -> Int {
    var end = end(of: start) { $0 != 0x0A }
    while end < bytes.count {
      let next = self.end(of: end) { $0 == 0x0A || $0 == 0x0D }
      let text = passBlanks(at: next)
      guard text - next + 1 >= indentation, text < bytes.count else { break }
      end = self.end(of: text) { $0 != 0x0A }
    }
    return end
  }

  // MARK: Unquoted values

  private mutating func unquoted(at start: Int) -> Range<Int> {
    if !runs.value.range.contains(start) {
      var end = start
      while end < bytes.count, continuesValue(at: end) { end += 1 }
      // The end of a sentence is not part of the value.
      while end > start + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: ":") {
        end -= 1
      }
      runs.value.range = start..<end
    }
    return start..<max(start, runs.value.range.upperBound)
  }

  /// Many characters end a value only if what follows is not the rest of a word.
  private func continuesValue(at index: Int) -> Bool {
    let byte = bytes[index]
    if byte <= 0x20 || byte == 0x7F { return false }
    guard byte.mayEndValue else { return true }
    guard let next = self.byte(at: index + 1) else { return false }
    switch byte {
    case UInt8(ascii: "%"):
      return !["%26", "%22", "%27", "%0a", "%0d"].contains { bytes.spells($0, at: index) }
    case UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"):
      return !beginsField(index + 1, after: byte)
    case UInt8(ascii: "\\"):
      // A literal `\n` ends a line; `\\` is a backslash in JSON.
      if next == byte { return self.byte(at: index + 2)?.isNameByte == true }
      return next.isNameByte && (escapeEnd(at: index) == index || (index > 0 && bytes[index - 1] == byte))
    case UInt8(ascii: "<"):
      // A tag of markup ends the value.
      let end = end(of: index + 1, max: 32) { $0 > 0x20 && $0 != UInt8(ascii: ">") }
      return self.byte(at: end) != UInt8(ascii: ">") && next > 0x20
    default: return next.isNameByte
    }
  }

  /// True for the end of a list, and for the name of the next field in it: `, user=`
  private func beginsField(_ start: Int, after mark: UInt8) -> Bool {
    guard let first = byte(at: start), first > 0x20, !first.isQuote else { return true }
    if ["&amp;", "&quot;", "&#"].contains(where: { bytes.spells($0, at: start - 1) }) { return true }
    let end = end(of: start, max: 64) {
      $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    guard end > start else {
      return [UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "[")]
        .contains(first)
    }
    guard let after = byte(at: end) else { return mark != UInt8(ascii: ",") }
    return after == UInt8(ascii: "=") || after == UInt8(ascii: ":") || after.isQuote
      || (mark == UInt8(ascii: "&") && (after <= 0x20 || after == mark))
      || bytes.spells("%3d", at: end)
  }

  // MARK: No values

  /// Words that mean "no value".
  private static let noValues: [StaticString] = ["null", "true", "false", "nil", "none", "yes", "no"]
  /// Words in brackets that mean "no value".
  private static let placeholders: [StaticString] = [
    "redacted", "hidden", "masked", "unset", "empty", "none", "secret", "sensitive", "missing",
  ]

  /// True for a reference to a credential elsewhere: `${PASSWORD}`, `$(cat …)`, `$PASSWORD`, and for the mark of a here
  /// string, whose text follows.
  func isReference(at start: Int) -> Bool {
    if ["${", "<<<", "$(", "{{", "<nil>", "%!s(<nil>)", "%!s(MISSING)"].contains(where: {
      bytes.starts(with: $0, at: start)
    }) {
      return true
    }
    guard byte(at: start) == UInt8(ascii: "$"), byte(at: start + 1)?.isUpper == true else { return false }
    let end = end(of: start + 1, max: 64) { $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
    return byte(at: end).map { !$0.isNameByte && !$0.isVisibleMark } ?? true
  }

  /// True for a reference, and for a word that means "no value".
  func isReference(_ value: Range<Int>) -> Bool {
    let start = value.lowerBound
    if isReference(at: start) { return true }
    guard value.count <= 24 || bytes.starts(with: "(", at: start) else { return false }
    let before = byte(at: start - 1)
    if before == UInt8(ascii: "[") || before == UInt8(ascii: "("), !looksRandom(value),
      let after = byte(at: value.upperBound), after == UInt8(ascii: "]") || after == UInt8(ascii: ")")
    {
      return CredentialScanner.placeholders.contains { isWord(value, $0) }
    }
    if before != UInt8(ascii: "["), bytes.starts(with: "(", at: start) {
      return CredentialScanner.placeholders.contains { bytes.spells($0, at: start + 1) }
    }
    if bytes.starts(with: "<", at: start) {
      return bytes[value].dropFirst().allSatisfy {
        $0.isLower || $0.isUpper || $0.isBlank || [0x2D, 0x5F, 0x3E].contains($0)
      }
    }
    return CredentialScanner.noValues.contains { isWord(value, $0) }
  }

  // MARK: Kinds of text

  func isWord(_ word: Range<Int>, _ text: StaticString) -> Bool {
    word.count == text.utf8CodeUnitCount && bytes.spells(text, at: word.lowerBound)
  }

  /// The number of bytes that decide what a value looks like.
  private static let sample = 256

  /// True for a mixture of characters that does not occur in words, numbers and names of objects.
  func looksRandom(_ value: Range<Int>, least: Int = 6) -> Bool {
    let text = bytes[value].prefix(CredentialScanner.sample)
    guard text.count >= least, text.contains(where: { $0.isUpper || $0.isLower }) else { return false }
    let marks = text.filter { !$0.isAlphanumeric }
    // Names of objects, hosts, versions and paths have no capital letters besides their digits and
    // separators.
    if !marks.isEmpty, marks.allSatisfy(\.isMarkOfNames), !text.contains(where: \.isUpper) { return false }
    if text.contains(where: \.isDigit) { return true }
    let inner = text.dropFirst(2).dropLast()
    return inner.contains { $0 < 0x80 && !$0.isAlphanumeric && !$0.isMarkOfNames && $0 != UInt8(ascii: "_") }
      || (text.count >= 16 && text.contains(where: \.isLower) && inner.contains(where: \.isUpper))
  }

  /// True for a word of lower-case letters, optionally capitalized, and for a path of such words.
  func isProse(_ value: Range<Int>) -> Bool {
    value.count <= CredentialScanner.sample
      && bytes[value].dropFirst().allSatisfy {
        $0.isLower
          || [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "!")].contains($0)
      } && (bytes[value].first?.isAlphanumeric ?? false)
  }

  /// True if the value says something about a credential: `expired`, `must be longer`.
  func isDiagnosis(_ value: Range<Int>) -> Bool {
    let next = passBlanks(at: value.upperBound, max: 2)
    return Diagnosis.isWord(
      bytes[value], isContinued: next > value.upperBound && byte(at: next).map { $0 > 0x20 } == true)
  }

  /// True if the value is the beginning of an error instead: `oauth2: cannot fetch token`, `EOF`.
  func isErrorText(_ value: Range<Int>) -> Bool {
    let end = value.upperBound
    guard value.count <= 48, quoteMark(at: value.lowerBound - 1) == nil else { return false }
    var next = passBlanks(at: end, max: 2)
    let hasColon = byte(at: end) == UInt8(ascii: ":") && byte(at: end + 1) == 0x20
    if hasColon { next = passBlanks(at: end + 1, max: 2) }
    let word = next..<self.end(of: next, max: 24) { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
    return ErrorText.begins(
      bytes[value], hasColon: hasColon, next: next > end ? bytes[word] : bytes[end..<end],
      continues: next > end && byte(at: next).map { $0 > 0x20 } == true)
  }

  /// True if more words follow in the same line.
  func isFollowedByProse(_ value: Range<Int>) -> Bool {
    let next = passBlanks(
      at: self.end(of: value.upperBound, max: 8) { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") },
      max: 8)
    return next > value.upperBound && (byte(at: next)?.isLower ?? false)
  }
}

extension UInt8 {
  fileprivate var isMarkOfNames: Bool {
    [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":")].contains(self)
  }

  var isPrefixOfQuote: Bool {
    [0x62, 0x42, 0x75, 0x55, 0x72, 0x52, 0x66, 0x4E, 0x45, 0x24, 0x40].contains(self)
  }

  /// A visible character other than the ones that end a value.
  fileprivate var isVisibleMark: Bool { self > 0x20 && !isQuote && !mayEndValue }

  /// Characters that may end a value; what follows decides.
  fileprivate var mayEndValue: Bool {
    isQuote
      || [
        UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"),
        UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "\\"),
        UInt8(ascii: "%"),
      ].contains(self)
  }
}
