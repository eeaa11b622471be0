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
  ]

  /// `contraseña: …`, `пароль=…`, `密码：…`
  mutating func passForeignName(at start: Int) -> Int? {
    let first = bytes[start]
    guard first >= 0x80 || CredentialScanner.isFirstOfForeignName(first | 0x20) else { return nil }
    for spelling in CredentialScanner.foreignNames where bytes.starts(with: spelling, at: start) {
      let name = start..<start + spelling.utf8CodeUnitCount
      return separator(after: name).flatMap { passValue(of: name, .credential, $0) }
    }
    return nil
  }

  private static func isFirstOfForeignName(_ letter: UInt8) -> Bool {
    [UInt8(ascii: "c"), UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "j"), UInt8(ascii: "m")]
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
      } else if byte == UInt8(ascii: "%"), let letter = encodedLetter(at: end + 1) {
        decoded.append(letter)
        hasEscape = true
        end += 3
      } else if bytes.starts(with: "\\u00", at: end), let letter = encodedLetter(at: end + 4) {
        decoded.append(letter)
        hasEscape = true
        end += 6
      } else {
        break
      }
    }
    guard hasEscape, let kind = decoded.withUnsafeBufferPointer({ SecretName($0[...]) }),
      let separator = separator(after: start..<end)
    else { return nil }
    return passValue(of: start..<end, kind, separator)
  }

  /// The letter, digit, `_` or `-` with these two hexadecimal digits.
  private func encodedLetter(at index: Int) -> UInt8? {
    guard let high = byte(at: index)?.hexadecimalValue, let low = byte(at: index + 1)?.hexadecimalValue
    else { return nil }
    let letter = high << 4 | low
    return letter.isNameByte || letter == UInt8(ascii: "-") ? letter : nil
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
