// Values without a separator between them and their name: `password hunter2 is wrong`.
extension CredentialScanner {
  // MARK: Prose

  private static let spoken: [StaticString] = [
    "password", "passwd", "passphrase", "passcode", "token", "client_secret", "clientsecret", "apikey",
    "requirepass", "masterauth", "jwt", "api_key", "psk",
  ]
  /// Words before "key" or "secret" that make it a credential. A Kubernetes Secret is not one.
  private static let kindsOfKeys: [StaticString] = [
    "api", "access", "secret", "private", "signing", "encryption", "auth", "account", "shared",
    "subscription", "webhook", "client", "unseal", "recovery", "preshared", "pre-shared", "master", "hmac",
    "tsig",
    "license", "deploy", "session", "integration", "routing", "tunnel", "storage", "symmetric", "aes",
    "luks", "wifi", "wpa", "wpa2", "wep", "setup", "join", "hmac-sha256", "totp", "hotp", "otp", "mfa", "2fa",
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
    hideValue(beforeRule: word)
    if let next = passSentence(word) ?? passCell(word) ?? passAssignment(word) ?? passStatement(word)
      ?? passCompound(word) ?? passClause(word) ?? passLogin(word) ?? passClaim(word)
    {
      return next
    }
    guard let kind = spoken(word) else { return nil }
    hideValue(beforeNoun: word)
    if case .key = kind, let next = passNumberedKey(word) { return next }
    if let next = passTypedPassword(word) { return next }
    let end = closedEnd(of: word, kind)
    var next = passBlanks(at: end, max: 32)
    if bytes.starts(with: ">", at: next), bytes.starts(with: "->", at: next - 1) { return nil }
    guard next > end || byte(at: next) == UInt8(ascii: ":") || opensGroup(next) else { return nil }
    next = passFiller(at: next)
    if byte(at: next) == UInt8(ascii: ":") || opensGroup(next) { next = passBlanks(at: next + 1, max: 2) }
    let mark = quoteMark(at: next)
    // A bar ends the cell of a table.
    guard !isReference(at: next), byte(at: next) != UInt8(ascii: "|"), !bytes.starts(with: "--", at: next)
    else { return nil }
    if let value = inAngles(at: next), looksRandom(value) {
      hide(value)
      return value.upperBound
    }
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value) else { return nil }
    let isSaid: Bool
    switch kind {
    case .password where end > word.upperBound || (mark == nil && isDiagnosis(value)):
      hideQuotedValues(after: value)
      return nil
    case .password:
      isSaid = mark != nil || isAfterLogin(word) || isSaidToBeWrong(value)
    case .key: isSaid = mark != nil
    case .command:
      let isMechanism = CredentialScanner.mechanisms.contains { isWord(value, $0) }
      guard !isMechanism || byte(at: value.upperBound) != 0x20 else { return nil }
      isSaid = mark != nil || !isDiagnosis(value) && bytes[value.lowerBound].isAlphanumeric
    case .other: isSaid = false
    }
    guard isSaid || looksRandom(value), mark != nil || !isErrorText(value) else { return nil }
    if case .command = kind { return passSecondArgument(value) }
    hide(value)
    hideContrast(after: value.upperBound)
    return value.upperBound
  }

  /// The end of a word in quotes: `"AUTH" "…"` in the log of Redis, `"password" has invalid value`.
  private func closedEnd(of word: Range<Int>, _ kind: Spoken) -> Int {
    switch kind {
    case .password, .command:
      guard let quote = byte(at: word.upperBound), quote.isQuote, byte(at: word.lowerBound - 1) == quote
      else {
        return word.upperBound
      }
      return word.upperBound + 1
    case .key, .other: return word.upperBound
    }
  }

  /// `AUTH ann hunter`: the second argument is the password if the line ends there.
  private mutating func passSecondArgument(_ first: Range<Int>) -> Int {
    let start = passBlanks(at: first.upperBound, max: 2)
    let second = start > first.upperBound ? value(at: start) : start..<start
    let isLast = byte(at: second.upperBound).map { $0 < 0x20 || $0.isQuote } ?? true
    let value =
      !second.isEmpty && isLast && !isDiagnosis(second) ? first.lowerBound..<second.upperBound : first
    hide(value)
    return value.upperBound
  }

  /// `Unseal Key 1: …`
  private mutating func passNumberedKey(_ word: Range<Int>) -> Int? {
    let number = passBlanks(at: word.upperBound, max: 2)
    let end = end(of: number, max: 3, while: \.isDigit)
    guard end > number, byte(at: end) == UInt8(ascii: ":") || byte(at: end) == UInt8(ascii: "=") else {
      return nil
    }
    let start = passBlanks(at: end + 1)
    let value = value(at: start)
    guard start > end, !value.isEmpty, !isReference(value), !isDiagnosis(value), !isErrorText(value) else {
      return nil
    }
    hide(value)
    return value.upperBound
  }

  /// `tsigSecret hunter`, `aws configure set aws_secret_access_key hunter`: names of several words that are
  /// credentials.
  private mutating func passCompound(_ word: Range<Int>) -> Int? {
    let next = passBlanks(at: word.upperBound, max: 32)
    guard next > word.upperBound, word.count > 4, word.count <= 64, isCompound(word),
      byte(at: word.lowerBound - 1) != UInt8(ascii: "$"),
      SecretName(bytes[word]) == .credential || isWord(word, "auth_pass"),
      !isReference(at: next)
    else { return nil }
    let mark = quoteMark(at: next)
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value), mark != nil || !isCommonWord(value) else { return nil }
    let isLast = byte(at: value.upperBound).map { $0 < 0x20 || $0 == UInt8(ascii: ";") } ?? true
    guard
      looksRandom(value) || isSaidToBeWrong(value) || next > word.upperBound + 1
        || (isLast
          && (isFirstInClause(word) || isWord(wordBefore(word.lowerBound), "set")
            || isWord(word, "auth_pass")))
    else { return nil }
    hide(value)
    return value.upperBound
  }

  /// True for words of sentences, paths and marks.
  private func isCommonWord(_ value: Range<Int>) -> Bool {
    guard let first = byte(at: value.lowerBound), bytes[value].prefix(64).contains(where: \.isAlphanumeric)
    else {
      return true
    }
    return Diagnosis.isWord(bytes[value], isContinued: true) || isErrorText(value)
      || [UInt8(ascii: "~"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(first)
  }

  /// True at the beginning of a line, and after a brace or a semicolon.
  private func isFirstInClause(_ word: Range<Int>) -> Bool {
    let start = startOfDotted(word)
    var index = start
    while index > 0, start - index < 64, bytes[index - 1].isBlank { index -= 1 }
    guard let before = byte(at: index - 1) else { return index == 0 }
    return before < 0x20 || [UInt8(ascii: "{"), UInt8(ascii: ";"), UInt8(ascii: "}")].contains(before)
  }

  /// True if the name has an underscore or an inner capital letter.
  private func isCompound(_ word: Range<Int>) -> Bool {
    word.dropFirst().contains {
      bytes[$0] == UInt8(ascii: "_") || (bytes[$0].isUpper && bytes[$0 - 1].isLower)
    }
  }

  /// `secret "…";` of BIND, `SECRET '…'` in statements.
  private mutating func passClause(_ word: Range<Int>) -> Int? {
    guard isWord(word, "secret") else { return nil }
    let next = passBlanks(at: word.upperBound, max: 8)
    guard next > word.upperBound, let mark = quoteMark(at: next) else { return nil }
    let value = quoted(mark)
    guard !value.isEmpty, !isReference(value) else { return nil }
    let isStatement = bytes[word].allSatisfy(\.isUpper) && byte(at: next) == 0x27
    let before = wordBefore(word.lowerBound)
    let isClause =
      byte(at: passBlanks(at: value.upperBound + 1, max: 2)) == UInt8(ascii: ";")
      && (bytes[before].last == UInt8(ascii: ";") || bytes[before].last == UInt8(ascii: "{")
        || (isInKeyPosition(word) && !isProse(value)))
    guard isStatement || isClause else { return nil }
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
    return CredentialScanner.kindsOfKeys.contains { endsWithWord(before, $0) }
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

  /// True if the text is the word, or ends with it after a mark: `{"msg":"SET`.
  func endsWithWord(_ text: Range<Int>, _ word: StaticString) -> Bool {
    let start = text.upperBound - word.utf8CodeUnitCount
    return start >= text.lowerBound && bytes.spells(word, at: start)
      && (start == text.lowerBound || !bytes[start - 1].isNameByte)
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
}

extension UInt8 {
  var isBetweenFields: Bool {
    self <= 0x20 || isQuote || [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\")].contains(self)
  }
}
