// Names of objects, images and volumes that look like names of credentials before a colon.
extension CredentialScanner {
  /// True for `Secret apps/redis-password: not found`, `ghcr.io/org/auth:v1` and `volume "secret-token": …`.
  mutating func isNameOfObject(_ name: Range<Int>, _ separator: Separator) -> Bool {
    guard !separator.assigns else { return false }
    if separator.isQuoted { return isQuotedObject(name, separator) }
    let start = startOfDotted(name)
    guard byte(at: start - 1) == UInt8(ascii: "/") else { return isFieldOfSecret(name, separator) }
    guard quoteMark(at: separator.end) == nil else { return false }
    let value = value(at: separator.end)
    var path = start - 1
    while path > 0, start - path < 256, bytes[path - 1].isPartOfImage { path -= 1 }
    if !separator.isSpaced {
      // A tag. In a URL, the text after the colon is something else.
      let isURL = bytes[path..<start].starts(with: [0x2F, 0x2F]) || bytes.starts(with: "//", at: path)
      let host = path..<end(of: path) { $0 != UInt8(ascii: "/") }
      return !isURL && value.count <= 128 && bytes[value].allSatisfy { $0.isPartOfImage }
        && (bytes[host].contains(UInt8(ascii: ".")) || isAfterImage(path))
    }
    // The name of an object has one slash: `kv/db/password` is a path in a store of credentials.
    let isAddress = bytes.spells("http", at: value.lowerBound) && isURL(value)
    guard isProse(value) || isAddress, !bytes[path..<start].contains(UInt8(ascii: ":")),
      !bytes[path..<start - 1].contains(UInt8(ascii: "/"))
    else { return false }
    let kind = wordBefore(path)
    let isKind =
      (byte(at: kind.lowerBound)?.isUpper ?? false) || isWord(kind, "secret") || isWord(kind, "secrets")
    return isKind || !isAddress && isFollowedByProse(value)
      || quoteMark(at: passBlanks(at: value.upperBound, max: 2)) != nil
  }

  /// `image "org/auth:v1"`
  private func isAfterImage(_ path: Int) -> Bool {
    var end = path
    while end > 0, path - end < 4, bytes[end - 1].isQuote || bytes[end - 1] == 0x5C { end -= 1 }
    return isWord(wordBefore(end), "image")
  }

  /// Kinds of things with names in quotes.
  private static let nouns: [StaticString] = [
    "volume", "configmap", "secret", "image", "container", "object", "pod", "job",
  ]

  /// `volume "secret-token": references …`: a noun is before the name, so that it is not a key of JSON.
  private mutating func isQuotedObject(_ name: Range<Int>, _ separator: Separator) -> Bool {
    var start = startOfDotted(name)
    let least = start - 4
    while start > 0, start > least, bytes[start - 1].isQuote || bytes[start - 1] == 0x5C { start -= 1 }
    guard byte(at: start - 1) == 0x20, quoteMark(at: separator.end) == nil else { return false }
    let noun = wordBefore(start)
    guard CredentialScanner.nouns.contains(where: { isWord(noun, $0) }) else { return false }
    let value = value(at: separator.end)
    return isProse(value) && isFollowedByProse(value)
  }

  /// `non-existent secret key: password`
  private mutating func isFieldOfSecret(_ name: Range<Int>, _ separator: Separator) -> Bool {
    guard isWord(name, "key"), separator.isSpaced, quoteMark(at: separator.end) == nil else { return false }
    if isWord(wordBefore(wordBefore(name.lowerBound).lowerBound), "non-existent") { return true }
    let value = value(at: separator.end)
    return bytes[value].allSatisfy(\.isLower) && SecretName(bytes[value]) != nil
  }

  /// True for another count after the value: `pass=3 fail=2`, `3 passed`.
  func isCount(after value: Range<Int>) -> Bool {
    guard value.count <= 6 else { return false }
    let start = end(of: value.upperBound, max: 3) { $0.isBlank || $0 == UInt8(ascii: ",") }
    let name = end(of: start, max: 16, while: \.isLower)
    return start > value.upperBound && name > start && byte(at: name) == UInt8(ascii: "=")
      && byte(at: name + 1)?.isDigit == true
  }
}

extension UInt8 {
  fileprivate var isPartOfImage: Bool {
    isNameByte || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":")].contains(self)
  }
}
