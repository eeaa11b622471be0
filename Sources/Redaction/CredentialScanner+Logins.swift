// Users and passwords in messages about logins, and in files of programs for networks.
extension CredentialScanner {
  private static let logins: [StaticString] = [
    "login", "logon", "signin", "authenticate", "bind", "credentials",
  ]
  private static let outcomes: [StaticString] = ["refused", "denied", "failed", "rejected"]

  /// `login failed`, `Login was refused`
  private func isLogin(_ word: Range<Int>) -> Bool {
    if CredentialScanner.logins.contains(where: { isWord(word, $0) }) { return true }
    guard CredentialScanner.outcomes.contains(where: { isWord(word, $0) }) else { return false }
    var before = wordBefore(word.lowerBound)
    if isWord(before, "was") { before = wordBefore(before.lowerBound) }
    return ["login", "logon", "authentication", "bind"].contains { isWord(before, $0) }
  }

  /// `authenticate("svc", "…")`, `login(svc, …)`, `bad credentials (svc:…)`, `Login was refused (svc / …)`
  mutating func passLogin(_ word: Range<Int>) -> Int? {
    let open = passBlanks(at: word.upperBound, max: 1)
    guard byte(at: open) == UInt8(ascii: "("), isLogin(word) else { return nil }
    let user = end(of: open + 1, max: 64) {
      $0.isNameByte || $0.isQuote || [0x2B, 0x2D, 0x2E, 0x40, 0x5C].contains($0)
    }
    let mark = passBlanks(at: user, max: 1)
    let isSlash = byte(at: mark) == UInt8(ascii: "/") && mark > user
    guard user > open + 1,
      isSlash || byte(at: mark) == UInt8(ascii: ",") || byte(at: user) == UInt8(ascii: ":")
    else { return nil }
    let start = passBlanks(at: mark + 1, max: byte(at: mark) == UInt8(ascii: ":") ? 0 : 2)
    let isQuoted = quoteMark(at: start) != nil
    let value = value(at: start)
    // `login(user, "password")`
    guard !value.isEmpty, !isReference(value), SecretName(bytes[value]) == nil, !isErrorText(value),
      isQuoted ? !bytes[value].contains(where: \.isBlank) : looksRandom(value),
      byte(at: end(of: value.upperBound, max: 2) { $0.isQuote || $0 == UInt8(ascii: "\\") })
        == UInt8(ascii: ")")
    else { return nil }
    hide(value)
    return value.upperBound
  }

  /// `stats auth ann:…` of HAProxy
  mutating func passLoginOfPage(_ word: Range<Int>) -> Int? {
    guard isWord(word, "auth"), endsWithWord(wordBefore(word.lowerBound), "stats") else { return nil }
    let user = wordAfter(word.upperBound)
    guard let colon = bytes[user].firstIndex(of: UInt8(ascii: ":")), colon + 1 < user.upperBound else {
      return nil
    }
    let value = value(at: colon + 1)
    guard !value.isEmpty, !isReference(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  private static let algorithms: [StaticString] = [
    "md5", "sha", "sha-224", "sha-256", "sha-384", "sha-512", "sha224", "sha256", "sha384", "sha512", "des",
    "aes", "aes-128", "aes-192", "aes-256", "aes128", "aes192", "aes256", "3des",
  ]

  /// `createUser ann SHA "…" AES "…"` of SNMP
  mutating func passUserOfSNMP(_ word: Range<Int>) -> Int? {
    guard isWord(word, "createuser") else { return nil }
    var argument = wordAfter(word.upperBound)
    var next: Int?
    for _ in 0..<6 where !argument.isEmpty {
      if next != nil || argument.lowerBound > word.upperBound + 1,
        CredentialScanner.algorithms.contains(where: { isWord(argument, $0) })
      {
        let start = passBlanks(at: argument.upperBound, max: 8)
        let value = value(at: start)
        guard !value.isEmpty, !isReference(value) else { return next }
        hide(value)
        next = value.upperBound
        argument = wordAfter(end(of: value.upperBound, max: 1, while: \.isQuote))
      } else {
        argument = wordAfter(argument.upperBound)
      }
    }
    return next
  }

  /// `password 7 0822455D0A16`: a network device prints the type of the encoding before the value.
  mutating func passTypedPassword(_ word: Range<Int>) -> Int? {
    let digit = word.upperBound + 1
    guard byte(at: word.upperBound) == 0x20, let type = byte(at: digit), type.isDigit,
      byte(at: digit + 1) == 0x20
    else { return nil }
    let value = digit + 2..<end(of: digit + 2, max: 256) { $0 > 0x20 && !$0.isQuote }
    let isEncoded =
      value.count >= 6 && value.count.isMultiple(of: 2) && bytes[value].allSatisfy(\.isHexadecimal)
      && bytes[value].contains(where: \.isDigit)
    guard isEncoded || looksRandom(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// `hmac-sha256:name:…`, `TSIG name:…`: the key of a zone.
  mutating func passZoneKey(_ name: Range<Int>) -> Int? {
    var start = name.upperBound + 1
    if bytes.spells("hmac-", at: name.lowerBound) {
      guard byte(at: name.upperBound) == UInt8(ascii: ":") else { return nil }
    } else {
      guard isWord(name, "tsig"), byte(at: name.upperBound) == 0x20 else { return nil }
      start = passBlanks(at: start, max: 2)
    }
    let colon = end(of: start, max: 128) {
      $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    guard colon > start, byte(at: colon) == UInt8(ascii: ":") else { return nil }
    let value =
      colon + 1..<end(of: colon + 1, max: 256) { $0.isAlphanumeric || [0x2B, 0x2F, 0x3D].contains($0) }
    guard value.count >= 8, bytes[value].last == UInt8(ascii: "=") || looksRandom(value, least: 12) else {
      return nil
    }
    hide(value)
    return value.upperBound
  }
}
