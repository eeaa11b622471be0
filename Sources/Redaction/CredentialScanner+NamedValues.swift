// Values that are credentials because of the name before them: `password=…`, `"token": "…"`, `Authorization:
// Basic …`.
extension CredentialScanner {
  /// - Returns: the index to continue at; nil if the name does not introduce a credential.
  mutating func passNamed(_ name: Range<Int>) -> Int? {
    if let next = passFlag(name) { return next }
    guard let separator = separator(after: name) else { return nil }
    if let next = endOfImport(name, separator) { return next }
    if let next = passSecretData(name, separator) { return next }
    // Most names are no credentials, and to look for an object costs more.
    guard let kind = kind(of: name, separator) else { return nil }
    if isNameOfObject(name, separator) { return nil }
    switch kind {
    case .authorization:
      return beginsObject(separator.end, separator) ? nil : passAuthorization(at: separator.end)
    case .cookie: return beginsObject(separator.end, separator) ? nil : passCookies(at: separator.end)
    case .credential, .maybe, .assigned: return passValue(of: name, kind, separator)
    }
  }

  private mutating func kind(of name: Range<Int>, _ separator: Separator) -> SecretName? {
    SecretName(bytes[name]) ?? kindOfOwner(name) ?? kindOfKey(name, separator) ?? kindOfCode(name, separator)
      ?? kindOfList(name, separator)
  }

  mutating func passValue(of name: Range<Int>, _ kind: SecretName, _ separator: Separator) -> Int? {
    var start = separator.end
    if let next = passStructure(of: name, kind, separator) { return next }
    // Values of other kinds than text are searched by themselves.
    if separator.assigns, let next = passSubstitution(at: start) { return next }
    guard !isReference(at: start), !(separator.assigns && isCall(at: start)), !beginsObject(start, separator)
    else { return nil }
    if let next = passSequence(at: start, kind) { return next }
    if separator.assigns, byte(at: start) == UInt8(ascii: "{") {
      // A value with special characters in a connection string of ODBC.
      let value = start + 1..<endOfBraces(start + 1)
      hide(value)
      return value.upperBound
    }
    if let next = passScheme(ofValue: start) { return next }
    start = passTypes(at: start)
    var value = value(at: start)
    if !separator.assigns, separator.isSpaced, isLineOfMapping(name, value) {
      value = value.lowerBound..<lineEnd(of: value)
    }
    guard !value.isEmpty, !isReference(value) else { return nil }
    guard
      (separator.isQuoted && quoteMark(at: start) != nil) || !isDiagnosis(value, of: name, kind, separator)
    else {
      hideQuotedValues(after: value)
      return nil
    }
    if kind == .credential, !separator.assigns, separator.isSpaced, quoteMark(at: start) == nil {
      value = value.lowerBound..<endOfPassphrase(value)
    }
    if quoteMark(at: start) == nil { value = value.lowerBound..<endOfFolded(value, name, separator) }
    hide(value)
    if separator.assigns, !separator.isSpaced {
      let end = passPieces(after: value)
      if end > value.upperBound { return end }
    }
    if separator.assigns, isDiagnosis(value) { hideQuotedValues(after: value) }
    hideContrast(after: value.upperBound)
    return passSuccessor(of: value)
  }

  /// The end of a value in braces, in which `}}` is a brace.
  private func endOfBraces(_ start: Int) -> Int {
    var end = start
    while let byte = byte(at: end), byte != 0x0A {
      if byte == UInt8(ascii: "}") {
        guard self.byte(at: end + 1) == byte, let next = self.byte(at: end + 2),
          next > 0x20, !next.isQuote, ![0x2C, 0x3B, 0x29, 0x5D, 0x7D].contains(next)
        else { break }
        end += 1
      }
      end += 1
    }
    return end
  }

  /// The end of a value that goes on in the next lines: after a backslash, as base64, or as a plain scalar of YAML.
  private func endOfFolded(_ value: Range<Int>, _ name: Range<Int>, _ separator: Separator) -> Int {
    var end = value.upperBound
    // The value may have been read to the end of its line.
    if end > value.lowerBound, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
    let first = end
    while byte(at: end) == UInt8(ascii: "\\"), byte(at: end + 1).map({ $0 == 0x0A || $0 == 0x0D }) == true,
      let line = passLineFeeds(at: end + 1)
    {
      end = self.end(of: line) { $0 > 0x20 && !$0.isQuote && $0 != UInt8(ascii: "\\") }
    }
    guard end == first else { return end }
    end = value.upperBound
    guard value.count >= 16, looksRandom(value) else { return end }
    // A scalar of YAML is indented more than its name.
    let margin = indentation(at: startOfDotted(name))
    while !separator.assigns, separator.isSpaced, let margin, let line = passLineFeeds(at: end),
      byte(at: end).map({ $0 == 0x0A || $0 == 0x0D }) == true,
      let indentation = indentation(at: line), indentation > margin, isLineOfOneWord(line)
    {
      end = self.end(of: line) { $0 > 0x20 }
    }
    return end > value.upperBound ? end : endOfLines(after: end, from: value.lowerBound)
  }

  /// The number of blanks before the first character of a line, or of an element of a list; nil if the place is
  /// within a line.
  private func indentation(at place: Int) -> Int? {
    var start = place
    while start > 0, place - start < 64, bytes[start - 1].isBlank || bytes[start - 1] == UInt8(ascii: "-") {
      start -= 1
    }
    return start == 0 || bytes[start - 1] == 0x0A ? place - start : nil
  }

  /// True for a mapping within a mapping, also in a list.
  private func beginsObject(_ start: Int, _ separator: Separator) -> Bool {
    if byte(at: start) == UInt8(ascii: "{") {
      return !separator.assigns || bytes.starts(with: "{\"", at: start)
    }
    var first = start
    for _ in 0..<3 where byte(at: first) == UInt8(ascii: "[") {
      first = end(of: first + 1, max: 64) { $0 <= 0x20 }
    }
    return bytes.starts(with: "map[", at: first) || bytes.starts(with: "&{", at: first)
      || bytes.starts(with: "array(", at: first) || (first > start && byte(at: first) == UInt8(ascii: "{"))
  }

  /// `password: "old" -> "new"` in a difference.
  private mutating func passSuccessor(of value: Range<Int>) -> Int {
    var next = value.upperBound
    if let mark = byte(at: next), mark.isQuote { next += 1 }
    next = passBlanks(at: next, max: 8)
    for arrow in ["-> ", "=> ", "→ ", "~> "] as [StaticString] where bytes.starts(with: arrow, at: next) {
      let start = passBlanks(at: next + arrow.utf8CodeUnitCount)
      let successor = self.value(at: start)
      guard !successor.isEmpty, !isReference(successor) else { break }
      hide(successor)
      return successor.upperBound
    }
    return value.upperBound
  }

  // MARK: Kinds

  /// `password.value=`, `password[value]=`, `{"password":{"value":`: the name of the value's owner counts.
  private func kindOfOwner(_ name: Range<Int>) -> SecretName? {
    let isList = isWord(name, "list")
    guard isList || SecretName.isAddition(bytes[name]) else { return nil }
    if isWord(name, "default"), let kind = kindOfVariable(around: name) { return kind }
    var end = name.lowerBound
    while end > 0, name.lowerBound - end < 64, bytes[end - 1].isBetweenNames { end -= 1 }
    guard end < name.lowerBound else { return nil }
    // Of a mapping, the mark before the value is a colon; of a path, there is none.
    let between = bytes[end..<name.lowerBound]
    let isPath = between.count <= 2 && between.allSatisfy { [0x2E, 0x5B, 0x22, 0x27].contains($0) }
    guard isPath || between.contains(UInt8(ascii: "{")) || between.contains(0x0A),
      isPath || between.contains(UInt8(ascii: ":")) || between.contains(UInt8(ascii: "="))
    else { return nil }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1].isNameByte || bytes[start - 1] == UInt8(ascii: "-") {
      start -= 1
    }
    // cloud-init has a list of users with their passwords.
    guard !isList || isWord(start..<end, "chpasswd") else { return nil }
    return SecretName(bytes[start..<end]).map { $0 == .maybe ? .credential : $0 }
  }

  /// `variable "db_password" { type = string, default = "…" }` of Terraform
  private func kindOfVariable(around name: Range<Int>) -> SecretName? {
    let least = max(0, name.lowerBound - 256)
    guard let open = bytes[least..<name.lowerBound].lastIndex(where: { $0 == 0x7B || $0 == 0x7D }),
      bytes[open] == 0x7B
    else { return nil }
    let title = wordBefore(open)
    guard title.count > 2, bytes[title].first == UInt8(ascii: "\""), bytes[title].last == UInt8(ascii: "\""),
      isWord(wordBefore(title.lowerBound), "variable")
    else { return nil }
    return SecretName(bytes[title.lowerBound + 1..<title.upperBound - 1]).map {
      $0 == .maybe ? .credential : $0
    }
  }

  /// `?key=…`, `tls.key: …`, `API key: …`
  private mutating func kindOfKey(_ name: Range<Int>, _ separator: Separator) -> SecretName? {
    if isWord(name, "sid"), separator.assigns,
      endsWithWord(startOfDotted(name)..<name.upperBound, "connect.sid")
    {
      return .credential
    }
    if namesJWK, separator.isQuoted, isPrivatePartOfJWK(name) { return .credential }
    guard isWord(name, "key") else { return nil }
    switch byte(at: name.lowerBound - 1) {
    case UInt8(ascii: "?"), UInt8(ascii: "&"): return separator.assigns ? .credential : nil
    case UInt8(ascii: "."): return looksRandom(value(at: separator.end)) ? .credential : nil
    case let before? where before.isBlank: return isKindOfKey(before: name.lowerBound) ? .credential : nil
    default: return nil
    }
  }

  /// Private parameters of a JSON Web Key (RFC 7518 §6.2.2, §6.3.2 and §6.4.1).
  private static let partsOfJWK: [StaticString] = ["d", "k", "p", "q", "dp", "dq", "qi"]

  private func isPrivatePartOfJWK(_ name: Range<Int>) -> Bool {
    CredentialScanner.partsOfJWK.contains {
      name.count == $0.utf8CodeUnitCount && bytes.starts(with: $0, at: name.lowerBound)
    }
  }

  /// `?code=4/0AX…`: an authorization code of OAuth. Most codes are numbers and words of errors.
  private mutating func kindOfCode(_ name: Range<Int>, _ separator: Separator) -> SecretName? {
    guard isWord(name, "code"), separator.assigns || separator.isQuoted || !separator.isSpaced else {
      return nil
    }
    let value = value(at: separator.end)
    guard bytes[value].count > 5 || !bytes[value].allSatisfy(\.isDigit) else { return nil }
    let before = byte(at: name.lowerBound - 1)
    let isQuery =
      before == UInt8(ascii: "?") || before == UInt8(ascii: "&")
      || bytes.spells("%26", at: name.lowerBound - 3)
      || bytes.spells("%3f", at: name.lowerBound - 3) || bytes.spells("&amp;", at: name.lowerBound - 5)
    if separator.assigns, isQuery || byte(at: value.upperBound) == UInt8(ascii: "&") { return .credential }
    return isCode(value) ? .credential : nil
  }

  /// True for a text that is not a number, and no name of an error: `NotFound`, `ERR_42`, `0x80070005`.
  private func isCode(_ value: Range<Int>) -> Bool {
    let text = bytes[value].prefix(256)
    guard text.contains(where: \.isDigit), text.contains(where: \.isLower),
      !bytes.starts(with: "0x", at: value.lowerBound)
    else { return false }
    return text.contains(UInt8(ascii: "/")) || (text.count >= 12 && looksRandom(value))
  }

  // MARK: Texts about credentials

  /// True if the text after the name says something about the credential: `invalid token: expired`.
  private func isDiagnosis(
    _ value: Range<Int>, of name: Range<Int>, _ kind: SecretName, _ separator: Separator
  ) -> Bool {
    if separator.assigns {
      // `auth=failed`, `PWD=/root`, `secret=flux-system/github-token`
      if kind == .maybe { return isDiagnosis(value) || isObjectName(value, of: name) }
      // `pass=3 fail=2`
      if isWord(name, "pass"), bytes[value].allSatisfy(\.isDigit), isCount(after: value) { return true }
      return isWord(name, "pwd") && byte(at: value.lowerBound) == UInt8(ascii: "/")
        || isWord(name, "oldpwd") && byte(at: value.lowerBound) == UInt8(ascii: "/")
    }
    // `pass: 3, fail: 2`, `pin: abc`
    if kind == .assigned {
      guard !looksRandom(value) else { return false }
      return (separator.isSpaced && !isInKeyPosition(name))
        || bytes[value].allSatisfy(\.isDigit) && value.count < 4
        || isDiagnosis(value) || isWord(name, "secrets") || isWord(name, "signature")
        || bytes[name].allSatisfy(\.isUpper) || isFollowedByProse(value)
    }
    if isObjectName(value, of: name) || isErrorText(value) { return true }
    // Programs.
    if isWord(name, "chpasswd") || isWord(name, "htpasswd"), isProse(value), isFollowedByProse(value) {
      return true
    }
    guard isProse(value) else { return kind == .maybe && value.count < 6 && isAfterParser(name) }
    if isDiagnosis(value) { return !isQuotedText(value) }
    if separator.isSpaced {
      // Prose may contain colons: `secret: not found`.
      if kind == .maybe, !isInKeyPosition(name),
        isWord(name, "secret") && !isKindOfKey(before: name.lowerBound) || isAfterParser(name)
      {
        return true
      }
      return kind == .maybe && isFollowedByProse(value) && !isSaidToBeWrong(value)
    }
    return false
  }

  /// `unexpected token: x`
  private func isAfterParser(_ name: Range<Int>) -> Bool {
    let before = wordBefore(name.lowerBound)
    return ["unexpected", "illegal", "unrecognized", "unknown"].contains { isWord(before, $0) }
  }

  private func isQuotedText(_ value: Range<Int>) -> Bool { byte(at: value.lowerBound - 1)?.isQuote == true }

  /// True for a Secret: `secret="flux-system/github-token"`.
  private func isObjectName(_ value: Range<Int>, of name: Range<Int>) -> Bool {
    guard isWord(name, "secret") || isWord(name, "secrets"), value.count < 256 else { return false }
    let text = bytes[value]
    return text.count(where: { $0 == UInt8(ascii: "/") }) == 1 && text.first != UInt8(ascii: "/")
      && text.last != UInt8(ascii: "/")
      && text.allSatisfy { $0.isLower || $0.isDigit || [0x2D, 0x2E, 0x2F].contains($0) }
  }

  // MARK: Lines of YAML

  /// True if the text has several lines, and this one is a line of a mapping.
  private func isLineOfMapping(_ name: Range<Int>, _ value: Range<Int>) -> Bool {
    guard byte(at: value.lowerBound - 1)?.isBlank == true else { return false }
    var start = startOfDotted(name)
    let first = start
    while start > 0, first - start < 64, bytes[start - 1].isBlank || bytes[start - 1] == UInt8(ascii: "-") {
      start -= 1
    }
    guard first - start < 64 else { return false }
    if start > 0 { return bytes[start - 1] == 0x0A && !isDiagnosis(value) }
    let end = end(of: value.upperBound, max: 512) { $0 != 0x0A }
    return byte(at: end) == 0x0A && !isDiagnosis(value)
  }

  /// The end of the line, without a comment.
  private func lineEnd(of value: Range<Int>) -> Int {
    var end = value.upperBound
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D {
      if bytes[end].isBlank, byte(at: end + 1) == UInt8(ascii: "#") { break }
      end += 1
    }
    while end > value.upperBound, bytes[end - 1].isBlank { end -= 1 }
    return end
  }
}

extension UInt8 {
  fileprivate var isBetweenNames: Bool {
    self <= 0x20 || isQuote
      || [
        UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: "="),
        UInt8(ascii: "\\"),
      ].contains(self)
  }
}
