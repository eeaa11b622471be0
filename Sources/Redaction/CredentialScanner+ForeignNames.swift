// Names of credentials that are not written in ASCII letters: in other languages, and percent-encoded.
extension CredentialScanner {
  /// "Password" in other languages, capitalized and in small letters. `SecretName` has those of ASCII letters.
  private static let foreignNames: [StaticString] = [
    "contraseña", "Contraseña", "contrasen\u{303}a", "Contrasen\u{303}a", "hasło", "Hasło", "lösenord",
    "Lösenord",
    "jelszó", "Jelszó", "mật khẩu", "Mật khẩu", "mot de passe", "Mot de passe", "şifre", "Şifre", "пароль",
    "Пароль",
    "ПАРОЛЬ", "токен", "Токен", "парола", "Парола", "κωδικός", "Κωδικός", "סיסמה", "كلمة المرور", "密码", "密碼",
    "口令", "パスワード", "비밀번호", "암호",
    "รหัสผ่าน", "kata sandi", "Kata sandi",
  ]
  /// "Key" and "secret" in other languages. They also begin sentences, so that the value decides.
  private static let foreignKeys: [StaticString] = [
    "секретный ключ", "Секретный ключ", "секрет", "Секрет", "ключ", "Ключ", "Schlüssel", "schlüssel", "clé",
    "Clé", "密钥", "密鑰",
  ]

  /// `contraseña: …`, `пароль=…`, `密码：…`
  mutating func passForeignName(at start: Int) -> Int? {
    let first = bytes[start]
    guard first >= 0x80 || CredentialScanner.isFirstOfForeignName(first | 0x20) else { return nil }
    for spelling in CredentialScanner.foreignNames where bytes.starts(with: spelling, at: start) {
      let name = start..<start + spelling.utf8CodeUnitCount
      if let separator = separator(after: name) { return passValue(of: name, .credential, separator) }
      // `пароль пользователя: …`
      return passClaimed(after: name.upperBound)
    }
    for spelling in CredentialScanner.foreignKeys where bytes.starts(with: spelling, at: start) {
      let name = start..<start + spelling.utf8CodeUnitCount
      guard let separator = separator(after: name) else { return passClaimed(after: name.upperBound) }
      let isSaid = separator.assigns || quoteMark(at: separator.end) != nil
      return isSaid || looksRandom(value(at: separator.end))
        ? passValue(of: name, .credential, separator) : nil
    }
    return nil
  }

  private static func isFirstOfForeignName(_ letter: UInt8) -> Bool {
    [
      UInt8(ascii: "c"), UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "j"), UInt8(ascii: "m"),
      UInt8(ascii: "k"), UInt8(ascii: "s"),
    ]
    .contains(letter)
  }

  /// `%70assword=…`, `"\u0070assword": …`: a server decodes the name before it compares it.
  mutating func passEncodedName(at start: Int) -> Int? {
    // Within a run of letters and escapes, its first one has read the name.
    if start > 0, bytes[start - 1].isNameByte { return nil }
    var decoded: [UInt8] = []
    var end = start
    var hasEscape = false
    while decoded.count <= 64, let byte = byte(at: end) {
      if byte.isNameByte || byte == UInt8(ascii: "-") {
        decoded.append(byte)
        end += 1
      } else if let (letter, next) = encodedLetter(at: end) {
        decoded.append(letter)
        hasEscape = true
        end = next
      } else {
        break
      }
    }
    guard hasEscape, let kind = decoded.withUnsafeBufferPointer({ SecretName($0[...]) }),
      let separator = separator(after: start..<end)
    else { return nil }
    return passValue(of: start..<end, kind, separator)
  }

  /// The letter, digit, `_` or `-` that an escape means, and the end of the escape: `%70`, `\u0070`, `\x70`, `\u{70}`,
  /// `\160`, `&#112;`. A text within a text has more backslashes.
  private func encodedLetter(at start: Int) -> (letter: UInt8, end: Int)? {
    var found: (letter: UInt8, end: Int)?
    switch byte(at: start) {
    case UInt8(ascii: "%"): found = digits(at: start + 1, 2, radix: 16)
    case UInt8(ascii: "&") where bytes.starts(with: "&#", at: start):
      let isHexadecimal = bytes.spells("x", at: start + 2)
      let first = end(of: start + (isHexadecimal ? 3 : 2), max: 4) { $0 == UInt8(ascii: "0") }
      let count = end(of: first, max: 3, while: \.isHexadecimal) - first
      found = digits(at: first, count, radix: isHexadecimal ? 16 : 10)
      if let end = found?.end { found?.end = self.end(of: end, max: 1) { $0 == UInt8(ascii: ";") } }
    case UInt8(ascii: "\\"):
      let mark = end(of: start, max: 15) { $0 == UInt8(ascii: "\\") }
      if bytes.starts(with: "u{", at: mark) {
        let first = end(of: mark + 2, max: 4) { $0 == UInt8(ascii: "0") }
        found = digits(at: first, 2, radix: 16)
        guard let end = found?.end, byte(at: end) == UInt8(ascii: "}") else { return nil }
        found?.end = end + 1
      } else if bytes.starts(with: "u00", at: mark) {
        found = digits(at: mark + 3, 2, radix: 16)
      } else if bytes.starts(with: "x", at: mark) {
        found = digits(at: mark + 1, 2, radix: 16)
      } else {
        found = digits(at: mark, 3, radix: 8)
      }
    default: return nil
    }
    guard let found, found.letter.isNameByte || found.letter == UInt8(ascii: "-") else { return nil }
    return found
  }

  private func digits(at start: Int, _ count: Int, radix: Int) -> (letter: UInt8, end: Int)? {
    guard count > 0 else { return nil }
    var value = 0
    for index in start..<start + count {
      guard let digit = byte(at: index)?.hexadecimalValue, digit < radix else { return nil }
      value = value * radix + Int(digit)
    }
    return UInt8(exactly: value).map { ($0, start + count) }
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
