// Values that a text quotes because they are wrong: `password: invalid value "x"`, `"x" is not a valid password`.
extension CredentialScanner {
  /// Words before a quoted value.
  private static let cues: [StaticString] = [
    "value", "values", "got", "received", "given", "was", "is", "parse", "parsing", "string", "argument",
    "duration",
    "integer", "number", "actual", "input", "provided", "supplied", "decode", "decoding", "data in",
    "convert",
    "invalid:", "value:", "found:", "got:", "received:", "duplicate:", "short:", "long:", "unsupported:",
    "actual:",
    "provided:", "data:", "choice:", "format:", "option:", "character:", "characters:", "length:", "input:",
    "syntax:",
    "be", "equal", "contain",
  ]

  /// Hides the values that follow the beginning of a complaint in the same line.
  mutating func hideQuotedValues(after start: Range<Int>) {
    var index = start.lowerBound
    let end = end(of: index, max: 96) { $0 >= 0x20 && $0 != UInt8(ascii: ";") }
    while index < end {
      guard bytes[index] == 0x20 else {
        index += 1
        continue
      }
      let next = passBlanks(at: index)
      guard let cue = cue(before: index) else {
        index = next
        continue
      }
      if let mark = quoteMark(at: next) {
        let value = quoted(mark)
        if !isURL(value) { hide(value) }
        index = value.upperBound + 1
        hideAlternative(after: index)
      } else {
        let value = value(at: next)
        if cue, looksRandom(value), !isURL(value) { hide(value) }
        index = max(next, value.upperBound)
      }
    }
  }

  /// `"x" and "y"`
  private mutating func hideAlternative(after start: Int) {
    for word in [" and ", " or ", ", "] as [StaticString] where bytes.spells(word, at: start) {
      if let mark = quoteMark(at: start + word.utf8CodeUnitCount) { hide(quoted(mark)) }
    }
  }

  /// - Returns: True if the value may be without quotes; nil if the word before the blank announces no value.
  private func cue(before blank: Int) -> Bool? {
    for cue in CredentialScanner.cues {
      let start = blank - cue.utf8CodeUnitCount
      if bytes.spells(cue, at: start), byte(at: start - 1)?.isNameByte != true {
        return bytes.spells("value", at: start) || bytes.spells("got", at: start)
      }
    }
    return nil
  }

  func isURL(_ value: Range<Int>) -> Bool {
    bytes[value].prefix(12).indices.contains { bytes.starts(with: "://", at: $0) }
  }

  // MARK: Before the name

  /// `invalid value "x" for flag --password`: the value is before the flag.
  mutating func hideValue(beforeFlag name: Range<Int>) {
    var end = name.lowerBound
    while end > 0, name.lowerBound - end < 16,
      bytes[end - 1].isQuote || [0x2D, 0x5C].contains(bytes[end - 1])
    { end -= 1 }
    for words in [" for ", " for flag ", " for option ", " to flag ", " to "] as [StaticString]
    where bytes.spells(words, at: end - words.utf8CodeUnitCount) {
      hideQuoted(endingAt: end - words.utf8CodeUnitCount)
    }
  }

  /// `"x" is not a valid password`: the value is before the name.
  mutating func hideValue(beforeNoun word: Range<Int>) {
    let adjective = wordBefore(word.lowerBound)
    if isWord(adjective, "for") {
      let end = adjective.lowerBound - 1
      guard let quote = byte(at: end - 1), quote.isQuote, end >= 2,
        let start = bytes[max(0, end - 256)..<end - 1].lastIndex(of: quote),
        ["value", "argument", "input", "string"].contains(where: { isWord(wordBefore(start), $0) })
      else { return }
      return hideQuoted(endingAt: end)
    }
    guard ["valid", "invalid", "acceptable"].contains(where: { isWord(adjective, $0) }) else { return }
    var before = wordBefore(adjective.lowerBound)
    for filler in ["an", "a", "not"] as [StaticString] where isWord(before, filler) {
      before = wordBefore(before.lowerBound)
    }
    guard isWord(before, "is") || isWord(before, "isn't") else { return }
    hideQuoted(endingAt: before.lowerBound - 1)
  }

  /// `Invalid value: "x": DB_PASSWORD must match …`
  mutating func hideValue(beforeRule word: Range<Int>) {
    guard byte(at: word.lowerBound - 2) == UInt8(ascii: ":"), byte(at: word.lowerBound - 3)?.isQuote == true,
      bytes.spells(" must ", at: word.upperBound), SecretName(bytes[word]) == .credential
    else { return }
    hideQuoted(endingAt: word.lowerBound - 2)
  }

  /// Hides the text in the quotes that end here.
  private mutating func hideQuoted(endingAt end: Int) {
    guard let quote = byte(at: end - 1), quote.isQuote else { return }
    // A cell of a table can be hidden ahead.
    let before = hidden.last { $0.range.upperBound <= end }?.range.upperBound ?? 0
    let least = max(before, end - 256)
    guard least < end - 1, let start = bytes[least..<end - 1].lastIndex(of: quote) else { return }
    var valueEnd = end - 1
    while valueEnd > start + 1, bytes[valueEnd - 1] == UInt8(ascii: "\\") { valueEnd -= 1 }
    hide(start + 1..<valueEnd)
  }
}
