// Values without a separator between them and their name: `password hunter2 is wrong`, `name: DB_PASSWORD,
// value: …`, `<password>…</password>`.
extension CredentialScanner {
  // MARK: Prose

  private static let spoken: [StaticString] = [
    "password", "passwd", "passphrase", "passcode", "token", "client_secret", "clientsecret", "apikey",
    "requirepass", "masterauth", "jwt", "api_key",
  ]
  /// Words before "key" or "secret" that make it a credential. A Kubernetes Secret is not one.
  private static let kindsOfKeys: [StaticString] = [
    "api", "access", "secret", "private", "signing", "encryption", "auth", "account", "shared",
    "subscription", "webhook", "client", "unseal", "recovery", "preshared", "pre-shared", "master",
  ]

  /// Words between AUTH and the credential.
  private static let mechanisms: [StaticString] = ["plain", "login", "xoauth2", "default"]

  private enum Spoken {
    case password
    /// Only a command has a value without quotes after this word.
    case command
    case key
    case other
  }

  /// `password hunter2 is wrong`, `API key: …`, `IDENTIFIED BY '…'`
  mutating func passSpoken(_ word: Range<Int>) -> Int? {
    if let next = passAssignment(word) { return next }
    guard let kind = spoken(word) else { return nil }
    var next = passBlanks(at: word.upperBound, most: 2)
    if bytes.starts(with: ">", at: next), bytes.starts(with: "->", at: next - 1) { return nil }
    guard next > word.upperBound || byte(at: next) == UInt8(ascii: ":") || opensGroup(next) else {
      return nil
    }
    next = passFiller(at: next)
    if byte(at: next) == UInt8(ascii: ":") || opensGroup(next) { next = passBlanks(at: next + 1, most: 2) }
    let mark = quoteMark(at: next)
    guard !isReference(at: next) else { return nil }
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value) else { return nil }
    let isSaid: Bool
    switch kind {
    case .password:
      isSaid = mark != nil || isAfterLogin(word) || isSaidToBeWrong(value)
    case .key: isSaid = mark != nil
    case .command:
      let isMechanism = CredentialScanner.mechanisms.contains { isWord(value, $0) }
      guard !isMechanism || byte(at: value.upperBound) != 0x20 else { return nil }
      isSaid = !isDiagnosis(value) && bytes[value.lowerBound].isAlphanumeric
    case .other: isSaid = false
    }
    guard isSaid || looksRandom(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// Rejects most words by first letter and length, because it is called for every word of every text.
  private func spoken(_ word: Range<Int>) -> Spoken? {
    switch bytes[word.lowerBound] | 0x20 {
    case UInt8(ascii: "p"), UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "a"), UInt8(ascii: "r"),
      UInt8(ascii: "m"), UInt8(ascii: "j"):
      guard word.count >= 3, word.count <= 13 else { return nil }
      // AUTH is a command of Redis and SMTP, PASS one of FTP and POP3.
      if word.count == 4 {
        if bytes.starts(with: "PASS", at: word.lowerBound) {
          return isWord(wordBefore(wordBefore(word.lowerBound).lowerBound), "user") ? .command : nil
        }
        return bytes.starts(with: "AUTH", at: word.lowerBound) ? .command : nil
      }
      guard CredentialScanner.spoken.contains(where: { isWord(word, $0) }) else { return nil }
      if isWord(word, "requirepass") || isWord(word, "masterauth") { return .command }
      return bytes.spells("pass", at: word.lowerBound) ? .password : .other
    case UInt8(ascii: "k"), UInt8(ascii: "s"):
      guard isWord(word, "key") || isWord(word, "secret") else { return nil }
      return isKindOfKey(before: word.lowerBound) ? .key : nil
    case UInt8(ascii: "b"):
      return isWord(word, "by") && word.lowerBound >= 11
        && bytes.spells("identified ", at: word.lowerBound - 11) ? .password : nil
    default: return nil
    }
  }

  func isKindOfKey(before index: Int) -> Bool {
    let before = wordBefore(index)
    return CredentialScanner.kindsOfKeys.contains { isWord(before, $0) }
  }

  /// `ENV DB_PASSWORD hunter2`, `setenv DB_PASSWORD hunter2`, `AUTH PLAIN AGFubg==`
  private mutating func passAssignment(_ word: Range<Int>) -> Int? {
    guard byte(at: word.upperBound) == 0x20 else { return nil }
    let isMechanism = CredentialScanner.mechanisms.contains { isWord(word, $0) }
    let first = bytes[word.lowerBound]
    guard isMechanism || (first.isUpper && bytes[word].last?.isUpper == true),
      byte(at: word.upperBound) == 0x20
    else { return nil }
    let before = wordBefore(word.lowerBound)
    let isAssignment: Bool =
      isMechanism
      ? before.count == 4 && bytes.starts(with: "AUTH", at: before.lowerBound)
      : (isWord(before, "env") || isWord(before, "setenv")) && SecretName(bytes[word]) != nil
    let start = passBlanks(at: word.upperBound)
    guard isAssignment, !isReference(at: start) else { return nil }
    let value = value(at: start)
    guard !value.isEmpty, !isReference(value), !isDiagnosis(value) else { return nil }
    hide(value)
    return value.upperBound
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

  /// `machine github.com login ann password hunter` in .netrc
  private func isAfterLogin(_ word: Range<Int>) -> Bool {
    let before = wordBefore(wordBefore(word.lowerBound).lowerBound)
    return ["login", "machine", "account"].contains { isWord(before, $0) }
  }

  func wordBefore(_ index: Int) -> Range<Int> {
    var end = index
    while end > 0, index - end < 64, bytes[end - 1] <= 0x20 { end -= 1 }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1] > 0x20 { start -= 1 }
    return start..<end
  }

  /// Nouns after "password" that are not the password itself.
  private static let nouns: [StaticString] = [
    "authentication", "auth", "field", "file", "hash", "policy", "login", "prompt", "protection", "manager",
    "it", "that", "this", "which", "reset", "change", "format", "length", "encryption", "rotation", "check",
    "signature", "request", "review", "issuer", "audience", "source",
  ]

  /// `password … is wrong`
  func isSaidToBeWrong(_ value: Range<Int>) -> Bool {
    !CredentialScanner.nouns.contains { isWord(value, $0) }
      && ([" is wrong", " is incorrect", " is invalid", " was rejected", " was refused"] as [StaticString])
        .contains { bytes.spells($0, at: value.upperBound) }
  }

  // MARK: Fields and elements

  /// `name: DB_PASSWORD, value: …`, `{"name":"DB_PASSWORD","value":"…"}`, `key="ApiKey" value="…"`
  mutating func passValueOfName(_ word: Range<Int>) -> Int? {
    guard isWord(word, "value") || isWord(word, "content"), let separator = separator(after: word) else {
      return nil
    }
    var end = word.lowerBound
    while end > 0, word.lowerBound - end < 64, bytes[end - 1].isBetweenFields { end -= 1 }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1].isNameByte || bytes[start - 1] == UInt8(ascii: "-") {
      start -= 1
    }
    guard start < end, SecretName(bytes[start..<end]) != nil else { return nil }
    let name = start
    while start > 0, name - start < 64, bytes[start - 1].isBetweenFields { start -= 1 }
    guard let mark = byte(at: start - 1), mark == UInt8(ascii: ":") || mark == UInt8(ascii: "=") else {
      return nil
    }
    let value = value(at: separator.end)
    guard !value.isEmpty, !isReference(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// `<password>…</password>`, `<entry key="password">…</entry>`
  mutating func passElement(_ name: Range<Int>) -> Int? {
    let before = byte(at: name.lowerBound - 1)
    let isElement =
      before == UInt8(ascii: "<") || (before == UInt8(ascii: ":") && isPrefixOfElement(name.lowerBound - 1))
    let isAttribute = before == UInt8(ascii: "\"") && byte(at: name.lowerBound - 2) == UInt8(ascii: "=")
    guard isElement || isAttribute, SecretName(bytes[name]) != nil else { return nil }
    let tagEnd = end(of: name.upperBound, most: 128) { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
    guard byte(at: tagEnd) == UInt8(ascii: ">"),
      tagEnd == name.upperBound || byte(at: name.upperBound) == 0x20 || isAttribute,
      bytes[tagEnd - 1] != UInt8(ascii: "/")
    else { return nil }
    var start = tagEnd + 1
    if bytes.starts(with: "<![CDATA[", at: start) {
      start += 9
      let end = end(of: start) { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: "<") }
      hide(start..<end)
      return end
    }
    let end = end(of: start) { $0 != UInt8(ascii: "<") }
    // `docker login -p <token> HOST` is a placeholder of a manual, unless the text was cut here.
    guard bytes.starts(with: "</", at: end) || (end == bytes.count && !bytes[start..<end].contains(0x20))
    else { return nil }
    hide(start..<end)
    return end
  }

  /// `<wsse:`
  private func isPrefixOfElement(_ colon: Int) -> Bool {
    var start = colon
    while start > 0, colon - start < 16, bytes[start - 1].isNameByte { start -= 1 }
    return start < colon && byte(at: start - 1) == UInt8(ascii: "<")
  }
}

extension UInt8 {
  fileprivate var isBetweenFields: Bool {
    self <= 0x20 || isQuote || [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\")].contains(self)
  }
}
