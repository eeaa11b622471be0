// Values without a separator between them and their name: `password hunter2 is wrong`, `name: DB_PASSWORD,
// value: …`, `<password>…</password>`.
extension CredentialScanner {
  /// True for a mixture of characters that does not occur in words, numbers and names of objects.
  func looksRandom(_ value: Range<Int>, least: Int = 6) -> Bool {
    let text = bytes[value]
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

  // MARK: Prose

  private static let spoken: [StaticString] = [
    "password", "passwd", "passphrase", "passcode", "token", "client_secret", "clientsecret", "apikey",
    "requirepass", "masterauth", "jwt",
  ]
  /// Words before "key" or "secret" that make it a credential. A Kubernetes Secret is not one.
  private static let kindsOfKeys: [StaticString] = [
    "api", "access", "secret", "private", "signing", "encryption", "auth", "account", "shared",
    "subscription", "webhook", "client",
  ]

  private enum Spoken { case password, other }

  /// `password hunter2 is wrong`, `API key: …`, `IDENTIFIED BY '…'`
  mutating func passSpoken(_ word: Range<Int>) -> Int? {
    guard let kind = spoken(word) else { return nil }
    var next = passBlanks(at: word.upperBound, most: 2)
    guard next > word.upperBound || byte(at: next) == UInt8(ascii: ":") || opensGroup(next) else {
      return nil
    }
    next = passFiller(at: next)
    if byte(at: next) == UInt8(ascii: ":") || opensGroup(next) { next = passBlanks(at: next + 1, most: 2) }
    let isQuoted = byte(at: next)?.isQuote == true
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value) else { return nil }
    guard
      looksRandom(value)
        || (kind == .password && (isQuoted || isAfterLogin(word) || isSaidToBeWrong(value)))
    else { return nil }
    hide(value)
    return value.upperBound
  }

  /// Rejects most words by first letter and length, because it is called for every word of every text.
  private func spoken(_ word: Range<Int>) -> Spoken? {
    switch bytes[word.lowerBound] | 0x20 {
    case UInt8(ascii: "p"), UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "a"), UInt8(ascii: "r"),
      UInt8(ascii: "m"), UInt8(ascii: "j"):
      guard word.count >= 3, word.count <= 13 else { return nil }
      // AUTH is a Redis command.
      if word.count == 4 { return bytes.starts(with: "AUTH", at: word.lowerBound) ? .other : nil }
      guard CredentialScanner.spoken.contains(where: { isWord(word, $0) }) else { return nil }
      return bytes.spells("pass", at: word.lowerBound) ? .password : .other
    case UInt8(ascii: "k"), UInt8(ascii: "s"):
      guard isWord(word, "key") || isWord(word, "secret") else { return nil }
      let before = wordBefore(word.lowerBound)
      return CredentialScanner.kindsOfKeys.contains { isWord(before, $0) } ? .other : nil
    case UInt8(ascii: "b"):
      return isWord(word, "by") && word.lowerBound >= 11
        && bytes.spells("identified ", at: word.lowerBound - 11) ? .password : nil
    default: return nil
    }
  }

  func isWord(_ word: Range<Int>, _ text: StaticString) -> Bool {
    word.count == text.utf8CodeUnitCount && bytes.spells(text, at: word.lowerBound)
  }

  /// `Incorrect API key provided: …`
  private func passFiller(at start: Int) -> Int {
    for filler in ["provided", "supplied", "given", "value", "is", "was", "->"] as [StaticString]
    where bytes.spells(filler, at: start) {
      let end = start + filler.utf8CodeUnitCount
      let next = passBlanks(at: byte(at: end) == UInt8(ascii: ":") ? end + 1 : end)
      if next > end { return next }
    }
    return start
  }

  private func opensGroup(_ index: Int) -> Bool {
    byte(at: index) == UInt8(ascii: "(") || byte(at: index) == UInt8(ascii: "[")
  }

  /// `machine github.com login ann password hunter`
  private func isAfterLogin(_ word: Range<Int>) -> Bool {
    isWord(wordBefore(wordBefore(word.lowerBound).lowerBound), "login")
  }

  private func wordBefore(_ index: Int) -> Range<Int> {
    var end = index
    while end > 0, bytes[end - 1] <= 0x20 { end -= 1 }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1] > 0x20 { start -= 1 }
    return start..<end
  }

  /// Nouns after "password" that are not the password itself.
  private static let nouns: [StaticString] = [
    "authentication", "auth", "field", "file", "hash", "policy", "login", "prompt", "protection", "manager",
    "it", "that", "this", "which", "reset", "change", "format", "length", "encryption", "rotation", "check",
  ]

  /// `password … is wrong`
  private func isSaidToBeWrong(_ value: Range<Int>) -> Bool {
    !CredentialScanner.nouns.contains { isWord(value, $0) }
      && ([" is wrong", " is incorrect", " is invalid", " was rejected", " was refused"] as [StaticString])
        .contains { bytes.spells($0, at: value.upperBound) }
  }

  // MARK: Fields and elements

  /// `name: DB_PASSWORD, value: …`, `{"name":"DB_PASSWORD","value":"…"}`, `key="ApiKey" value="…"`
  mutating func passValueOfName(_ word: Range<Int>) -> Int? {
    guard isWord(word, "value"), let separator = separator(after: word) else { return nil }
    var end = word.lowerBound
    while end > 0, word.lowerBound - end < 64, bytes[end - 1].isBetweenFields { end -= 1 }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1].isNameByte || bytes[start - 1] == UInt8(ascii: "-") {
      start -= 1
    }
    guard start < end, SecretName(bytes[start..<end]) != nil else { return nil }
    while start > 0, bytes[start - 1].isBetweenFields { start -= 1 }
    guard let mark = byte(at: start - 1), mark == UInt8(ascii: ":") || mark == UInt8(ascii: "=") else {
      return nil
    }
    let value = value(at: separator.end)
    guard !value.isEmpty, !isReference(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// `<password>…</password>`
  mutating func passElement(_ name: Range<Int>) -> Int? {
    guard byte(at: name.lowerBound - 1) == UInt8(ascii: "<"), byte(at: name.upperBound) == UInt8(ascii: ">"),
      SecretName(bytes[name]) != nil
    else { return nil }
    let start = name.upperBound + 1
    let end = end(of: start) { $0 != UInt8(ascii: "<") }
    // `docker login -p <token> HOST` is a placeholder of a manual, unless the text was cut here.
    guard bytes.starts(with: "</", at: end) || (end == bytes.count && !bytes[start..<end].contains(0x20))
    else { return nil }
    hide(start..<end)
    return end
  }
}

extension UInt8 {
  fileprivate var isMarkOfNames: Bool {
    [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":")].contains(self)
  }

  fileprivate var isBetweenFields: Bool {
    self <= 0x20 || isQuote || [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\")].contains(self)
  }
}
