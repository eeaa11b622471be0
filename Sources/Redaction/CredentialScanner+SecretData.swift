// Texts that are credentials as a whole: the data of Secrets, private keys, and hashes of passwords.
extension UnsafeBufferPointer<UInt8> {
  /// True for `kind: Secret`, in JSON also with escaped quotes, and for `v1.Secret{` as Go prints it. `index`
  /// is the place of the S.
  func isKindSecret(at index: Int) -> Bool {
    guard starts(with: "Secret", at: index) else { return false }
    let after = index + 6 < count ? self[index + 6] : 0x20
    if after == UInt8(ascii: "{") { return true }
    guard !after.isNameByte, after != UInt8(ascii: "/") else { return false }
    var start = index
    while start > 0, index - start < 16, !self[start - 1].isNameByte { start -= 1 }
    return spells("kind", at: start - 4) && self[start..<index].contains(UInt8(ascii: ":"))
  }
}

extension CredentialScanner {
  /// Hides the content of `stringData`, and of `data` in a Secret, with its names.
  mutating func passSecretData(_ name: Range<Int>, _ separator: Separator) -> Int? {
    guard
      isWord(name, "stringdata")
        || (containsSecretObject && (isWord(name, "data") || isWord(name, "binarydata")))
    else { return nil }
    // A JSON object, or a map of Go: `map[string][]uint8{…}`, `map[…]`
    let open = end(of: separator.end, max: 24) {
      $0.isNameByte || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]")
    }
    if byte(at: open) == UInt8(ascii: "{") {
      return passGroup(from: open + 1, open: UInt8(ascii: "{"), close: UInt8(ascii: "}"))
    }
    if bytes.starts(with: "map[", at: separator.end) {
      return passGroup(from: separator.end + 4, open: UInt8(ascii: "["), close: UInt8(ascii: "]"))
    }
    // The mapping of YAML that is indented more than the name.
    var start = separator.end
    guard let line = bytes[start...].prefix(3).firstIndex(of: 0x0A) ?? lineOfNext(start, name) else {
      return nil
    }
    start = end(of: line) { $0 <= 0x20 }
    let indentation = start - (bytes[..<start].lastIndex(of: 0x0A) ?? 0)
    let own =
      name.lowerBound - (bytes[max(0, name.lowerBound - 256)..<name.lowerBound].lastIndex(of: 0x0A) ?? -1)
    guard indentation > own else { return nil }
    let end = blockEnd(from: start, indentation: indentation)
    hide(start..<end)
    return end
  }

  /// The separator may have gone to the next line already.
  private func lineOfNext(_ start: Int, _ name: Range<Int>) -> Int? {
    bytes[name.upperBound..<min(start, bytes.count)].firstIndex(of: 0x0A)
  }

  private mutating func passGroup(from start: Int, open: UInt8, close: UInt8) -> Int {
    var end = start
    var nested = 0
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"), let mark = quoteMark(at: end) {
        end = self.end(of: quoted(mark).upperBound) { $0 == UInt8(ascii: "\\") }
        end = min(bytes.count, end + 1)
        continue
      }
      if byte == close {
        if nested == 0 { break }
        nested -= 1
      } else if byte == open {
        nested += 1
      }
      end += 1
    }
    hide(start..<end)
    return end
  }

  // MARK: Private keys

  /// Hides from `-----BEGIN … PRIVATE KEY-----` to the end of the last line of the key.
  mutating func passKeyBlock(at start: Int) -> Int {
    let dashes = end(of: start, max: 5) { $0 == UInt8(ascii: "-") }
    // In a query, blanks are encoded.
    let word = end(of: dashes, max: 1) { $0 == 0x20 }
    if bytes.starts(with: "END ", at: word), namesPrivateKey(word) { return passKeyWithoutBeginning(word) }
    guard bytes.starts(with: "BEGIN", at: word), namesPrivateKey(word) else { return dashes }
    var end = bytes.count
    for index in word..<bytes.count
    where bytes[index] == UInt8(ascii: "E") && bytes.starts(with: "END", at: index)
      && (bytes.spells("----end", at: index - 4) || bytes.spells("---- end", at: index - 5))
    {
      end = self.end(of: index) { $0 != UInt8(ascii: "-") }
      end = self.end(of: end) { $0 == UInt8(ascii: "-") }
      break
    }
    hide(start..<end, replacement: "(private key withheld)")
    return end
  }

  private func namesPrivateKey(_ start: Int) -> Bool {
    let head = start..<min(start + 64, bytes.count)
    return head.contains { bytes.starts(with: "PRIVATE", at: $0) }
      && head.contains { bytes.starts(with: "KEY", at: $0) }
  }

  /// The last lines of a key whose beginning is in another text.
  private mutating func passKeyWithoutBeginning(_ word: Int) -> Int {
    var start = word
    let least = hidden.last?.range.upperBound ?? 0
    while start > least, bytes[start - 1].isPartOfKey { start -= 1 }
    var end = end(of: word) { $0 != UInt8(ascii: "-") && $0 != 0x0A }
    end = self.end(of: end) { $0 == UInt8(ascii: "-") }
    hide(start..<end, replacement: "(private key withheld)")
    return end
  }

  // MARK: Hashes of passwords

  /// `$2b$10$…`, `$6$salt$…`, `$argon2id$…`
  mutating func passPasswordHash(at start: Int) -> Int {
    let kind = end(of: start + 1, max: 10) { $0.isAlphanumeric }
    guard kind > start + 1, byte(at: kind) == UInt8(ascii: "$"),
      [
        "1", "5", "6", "y", "7", "2a", "2b", "2x", "2y", "apr1", "argon2i", "argon2d", "argon2id", "scrypt",
        "gy", "p", "h", "s", "sha1", "md5", "pbkdf2",
      ]
      .contains(where: { isWord(start + 1..<kind, $0) })
    else { return start + 1 }
    let end = end(of: kind) {
      $0.isAlphanumeric || [0x24, 0x2E, 0x2F, 0x2B, 0x3D, 0x2C, 0x5F, 0x2D].contains($0)
    }
    guard end - kind > 12 else { return start + 1 }
    hide(start..<end)
    return end
  }

  /// Prefixes of hashed passwords in LDAP (RFC 2307 §5.3 and OpenLDAP).
  private static let storagePrefixes: [StaticString] = [
    "{ssha}", "{sha}", "{smd5}", "{md5}", "{crypt}", "{ssha256}", "{ssha384}", "{ssha512}", "{sha256}",
    "{sha384}",
    "{sha512}", "{pbkdf2}", "{pbkdf2-sha1}", "{pbkdf2-sha256}", "{pbkdf2-sha512}", "{argon2}", "{bcrypt}",
    "{blf-crypt}", "{sha512-crypt}", "{scram-sha-256}", "{plain}", "{cleartext}",
  ]

  /// `{SSHA}AAAA…`
  mutating func passStoragePrefix(at start: Int) -> Int {
    for prefix in CredentialScanner.storagePrefixes where bytes.spells(prefix, at: start) {
      let secret = start + prefix.utf8CodeUnitCount
      let end = end(of: secret) { $0.isPartOfHash }
      guard end - secret >= 8 else { break }
      hide(secret..<end)
      return end
    }
    return start + 1
  }

  /// `*` and 40 digits: a hash of MySQL.
  mutating func passMySQLHash(at start: Int) -> Int {
    let end = end(of: start + 1, max: 41, while: \.isHexadecimal)
    guard end - start == 41, byte(at: end)?.isNameByte != true else { return start + 1 }
    hide(start..<end)
    return end
  }
}

extension UInt8 {
  fileprivate var isPartOfHash: Bool {
    isAlphanumeric || [0x24, 0x2E, 0x2F, 0x2B, 0x3D, 0x2C, 0x5F, 0x2D].contains(self)
  }

  fileprivate var isPartOfKey: Bool {
    isAlphanumeric || self == 0x0A || self == 0x0D
      || [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "\\")]
        .contains(self)
  }
}
