// Names and values without `=` or `:` between them: `password → x`, `{password, "x"}`, `("password", "x")`.
extension CredentialScanner {
  /// The end of an arrow or another sign that is not ASCII and means that a value follows; nil if there is none.
  func signEnd(at start: Int) -> Int? {
    guard let first = byte(at: start), first == 0xE2 || first == 0xEF, let second = byte(at: start + 1),
      let third = byte(at: start + 2)
    else { return nil }
    switch (first, second, third) {
    // U+2190 to U+21FF, U+27F0 to U+27FF, U+2900 to U+297F: arrows
    case (0xE2, 0x86, 0x90...0xBF), (0xE2, 0x87, _), (0xE2, 0x9F, 0xB0...0xBF), (0xE2, 0xA4, _),
      (0xE2, 0xA5, _),
      // U+2794, U+2798 to U+27BE, U+2B05 to U+2B0D, U+2B95, U+FFE9 to U+FFEC: arrows
      (0xE2, 0x9E, 0x94), (0xE2, 0x9E, 0x98...0xBE), (0xE2, 0xAC, 0x85...0x8D), (0xE2, 0xAE, 0x95),
      (0xEF, 0xBF, 0xA9...0xAC),
      // U+2254 (`:=`), U+2255 (`=:`), U+225C, U+225D, U+2261
      (0xE2, 0x89, 0x94), (0xE2, 0x89, 0x95), (0xE2, 0x89, 0x9C), (0xE2, 0x89, 0x9D), (0xE2, 0x89, 0xA1):
      return start + 3
    default: return nil
    }
  }

  /// `password → x`. In a change such as `token → passphrase`, both are names.
  func passSign(at index: Int, isQuoted: Bool) -> Separator? {
    guard let end = signEnd(at: index) else { return nil }
    let start = passBlanks(at: end)
    let word = start..<self.end(of: start, max: 65) { $0.isNameByte || $0 == UInt8(ascii: "-") }
    guard word.isEmpty || SecretName(bytes[word]) == nil || looksRandom(word) else { return nil }
    return Separator(end: start, assigns: false, isQuoted: isQuoted, isSpaced: start > end)
  }

  /// `("password", "x")`, `{password, <<"x">>}`, `[:password, "x"]`, `(password . "x")`: a name and a string that are
  /// alone in brackets, or the first arguments of a function.
  func pair(_ name: Range<Int>, _ index: Int, isQuoted: Bool) -> Separator? {
    let isDotted = byte(at: index) == UInt8(ascii: ".") && byte(at: index + 1)?.isBlank == true
    guard byte(at: index) == UInt8(ascii: ",") || isDotted else { return nil }
    let value = passBlanks(at: index + 1)
    let isAtom = !isQuoted && byte(at: name.lowerBound - 1) == UInt8(ascii: ":")
    var element = startOfElement(name, isQuoted: isQuoted, isAtom: isAtom)
    if bytes.starts(with: "( ", at: element - 2) { element -= 1 }
    let bracket = byte(at: element - 1)
    let isArgument = bracket == UInt8(ascii: "(") && (isQuoted || isDotted)
    let isTuple = bracket == UInt8(ascii: "{") && !isDotted || bracket == UInt8(ascii: "[") && isAtom
    guard isArgument || isTuple || isQuoted, let mark = quoteMark(at: stringStart(at: value)) else {
      return nil
    }
    let text = quoted(mark, max: 512)
    let isPair =
      isArgument || isTuple && endsPair(text)
      ? !isFieldName(text) && !isComplaint(text)
      // A list of names has no parenthesis.
      : isQuoted && looksRandom(text)
    return isPair ? Separator(end: value, assigns: true, isQuoted: true, isSpaced: true) : nil
  }

  /// The first byte of the string: after `<<` of Erlang, and `b` of Python.
  func stringStart(at start: Int) -> Int {
    if bytes.starts(with: "<<", at: start) { return start + 2 }
    let end = end(of: start, max: 2) { $0.isPrefixOfQuote }
    return end > start && byte(at: end)?.isQuote == true ? end : start
  }

  /// The start of the name with its quote, the `<<` or `b` before it, or the colon of an atom.
  private func startOfElement(_ name: Range<Int>, isQuoted: Bool, isAtom: Bool) -> Int {
    let start = name.lowerBound - (isQuoted || isAtom ? 1 : 0)
    guard isQuoted, let before = byte(at: start - 1) else { return start }
    if bytes.starts(with: "<<", at: start - 2) { return start - 2 }
    return before.isPrefixOfQuote ? start - 1 : start
  }

  /// True if the bracket is closed after the string.
  private func endsPair(_ text: Range<Int>) -> Bool {
    var end = end(of: text.upperBound, max: 2) { $0.isQuote || $0 == UInt8(ascii: "\\") }
    if bytes.starts(with: ">>", at: end) { end += 2 }
    end = passBlanks(at: end, max: 8)
    return byte(at: end).map { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") } ?? true
  }

  private static let fieldNames: [StaticString] = [
    "user", "username", "login", "email", "name", "host", "hostname", "port", "url", "database", "account",
    "key", "cert", "certificate", "ca", "type", "scope", "string", "str", "int", "bool", "text",
  ]

  /// True if the string is the name of another field or of a type.
  private func isFieldName(_ text: Range<Int>) -> Bool {
    CredentialScanner.fieldNames.contains { isWord(text, $0) }
      || text.count > 6 && SecretName(bytes[text]) != nil
        && bytes[text].allSatisfy { $0.isLower || $0 == 0x5F }
  }

  private static let complaints: [StaticString] = [
    "is ", "are ", "must ", "should ", "can't ", "cannot ", "has ", "was ", "does ", "doesn't ", "isn't ",
    "may ", "too ", "not ", "required ", "invalid ",
  ]

  /// `{:password, "can't be blank"}`
  private func isComplaint(_ text: Range<Int>) -> Bool {
    Diagnosis.isWord(bytes[text], isContinued: false)
      || CredentialScanner.complaints.contains {
        text.count > $0.utf8CodeUnitCount && bytes.spells($0, at: text.lowerBound)
      }
  }

  /// True for a call in a program: `token := lexer.next()`, `password = os.Getenv("…`.
  func isCall(at start: Int) -> Bool {
    let end = end(of: start, max: 64) { $0.isNameByte || $0 == UInt8(ascii: ".") }
    guard byte(at: end) == UInt8(ascii: "("), let next = byte(at: end + 1) else { return false }
    return bytes[start..<end].contains(UInt8(ascii: ".")) && !looksRandom(start..<end)
      && (next == UInt8(ascii: ")") || next.isQuote)
  }

  /// True for the name of a method of Ruby in quotes: `undefined method 'token=' for nil`.
  func isMethod(_ name: Range<Int>, _ mark: Int) -> Bool {
    guard let before = byte(at: name.lowerBound - 1), before.isQuote, let quote = byte(at: mark + 1),
      quote == before || (before == UInt8(ascii: "`") && quote == UInt8(ascii: "'"))
    else { return false }
    return byte(at: mark + 2).map { !$0.isNameByte && !$0.isQuote && $0 <= 0x20 } ?? true
  }
}
