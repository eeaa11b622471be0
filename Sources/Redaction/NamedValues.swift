// Values that are credentials because of the name before them: `password=…`, `"token": "…"`, `Authorization:
// Basic …`.
extension CredentialScanner {
  struct Separator {
    /// The start of the value.
    let end: Int
    /// True for `=`, false for `:`.
    let assigns: Bool
    /// True if the name is in quotes, as in JSON.
    let isQuoted: Bool
  }

  /// - Returns: the index to continue at; nil if the name does not introduce a credential.
  mutating func passNamed(_ name: Range<Int>) -> Int? {
    if let next = passFlag(name) { return next }
    guard let separator = separator(after: name) else { return nil }
    guard let kind = SecretName(bytes[name]) ?? queryKey(name, separator) ?? keyFile(name, separator) else {
      return nil
    }
    switch kind {
    case .authorization: return passAuthorization(at: separator.end)
    case .cookie: return passParameters(at: separator.end)
    case .assigned where !separator.assigns && !separator.isQuoted:
      // `pass: 3, fail: 2`
      guard looksRandom(value(at: separator.end)) else { return nil }
    case .credential, .maybe, .assigned: break
    }
    let value = value(at: separator.end)
    guard !value.isEmpty, !isReference(value) else { return nil }
    if !separator.assigns, !separator.isQuoted {
      // Prose may contain colons: `invalid token: expired`.
      if isProse(value), kind == .maybe || isFollowedByProse(value) { return nil }
      if kind == .maybe, value.count < 6 { return nil }
    }
    hide(value)
    return value.upperBound
  }

  /// `?key=…`
  private func queryKey(_ name: Range<Int>, _ separator: Separator) -> SecretName? {
    guard separator.assigns, name.count == 3, bytes.spells("key", at: name.lowerBound),
      let before = byte(at: name.lowerBound - 1), before == UInt8(ascii: "?") || before == UInt8(ascii: "&")
    else { return nil }
    return .credential
  }

  /// `tls.key` is the name of a Secret's entry, or a file name.
  private func keyFile(_ name: Range<Int>, _ separator: Separator) -> SecretName? {
    guard isWord(name, "key"), byte(at: name.lowerBound - 1) == UInt8(ascii: "."),
      looksRandom(value(at: separator.end))
    else { return nil }
    return .credential
  }

  /// Parses `=`, `:`, `=>`, `:=` or `%3D`, with blanks, and with the quote that ends a name in JSON.
  func separator(after name: Range<Int>) -> Separator? {
    var index = name.upperBound
    var isQuoted = false
    let backslashes = end(of: index) { $0 == UInt8(ascii: "\\") }
    if let quote = byte(at: backslashes), quote.isQuote {
      // In `secret 'flux-system/github-token': not found`, the quote belongs to a longer string.
      guard byte(at: startOfDotted(name) - 1) == quote else { return nil }
      isQuoted = true
      index = backslashes + 1
    }
    if bytes.spells("%3d", at: index) { return Separator(end: index + 3, assigns: true, isQuoted: false) }
    index = passBlanks(at: index, most: 2)
    guard let mark = byte(at: index), mark == UInt8(ascii: "=") || mark == UInt8(ascii: ":") else {
      return nil
    }
    var assigns = mark == UInt8(ascii: "=")
    index += 1
    // LDIF has base64 after two colons.
    if bytes.starts(with: ": ", at: index) { index += 1 }
    if byte(at: index) == UInt8(ascii: ">") || byte(at: index) == UInt8(ascii: "=") {
      assigns = true
      index += 1
    }
    // Go prints each value of a header in brackets.
    let start = passBlanks(at: index)
    return Separator(
      end: byte(at: start) == UInt8(ascii: "[") ? start + 1 : start, assigns: assigns, isQuoted: isQuoted)
  }

  /// The start of a name with dots: `.dockerconfigjson`, `tls.key`
  private func startOfDotted(_ name: Range<Int>) -> Int {
    var start = name.lowerBound
    while start > 0, name.lowerBound - start < 64,
      bytes[start - 1].isNameByte || [UInt8(ascii: "."), UInt8(ascii: "-")].contains(bytes[start - 1])
    {
      start -= 1
    }
    return start
  }

  // MARK: Values

  /// The range of a value: in quotes, or up to the first character that can't be part of it.
  func value(at start: Int) -> Range<Int> {
    let backslashes = end(of: start) { $0 == UInt8(ascii: "\\") }
    if let quote = byte(at: backslashes), quote.isQuote {
      return quoted(from: backslashes + 1, by: quote, escapes: backslashes - start)
    }
    // A block scalar of YAML.
    if let mark = byte(at: start), mark == UInt8(ascii: "|") || mark == UInt8(ascii: ">") {
      let line = end(of: start) { $0 != 0x0A }
      let text = end(of: line) { $0 <= 0x20 }
      if line > start, line < bytes.count, line - start <= 3 { return text..<end(of: text) { $0 > 0x20 } }
    }
    var end = start
    while end < bytes.count, !bytes[end].endsValue {
      // `%26` is an encoded `&`.
      if bytes[end] == UInt8(ascii: "%"), bytes.spells("%26", at: end) { break }
      end += 1
    }
    // The end of a sentence is not part of the value.
    while end > start + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: ":") {
      end -= 1
    }
    return start..<end
  }

  private func quoted(from start: Int, by quote: UInt8, escapes: Int) -> Range<Int> {
    var backslashes = 0
    for index in start..<bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        backslashes += 1
      } else {
        // A quote with more backslashes is part of the value.
        if byte == quote, backslashes <= escapes { return start..<index - backslashes }
        backslashes = 0
      }
    }
    return start..<bytes.count
  }

  /// Words that mean "no value".
  private static let noValues: [StaticString] = ["null", "true", "false", "nil", "none", "yes", "no"]
  /// Words in brackets that mean "no value".
  private static let placeholders: [StaticString] = [
    "redacted", "hidden", "masked", "unset", "empty", "none", "secret", "sensitive", "missing",
  ]

  /// True for a reference to a credential elsewhere, and for no value: `${PASSWORD}`, `null`.
  func isReference(_ value: Range<Int>) -> Bool {
    let start = value.lowerBound
    if ["${", "$(", "{{", "<nil>"].contains(where: { bytes.starts(with: $0, at: start) }) { return true }
    let before = byte(at: start - 1)
    if before == UInt8(ascii: "[") || before == UInt8(ascii: "("), !looksRandom(value),
      let after = byte(at: value.upperBound), after == UInt8(ascii: "]") || after == UInt8(ascii: ")")
    {
      return CredentialScanner.placeholders.contains { isWord(value, $0) }
    }
    if before != UInt8(ascii: "["), bytes.starts(with: "(", at: start) {
      return CredentialScanner.placeholders.contains { bytes.spells($0, at: start + 1) }
    }
    return CredentialScanner.noValues.contains { isWord(value, $0) }
  }

  /// True for a word of lower-case letters, optionally capitalized, and for a path of such words.
  func isProse(_ value: Range<Int>) -> Bool {
    bytes[value].dropFirst().allSatisfy {
      $0.isLower || [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "!")].contains($0)
    } && (bytes[value].first?.isAlphanumeric ?? false)
  }

  /// True if more words follow in the same line.
  private func isFollowedByProse(_ value: Range<Int>) -> Bool {
    let next = passBlanks(
      at: self.end(of: value.upperBound) { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
    return next > value.upperBound && (byte(at: next)?.isLower ?? false)
  }

  // MARK: Headers

  private static let schemes: [StaticString] = [
    "basic", "bearer", "token", "digest", "negotiate", "ntlm", "apikey", "key", "oauth", "hawk",
  ]

  private func isScheme(_ word: Range<Int>) -> Bool {
    CredentialScanner.schemes.contains {
      word.count == $0.utf8CodeUnitCount && bytes.spells($0, at: word.lowerBound)
    }
  }

  /// Keeps the scheme and hides the credential and its parameters (RFC 9110 §11.6.2).
  private mutating func passAuthorization(at start: Int) -> Int? {
    let backslashes = end(of: start) { $0 == UInt8(ascii: "\\") }
    let start = byte(at: backslashes)?.isQuote == true ? backslashes + 1 : start
    let word = start..<end(of: start) { !$0.endsValue && $0 != UInt8(ascii: "%") }
    guard !word.isEmpty else { return nil }
    var next = passBlanks(at: word.upperBound)
    if bytes.spells("%20", at: word.upperBound) { next = word.upperBound + 3 }
    guard next > word.upperBound, let first = byte(at: next), !first.endsValue || first.isQuote else {
      if isScheme(word) || isReference(word) { return nil }
      hide(word)
      return word.upperBound
    }
    let looksLikeScheme =
      isScheme(word)
      || (bytes[word.lowerBound].isUpper
        && bytes[word].allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
        && (bytes[word].contains(UInt8(ascii: "-")) || !bytes[word].contains(where: \.isDigit)))
    guard looksLikeScheme else {
      // `authorization: denied by the server`
      if isProse(word), first.isLower { return nil }
      hide(word)
      return word.upperBound
    }
    return passParameters(at: next)
  }

  /// Hides a whole list `name="value", name=value; name=value`, or one credential.
  private mutating func passParameters(at start: Int) -> Int {
    var end = start
    while true {
      let name = self.end(of: end) { $0.isNameByte || $0 == UInt8(ascii: "-") }
      let isPair = byte(at: name) == UInt8(ascii: "=") && name > end
      end = max(end, value(at: isPair ? name + 1 : end).upperBound)
      if byte(at: end)?.isQuote == true, isPair { end += 1 }
      let next = self.end(of: end) { $0.isBlank || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
      let nextName = self.end(of: next) { $0.isNameByte || $0 == UInt8(ascii: "-") }
      guard next > end, nextName > next, byte(at: nextName) == UInt8(ascii: "=") else { break }
      end = next
    }
    hide(start..<end)
    return max(start, end)
  }

  /// `Bearer eyJ…` and `Basic YW5u…` without a header's name.
  mutating func passScheme(_ word: Range<Int>) -> Int? {
    let isBearer = word.count == 6 && bytes.spells("bearer", at: word.lowerBound)
    let isBasic = word.count == 5 && bytes.spells("basic", at: word.lowerBound)
    guard isBearer || isBasic, byte(at: word.upperBound)?.isBlank == true else { return nil }
    let value = value(at: passBlanks(at: word.upperBound))
    guard value.count >= 4 else { return nil }
    // A challenge contains parameters, not a token.
    if ["realm=", "error=", "scope=", "service="].contains(where: { bytes.spells($0, at: value.lowerBound) })
    {
      return nil
    }
    if isProse(value) {
      guard isBearer,
        !CredentialScanner.wordsAfterBearer.contains(where: {
          bytes.spells($0, at: value.lowerBound)
        }), !isFollowedByProse(value) || value.count > 16
      else { return nil }
    } else if isBasic, value.count < 8 {
      return nil
    }
    hide(value)
    return value.upperBound
  }

  private static let wordsAfterBearer: [StaticString] = [
    "token", "auth", "scheme", "header", "challenge", "credential", "error", "realm",
  ]
}

extension UInt8 {
  fileprivate var endsValue: Bool {
    self <= 0x20 || isQuote || self == 0x7F
      || [
        UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"),
        UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "\\"),
      ].contains(self)
  }
}
