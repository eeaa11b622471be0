// Values that a sentence gives at a distance from their name: `passphrase for /dev/sda is …`, `expected password 'a' but
// got '…'`.
extension CredentialScanner {
  private static let contrasts: [StaticString] = [
    "but got", "but is", "but was", "but received", "but found", "got", "actual", "!=", "<>", "vs", "vs.",
    "instead of", "does not match", "doesn't match", "is not equal to", "differs from",
  ]

  /// `'a' but got '…'`: the value that another one is compared with.
  mutating func hideContrast(after end: Int) {
    let start = passBlanks(
      at: self.end(of: end, max: 3) { $0.isQuote || [0x2C, 0x5C].contains($0) }, max: 2)
    guard
      let contrast = CredentialScanner.contrasts.first(where: {
        bytes.spells($0, at: start) && byte(at: start + $0.utf8CodeUnitCount)?.isNameByte != true
      })
    else { return }
    let mark = start + contrast.utf8CodeUnitCount
    let next = passBlanks(at: self.end(of: mark, max: 1) { $0 == UInt8(ascii: ":") }, max: 2)
    guard next > mark, !isReference(at: next) else { return }
    let value = value(at: next)
    guard !value.isEmpty, !isReference(value), quoteMark(at: next) != nil || looksRandom(value, least: 8),
      !isURL(value)
    else { return }
    hide(value)
  }

  /// Verbs between a name and its value.
  private static let copulas: [StaticString] = [
    "is", "was", "lautet", "ist", "war", "es", "est", "era", "är", "jest", "è", "é",
  ]
  /// Words after a name that belong to it.
  private static let connections: [StaticString] = [
    " for ", " of ", " für ", " von ", " de ", " del ", " di ",
  ]

  /// `passphrase for /dev/sda is …`, `Passwort lautet …`, `cookie_secret must be 16 bytes but is …`
  mutating func passClaim(_ word: Range<Int>) -> Int? {
    let after = word.upperBound
    guard byte(at: after) == 0x20, word.count >= 4 else { return nil }
    let isConnected = CredentialScanner.connections.contains { bytes.spells($0, at: after) }
    let next = passBlanks(at: after, max: 2)
    let isForeign = ["lautet ", "ist ", "est ", "es "].contains { bytes.spells($0, at: next) }
    let isRule = bytes.spells("must ", at: next) || bytes.spells("should ", at: next)
    let isMismatch = bytes.spells("mismatch: ", at: next)
    guard isConnected || isForeign || isRule || isMismatch else { return nil }
    switch SecretName(bytes[word]) {
    case .credential, .maybe: break
    case .assigned, .authorization, .cookie, nil: return nil
    }
    if isRule {
      let line = next..<end(of: next, max: 96) { $0 >= 0x20 && $0 != UInt8(ascii: ";") }
      for index in line where bytes.starts(with: " but ", at: index) { hideContrast(after: index) }
      return nil
    }
    if isMismatch { return passMismatch(at: next + 10) }
    return passClaimed(after: after)
  }

  /// `password mismatch: … != …`
  private mutating func passMismatch(at start: Int) -> Int? {
    let first = value(at: start)
    guard !first.isEmpty, !isReference(first),
      ["!=", "<>", "vs"].contains(where: {
        bytes.spells($0, at: passBlanks(at: end(of: first.upperBound, max: 1, while: \.isQuote), max: 2))
      })
    else { return nil }
    hide(first)
    hideContrast(after: first.upperBound)
    return first.upperBound
  }

  /// The value after at most three words and a colon or a verb.
  mutating func passClaimed(after end: Int) -> Int? {
    var index = end
    for _ in 0..<4 where byte(at: index)?.isBlank == true {
      let word = wordAfter(index)
      guard !word.isEmpty else { return nil }
      let isCopula = CredentialScanner.copulas.contains {
        word.count == $0.utf8CodeUnitCount && bytes.spells($0, at: word.lowerBound)
      }
      let last = bytes[word.upperBound - 1]
      if isCopula || last == UInt8(ascii: ":") || last == UInt8(ascii: "=") {
        return passClaimed(at: passBlanks(at: word.upperBound, max: 8))
      }
      // In `пароль пользователя=…`, no blank is around the mark.
      if let mark = word.first(where: { bytes[$0] == UInt8(ascii: "=") || bytes[$0] == UInt8(ascii: ":") }) {
        return bytes[word].prefix(upTo: mark).contains(where: { $0 >= 0x80 })
          ? passClaimed(at: mark + 1) : nil
      }
      index = word.upperBound
    }
    return nil
  }

  /// Only what looks like a credential, because a sentence says many things.
  private mutating func passClaimed(at start: Int) -> Int? {
    let isQuoted = quoteMark(at: start) != nil
    let value = value(at: start)
    guard !value.isEmpty, !isReference(at: start), !isReference(value), !isURL(value),
      bytes[value].contains(where: \.isDigit) && looksRandom(value, least: isQuoted ? 6 : 8)
        || isQuoted && !bytes[value].contains(where: \.isBlank) && !isDiagnosis(value) && !isProse(value),
      isQuoted
        || !isErrorText(value)
          && !(bytes[value].first == UInt8(ascii: "v") && bytes[value.lowerBound + 1].isDigit)
    else { return nil }
    hide(value)
    return value.upperBound
  }
}
