// Credentials in lists, in fields before their name, and in phrases of several words.
extension CredentialScanner {
  /// The elements of a list of YAML: `passwords:⏎- hunter2`.
  ///
  /// - Parameter start: the end of the line of the name.
  mutating func passSequence(at start: Int, _ kind: SecretName) -> Int? {
    guard let end = byte(at: start), end == 0x0A || end == 0x0D else { return nil }
    var next: Int?
    var line = passLineFeeds(at: start)
    while let item = line, byte(at: item) == UInt8(ascii: "-"), byte(at: item + 1)?.isBlank == true {
      let first = passBlanks(at: item + 1, max: 8)
      var value = first..<self.end(of: first, max: 512) { $0 > 0x20 }
      if let quote = byte(at: first), quote.isQuote {
        value = first + 1..<self.end(of: first + 1, max: 512) { $0 != quote && $0 >= 0x20 }
        guard byte(at: value.upperBound) == quote else { break }
        line = passLineFeeds(at: value.upperBound + 1)
      } else {
        guard isLineOfOneWord(first) || (kind == .credential && isLineOfPair(value)) else { break }
        line = passLineFeeds(at: value.upperBound)
      }
      // A list of secrets has the names of objects.
      guard !value.isEmpty, !isReference(value), kind == .credential || looksRandom(value) else { break }
      hide(value)
      next = value.upperBound
    }
    return next
  }

  /// `- root:hunter2`: without a blank after the colon, it is no mapping.
  private func isLineOfPair(_ value: Range<Int>) -> Bool {
    byte(at: value.upperBound).map { $0 < 0x20 } ?? true
      && bytes[value].contains(UInt8(ascii: ":")) && bytes[value].last != UInt8(ascii: ":")
  }

  /// `tokens: [hunter2]`. Without a list, tokens are counted: `max_tokens: 4096`.
  func kindOfList(_ name: Range<Int>, _ separator: Separator) -> SecretName? {
    guard name.count >= 6, bytes.spells("tokens", at: name.upperBound - 6) else { return nil }
    if let end = byte(at: separator.end), end == 0x0A || end == 0x0D { return .maybe }
    guard byte(at: separator.end) == UInt8(ascii: "[") else { return nil }
    let first = end(of: separator.end + 1, max: 2) { $0.isQuote || $0 == 0x20 }
    let word =
      first..<end(of: first, max: 256) {
        $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "]")
      }
    return looksRandom(word) ? .credential : nil
  }

  /// Notes where a value begins whose name may follow.
  mutating func noteValue(_ word: Range<Int>) {
    guard isWord(word, "value") || isWord(word, "val"), let separator = separator(after: word) else { return }
    valueStart = separator.end
  }

  /// `{"value":"hunter2","name":"DB_PASSWORD"}`
  mutating func hideValue(beforeName word: Range<Int>) {
    guard let start = valueStart, isWord(word, "name") || isWord(word, "key") else { return }
    valueStart = nil
    guard word.lowerBound - start < 1024, let separator = separator(after: word) else { return }
    let quote = end(of: separator.end, max: 3) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    let name = quote..<end(of: quote, max: 64) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    guard !name.isEmpty, SecretName(bytes[name]) != nil else { return }
    var end = startOfPath(word)
    while end > start, bytes[end - 1].isBetweenFields { end -= 1 }
    let first = self.end(of: start, max: 3) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    guard first < end else { return }
    let value = first..<end
    let isQuoted = first > start
    // In prose, the words have nothing between them.
    guard isQuoted || bytes[end..<word.lowerBound].contains(where: { $0 == 0x0A || $0 == UInt8(ascii: ",") }),
      isQuoted || !bytes[value].contains(where: \.isBlank), !bytes[value].contains(0x0A), !isReference(value)
    else { return }
    hide(value)
  }

  private static let kindsOfPhrases: [StaticString] = ["seed", "recovery", "mnemonic", "backup", "secret"]

  /// `seed phrase: abandon ability able`
  mutating func passPhrase(_ word: Range<Int>) -> Int? {
    guard isWord(word, "phrase") else { return nil }
    let kind = wordBefore(word.lowerBound)
    guard CredentialScanner.kindsOfPhrases.contains(where: { endsWithWord(kind, $0) }),
      let separator = separator(after: word)
    else { return nil }
    let start = end(of: separator.end, max: 1, while: \.isQuote)
    var end = start
    var words = 0
    while words < 24 {
      let first = words == 0 ? start : passBlanks(at: end, max: 4)
      let last = self.end(of: first, max: 12) { $0.isLower }
      guard last > first, words == 0 || first > end, byte(at: last)?.isNameByte != true else { break }
      end = last
      words += 1
    }
    guard words >= 3, !isDiagnosis(start..<self.end(of: start) { $0.isLower }) else { return nil }
    hide(start..<end)
    return end
  }

  /// True for the text of the scheme Basic: `ann:hunter2`.
  static func isUserAndPassword(_ text: [UInt8]) -> Bool {
    let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1)
    guard parts.count == 2, (2...32).contains(parts[0].count), (6...128).contains(parts[1].count) else {
      return false
    }
    return parts[0].allSatisfy { $0.isLower || $0.isDigit || [0x2D, 0x2E, 0x5F, 0x40].contains($0) }
      && parts[0].contains(where: \.isLower) && !parts[0].starts(with: "sha".utf8)
      && parts[1].allSatisfy { (0x21...0x7E).contains($0) && ![0x2F, 0x3A, 0x7B].contains($0) }
      && parts[1].contains(where: \.isUpper) && parts[1].contains(where: \.isDigit)
  }
}
