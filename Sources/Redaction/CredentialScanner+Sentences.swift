// Values that a sentence, a table or a dump gives after a name: `TOKEN is set to …`, `| password | … |`.
extension CredentialScanner {
  private static let predicates: [StaticString] = [
    "is set to ", "was set to ", "set to ", "has value ", "has the value ", "had value ", "is now ",
    "changed to ",
    "equals ", "with value ", "has been set to ",
  ]

  /// `GITHUB_TOKEN is set to …`, `env var TOKEN has value …`
  mutating func passSentence(_ word: Range<Int>) -> Int? {
    guard byte(at: word.upperBound) == 0x20,
      let predicate = CredentialScanner.predicates.first(where: { bytes.spells($0, at: word.upperBound + 1) }
      ),
      SecretName(bytes[word]) != nil
    else { return nil }
    var start = passBlanks(at: word.upperBound + 1 + predicate.utf8CodeUnitCount, max: 8)
    if bytes.starts(with: "to ", at: start) { start += 3 }
    let mark = quoteMark(at: start)
    guard !isReference(at: start) else { return nil }
    let value = value(at: start)
    guard !value.isEmpty, !isReference(value) else { return nil }
    let isLast =
      byte(at: value.upperBound).map { $0 < 0x20 || [0x2C, 0x2E, 0x3B, 0x29].contains($0) } ?? true
    guard mark != nil || looksRandom(value) || (isLast && !isDiagnosis(value)) else { return nil }
    hide(value)
    return value.upperBound
  }

  // MARK: Tables

  private static let bars: [StaticString] = ["|", "│", "┃"]

  /// `| password | … |`: a row of two cells. A row of more cells is the head of a table.
  mutating func passCell(_ word: Range<Int>) -> Int? {
    guard let first = byte(at: passBlanks(at: word.upperBound, max: 64)), first == 0x7C || first == 0xE2,
      SecretName(bytes[word]) != nil
    else { return nil }
    let name = startOfDotted(word)
    var before = name
    while before > 0, name - before < 64, bytes[before - 1].isBlank { before -= 1 }
    guard
      let bar = CredentialScanner.bars.first(where: {
        bytes.starts(with: $0, at: before - $0.utf8CodeUnitCount)
      })
    else { return nil }
    // It is the first cell.
    var line = before - bar.utf8CodeUnitCount
    while line > 0, before - line < 64, bytes[line - 1] >= 0x20, bytes[line - 1] != 0x7C { line -= 1 }
    guard line == 0 || bytes[line - 1] != 0x7C,
      !(line..<before - bar.utf8CodeUnitCount).contains(where: {
        bytes.starts(with: bar, at: $0)
      })
    else { return nil }
    let middle = passBlanks(at: word.upperBound, max: 64)
    guard bytes.starts(with: bar, at: middle) else { return nil }
    let start = passBlanks(at: middle + bar.utf8CodeUnitCount, max: 64)
    let lineEnd = end(of: start, max: 512) { $0 >= 0x20 }
    guard let last = (start..<lineEnd).first(where: { bytes.starts(with: bar, at: $0) }),
      passBlanks(at: last + bar.utf8CodeUnitCount, max: 64) >= lineEnd
    else { return nil }
    var end = last
    while end > start, bytes[end - 1].isBlank { end -= 1 }
    let value = start..<end
    guard !value.isEmpty, !isReference(value), !Diagnosis.isWord(bytes[value], isContinued: false) else {
      return nil
    }
    hide(value)
    return end
  }

  // MARK: Dumps

  /// `(string) (len=7) "…"` of Go, `string(10) "…"` of PHP, `Some("…")` of Rust, `SecretStr('…')` of Python: the types
  /// that a dump prints before a value.
  func passTypes(at start: Int) -> Int {
    var index = start
    for _ in 0..<3 {
      let type = end(of: index, max: 48) { $0.isNameByte || $0 == UInt8(ascii: ":") || $0 == 0x2E }
      guard type > index, !bytes[index].isDigit, byte(at: type) == UInt8(ascii: "(") else { break }
      index = type + 1
      let length = end(of: index, max: 8, while: \.isDigit)
      if length > index, byte(at: length) == UInt8(ascii: ")") { index = passBlanks(at: length + 1, max: 2) }
      if quoteMark(at: index) != nil { return index }
    }
    index = start
    for _ in 0..<3 where byte(at: index) == UInt8(ascii: "(") {
      let end = end(of: index + 1, max: 48) {
        $0.isNameByte || [0x2A, 0x2E, 0x3D, 0x5B, 0x5D, 0x20].contains($0)
      }
      guard byte(at: end) == UInt8(ascii: ")") else { break }
      let next = passBlanks(at: end + 1, max: 2)
      guard let first = byte(at: next), first.isQuote || first == UInt8(ascii: "(") else { break }
      index = next
    }
    // `(*string)(0xc000014070)("…")`
    if byte(at: index) == UInt8(ascii: "("), byte(at: index + 1)?.isQuote == true { return index + 1 }
    return byte(at: index)?.isQuote == true ? index : start
  }

  // MARK: Several words

  /// The end of a passphrase: further words up to a field, a mark or a word about the credential.
  func endOfPassphrase(_ value: Range<Int>) -> Int {
    guard isProse(value) else { return value.upperBound }
    var end = value.upperBound
    for _ in 0..<24 {
      let start = passBlanks(at: end, max: 2)
      let word = start..<self.end(of: start, max: 64) { $0 > 0x20 && ![0x2C, 0x3B, 0x29].contains($0) }
      guard start > end, !word.isEmpty, bytes[start].isAlphanumeric || bytes[start] >= 0x80,
        !bytes[word].contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") || $0.isQuote }),
        !Diagnosis.isWord(bytes[word], isContinued: true)
      else { break }
      end = word.upperBound
    }
    while end > value.upperBound, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
    return end
  }
}
