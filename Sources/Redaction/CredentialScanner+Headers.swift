// Credentials in headers of HTTP.
extension CredentialScanner {
  private static let schemes: [StaticString] = [
    "basic", "bearer", "token", "digest", "negotiate", "ntlm", "apikey", "key", "oauth", "hawk", "apitoken",
    "sharedkey", "sharedaccesssignature", "dpop", "splunk", "hmac", "signature", "jwt", "secret", "aws",
    "vapid", "gnap", "concealed", "mutual", "hoba", "user", "sso", "genie", "macaroon",
  ]
  /// Last words of the schemes of products: `sso-key`, `private-token`, `hmac-sha256`.
  private static let endingsOfSchemes: [StaticString] = [
    "key", "token", "hmac", "auth", "secret", "sha1", "sha256", "sha512", "-256", "-512", "signature",
    "bearer",
  ]

  private func isScheme(_ word: Range<Int>) -> Bool {
    if CredentialScanner.schemes.contains(where: { isWord(word, $0) }) { return true }
    return word.count <= 32
      && bytes[word].allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
      && bytes[word].first?.isDigit == false
      && CredentialScanner.endingsOfSchemes.contains {
        word.count > $0.utf8CodeUnitCount && bytes.spells($0, at: word.upperBound - $0.utf8CodeUnitCount)
      }
  }

  /// Keeps the scheme and hides the credential and its parameters (RFC 9110 §11.6.2).
  mutating func passAuthorization(at start: Int) -> Int? {
    let open = byte(at: start) == UInt8(ascii: "[") ? start + 1 : start
    let start = quoteMark(at: open)?.end ?? open
    var word =
      start..<end(of: start) { !$0.endsWordOfHeader && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") }
    guard !word.isEmpty, !isReference(at: start) else { return nil }
    if bytes[word].last == UInt8(ascii: ":") { word = word.lowerBound..<word.upperBound - 1 }
    let isError = isErrorText(word) && (!isScheme(word) || byte(at: word.upperBound) == UInt8(ascii: ":"))
    if isError || bytes.starts(with: "system:", at: start) { return nil }
    var next = passBlanks(at: word.upperBound)
    if isScheme(word), let line = lineAfterScheme(word.upperBound) { next = line }
    if bytes.spells("%20", at: word.upperBound) { next = word.upperBound + 3 }
    if byte(at: next) == UInt8(ascii: "+"), isScheme(word) { next += 1 }
    guard next > word.upperBound, let first = byte(at: next),
      !first.endsWordOfHeader || first.isQuote || inAngles(at: next) != nil
    else {
      if isScheme(word) || isReference(word) || isDiagnosis(word) { return nil }
      let value = value(at: start)
      hide(value)
      return max(value.upperBound, word.upperBound)
    }
    let looksLikeScheme =
      isScheme(word)
      || (bytes[word.lowerBound].isUpper
        && bytes[word].allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
        && (bytes[word].contains(UInt8(ascii: "-")) || !bytes[word].contains(where: \.isDigit)))
    guard looksLikeScheme else {
      // `authorization: denied by the server`, `authorization: webhook failed`
      if isDiagnosis(word) || (isProse(word) && isNounAfterScheme(next)) { return nil }
      hide(word)
      return word.upperBound
    }
    return passCredential(at: next)
  }

  /// The credential after a scheme: `<…>`, on the next line, or after more words of a scheme.
  private mutating func passCredential(at start: Int) -> Int? {
    var next = start
    for _ in 0..<3 {
      // `Authorization: Bearer token is missing`
      if isReference(at: next) || isNounAfterScheme(next) { return nil }
      let word = next..<end(of: next, max: 32) { !$0.endsWordOfHeader }
      let following = passBlanks(at: word.upperBound, max: 8)
      guard isScheme(word), following > word.upperBound, let first = byte(at: following), first > 0x20,
        !isReference(at: following)
      else { break }
      next = following
    }
    guard byte(at: next) == UInt8(ascii: "<") else { return passParameters(at: next) }
    let value = inAngles(at: next)
    guard let value, !isReference(next..<value.upperBound + 1) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// The text within `<…>`; nil if there is a blank in it.
  func inAngles(at start: Int) -> Range<Int>? {
    guard byte(at: start) == UInt8(ascii: "<") else { return nil }
    let end = end(of: start + 1, max: 512) {
      $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<")
    }
    return byte(at: end) == UInt8(ascii: ">") && end > start + 1 ? start + 1..<end : nil
  }

  /// Words that are a scheme, and also begin sentences: `token: key not found`.
  private static let schemesInProse: [StaticString] = [
    "token", "key", "secret", "user", "signature", "jwt", "mutual", "concealed", "basic", "digest",
    "negotiate",
  ]

  /// `token: Bearer …`, `X-Auth-Token: Token …`: a scheme may precede the credential after any name.
  mutating func passScheme(ofValue start: Int) -> Int? {
    guard quoteMark(at: start) == nil else { return nil }
    let word = start..<end(of: start, max: 33) { !$0.endsWordOfHeader }
    // Not by its ending: `token=my-secret next` has the credential first.
    guard CredentialScanner.schemes.contains(where: { isWord(word, $0) }) else { return nil }
    let next = lineAfterScheme(word.upperBound) ?? passBlanks(at: word.upperBound, max: 8)
    guard next > word.upperBound, let first = byte(at: next), first > 0x20, !isReference(at: next),
      !first.endsWordOfHeader || first.isQuote || first == UInt8(ascii: "<")
    else { return nil }
    if inAngles(at: next) != nil { return passCredential(at: next) }
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value), quoteMark(at: next) != nil || !isErrorText(value) else {
      return nil
    }
    if CredentialScanner.schemesInProse.contains(where: { isWord(word, $0) }), !looksRandom(value) {
      guard quoteMark(at: next) == nil, !isDiagnosis(value), !isFollowedByProse(value),
        bytes[word.lowerBound].isUpper || !isProse(value)
      else { return nil }
    }
    return passCredential(at: next)
  }

  /// The start of the next line if it has one word only: `Authorization: Bearer` and the token below it.
  private func lineAfterScheme(_ end: Int) -> Int? {
    let start = passBlanks(at: end, max: 8)
    guard let next = passLineFeeds(at: start) else { return nil }
    return isLineOfOneWord(next) ? next : nil
  }

  /// `Cookie: a=b; c=d`, and `Set-Cookie` with attributes.
  mutating func passCookies(at start: Int) -> Int? {
    let open = byte(at: start) == UInt8(ascii: "[") ? start + 1 : start
    if let mark = quoteMark(at: open) {
      let value = quoted(mark)
      hide(value)
      return value.upperBound
    }
    // `Cookie: missing`
    let word = open..<end(of: open) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    if isDiagnosis(word) || isErrorText(word), byte(at: word.upperBound) != UInt8(ascii: "=") { return nil }
    return passParameters(at: open)
  }

  /// Hides a whole list `name="value", name=value; name`, or one credential.
  mutating func passParameters(at start: Int) -> Int {
    var end = start
    while true {
      let name = self.end(of: end) { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
      let isPair = byte(at: name) == UInt8(ascii: "=") && name > end
      end = max(end, value(at: isPair ? name + 1 : end).upperBound)
      if byte(at: end)?.isQuote == true, isPair { end += 1 }
      var next = self.end(of: end) { $0.isBlank || [0x2C, 0x3B, 0x26].contains($0) }
      // A line that begins with a blank continues the header (RFC 9112 §5.2).
      if let line = passLineFeeds(at: next), byte(at: line - 1)?.isBlank == true { next = line }
      let nextName = self.end(of: next) {
        $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
      guard next > end, nextName > next,
        byte(at: nextName) == UInt8(ascii: "=") || byte(at: end) == UInt8(ascii: ";")
      else { break }
      end = next
    }
    // A token may be continued, too.
    let line = passLineFeeds(at: end)
    if let line, byte(at: line - 1)?.isBlank == true { end = endOfLines(after: end, from: start) }
    hide(start..<end)
    return max(start, end)
  }

  /// `Bearer eyJ…` and `Basic YW5u…` without a header's name.
  mutating func passScheme(_ word: Range<Int>) -> Int? {
    let isBearer = isWord(word, "bearer")
    let isBasic = isWord(word, "basic")
    if isWord(word, "cookie") || isWord(word, "cookies") { return passNamedCookie(after: word) }
    guard isBearer || isBasic else { return passSchemeOfProduct(word) }
    var start = passBlanks(at: word.upperBound)
    while bytes.starts(with: "%20", at: start) { start += 3 }
    guard start > word.upperBound, !isReference(at: start) else { return nil }
    let value = value(at: start)
    guard !value.isEmpty else { return nil }
    // A challenge contains parameters, not a token.
    if ["realm=", "error=", "scope=", "service=", "error:"].contains(where: {
      bytes.spells($0, at: value.lowerBound)
    }) {
      return nil
    }
    if isBasic {
      guard isBase64(value) else { return nil }
    } else if isProse(value) {
      guard bytes[word.lowerBound].isUpper, bytes[value.lowerBound].isLower, !isDiagnosis(value),
        !CredentialScanner.wordsAfterBearer.contains(where: { bytes.spells($0, at: value.lowerBound) }),
        !isFollowedByProse(value) || value.count > 16
      else { return nil }
    }
    hide(value)
    return value.upperBound
  }

  /// `had cookie session=…`
  private mutating func passNamedCookie(after word: Range<Int>) -> Int? {
    let name = passBlanks(at: word.upperBound, max: 2)
    let mark = end(of: name, max: 64) { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    guard name > word.upperBound, mark > name, byte(at: mark) == UInt8(ascii: "=") else { return nil }
    let value = value(at: mark + 1)
    guard !value.isEmpty, !isReference(value), !isDiagnosis(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// True for `token is missing` after a scheme.
  private func isNounAfterScheme(_ start: Int) -> Bool {
    let noun = start..<end(of: start, max: 16, while: \.isLower)
    if isDiagnosis(noun), byte(at: noun.upperBound).map({ $0 <= 0x20 || $0 == UInt8(ascii: ",") }) ?? true {
      return true
    }
    guard CredentialScanner.wordsAfterBearer.contains(where: { isWord(noun, $0) }) else { return false }
    let next = passBlanks(at: noun.upperBound, max: 2)
    let verb = next..<end(of: next, max: 16, while: \.isLower)
    return next > noun.upperBound && isDiagnosis(verb)
  }

  /// `sso-key K:S` and `AWS4-HMAC-SHA256 Credential=…` without a header's name.
  private mutating func passSchemeOfProduct(_ word: Range<Int>) -> Int? {
    let start = word.lowerBound
    let isPart = start > 0 && (bytes[start - 1] == UInt8(ascii: "-") || bytes[start - 1] == UInt8(ascii: "."))
    guard !isPart else { return nil }
    let name = start..<end(of: start, max: 24) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    guard CredentialScanner.schemesOfProducts.contains(where: { isWord(name, $0) }) else { return nil }
    let next = passBlanks(at: name.upperBound, max: 2)
    guard next > name.upperBound, !isReference(at: next) else { return nil }
    let value = value(at: next)
    let isIdentifier = bytes[value].count == 36 && bytes[value].filter(\.isDigit).count > 3
    guard !value.isEmpty,
      isIdentifier
        || !isWord(name, "splunk")
          && (looksRandom(value) || bytes[value].contains(where: { $0 == 0x3A || $0 == 0x3D })),
      bytes[value].last != UInt8(ascii: ":"), !isReference(value)
    else { return nil }
    return passParameters(at: next)
  }

  private static let schemesOfProducts: [StaticString] = [
    "sso-key", "geniekey", "aws4-hmac-sha256", "sharedkey", "sharedkeylite", "sharedaccesssignature",
    "api-key",
    "apikey", "apitoken", "api-token", "splunk",
  ]

  /// The subprotocol of a WebSocket in which the API server accepts a bearer token.
  mutating func passSubprotocol(at start: Int) -> Int? {
    let name: StaticString = "base64url.bearer.authorization.k8s.io."
    guard bytes.spells(name, at: start) else { return nil }
    let secret = start + name.utf8CodeUnitCount
    let end = end(of: secret) { $0.isNameByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "=") }
    hide(secret..<end)
    return max(secret, end)
  }

  private static let wordsAfterBearer: [StaticString] = [
    "token", "auth", "scheme", "header", "challenge", "credential", "error", "realm",
  ]

  /// True for base64 that is not a word.
  private func isBase64(_ value: Range<Int>) -> Bool {
    let text = bytes[value]
    guard text.count >= 4,
      text.allSatisfy({ $0.isAlphanumeric || [0x2B, 0x2F, 0x3D, 0x2D, 0x5F].contains($0) })
    else { return text.contains(UInt8(ascii: ":")) && text.count > 2 && text.last != UInt8(ascii: ":") }
    return text.last == UInt8(ascii: "=") || (!isProse(value) && text.count.isMultiple(of: 4))
      || looksRandom(value, least: 8)
  }
}

extension UInt8 {
  fileprivate var endsWordOfHeader: Bool {
    self <= 0x20 || isQuote || self == 0x7F
      || [
        UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"),
        UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "\\"),
      ].contains(self)
  }
}
