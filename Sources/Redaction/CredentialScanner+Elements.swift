// Values in elements of XML, and in fields beside the one with their name: `name: DB_PASSWORD, value: …`,
// `<password>…</password>`.
extension CredentialScanner {
  /// `name: DB_PASSWORD, value: …`, `{"name":"DB_PASSWORD","value":"…"}`, `env[0].name=DB_PASSWORD,env[0].value=…`
  mutating func passValueOfName(_ word: Range<Int>) -> Int? {
    guard ["value", "val", "content"].contains(where: { isWord(word, $0) }),
      let separator = separator(after: word)
    else { return nil }
    let path = startOfPath(word)
    var end = path
    while end > 0, path - end < 64, bytes[end - 1].isBetweenFields { end -= 1 }
    var start = end
    while start > 0, end - start < 64, bytes[start - 1].isNameByte || [0x2D, 0x2E].contains(bytes[start - 1])
    {
      start -= 1
    }
    guard start < end, isSecretPath(start..<end) else { return nil }
    let name = start
    while start > 0, name - start < 64, bytes[start - 1].isBetweenFields { start -= 1 }
    guard let mark = byte(at: start - 1), mark == UInt8(ascii: ":") || mark == UInt8(ascii: "=") else {
      return nil
    }
    let value = value(at: separator.end)
    guard !value.isEmpty, !isReference(value) else { return nil }
    hide(value)
    return value.upperBound
  }

  /// The start of `env[0].value`
  func startOfPath(_ word: Range<Int>) -> Int {
    guard byte(at: word.lowerBound - 1) == UInt8(ascii: ".") else { return word.lowerBound }
    var start = word.lowerBound
    while start > 0, word.lowerBound - start < 64,
      bytes[start - 1].isNameByte || [0x2D, 0x2E, 0x5B, 0x5D].contains(bytes[start - 1])
    {
      start -= 1
    }
    return start
  }

  /// True for `DB_PASSWORD` and `fs.s3a.secret.key`
  private func isSecretPath(_ name: Range<Int>) -> Bool {
    if SecretName(bytes[name]) != nil { return true }
    guard bytes[name].contains(UInt8(ascii: ".")) else { return false }
    let joined = bytes[name].suffix(64).map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
    return joined.withUnsafeBufferPointer { SecretName($0[...]) != nil }
  }

  /// `<password>…</password>`, `<entry key="password">…</entry>`
  mutating func passElement(_ name: Range<Int>) -> Int? {
    let before = byte(at: name.lowerBound - 1)
    let isElement =
      before == UInt8(ascii: "<") || (before == UInt8(ascii: ":") && isPrefixOfElement(name.lowerBound - 1))
    if isElement, let next = passProperty(name) { return next }
    let isAttribute = before == UInt8(ascii: "\"") && byte(at: name.lowerBound - 2) == UInt8(ascii: "=")
    guard isElement || isAttribute, SecretName(bytes[name]) != nil else { return nil }
    if isAttribute, let next = passPart(of: name) { return next }
    let tagEnd = end(of: name.upperBound, max: 128) { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "<") }
    guard byte(at: tagEnd) == UInt8(ascii: ">"),
      tagEnd == name.upperBound || byte(at: name.upperBound) == 0x20 || isAttribute,
      bytes[tagEnd - 1] != UInt8(ascii: "/")
    else { return nil }
    var start = startOfText(after: tagEnd) ?? tagEnd + 1
    if bytes.starts(with: "<![CDATA[", at: start) {
      start += 9
      let end = end(of: start) { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: "<") }
      hide(start..<end)
      return end
    }
    let end = end(of: start) { $0 != UInt8(ascii: "<") }
    // `docker login -p <token> HOST` is a placeholder of a manual, unless the text was cut here.
    guard bytes.starts(with: "</", at: end) || (end == bytes.count && !bytes[start..<end].contains(0x20))
    else { return nil }
    guard bytes[start..<end].contains(where: { $0.isAlphanumeric || $0 >= 0x80 }), !isReference(start..<end)
    else { return nil }
    hide(start..<end)
    return end
  }

  /// `<key>Password</key><string>…</string>` of a property list, `<name>a.secret.key</name><value>…</value>` of Hadoop
  private mutating func passProperty(_ word: Range<Int>) -> Int? {
    guard byte(at: word.upperBound) == UInt8(ascii: ">"), isWord(word, "key") || isWord(word, "name") else {
      return nil
    }
    let title = word.upperBound + 1..<end(of: word.upperBound + 1, max: 96) { $0 != UInt8(ascii: "<") }
    guard bytes.starts(with: "</", at: title.upperBound), isSecretPath(title) else { return nil }
    let closing = end(of: title.upperBound, max: 16) { $0 != UInt8(ascii: ">") }
    guard let start = startOfText(after: closing) else { return nil }
    let end = end(of: start) { $0 != UInt8(ascii: "<") }
    guard end > start, !isReference(start..<end) else { return nil }
    hide(start..<end)
    return end
  }

  /// The start of the text in an element that has only a value: `> <value>…`
  private func startOfText(after mark: Int) -> Int? {
    let tag = end(of: mark + 1, max: 64) { $0 <= 0x20 }
    for name in ["<value>", "<string>", "<data>"] as [StaticString] where bytes.spells(name, at: tag) {
      return tag + name.utf8CodeUnitCount
    }
    return nil
  }

  /// `name="password"`, an empty line and the value: a part of a form (RFC 7578 §4.2)
  private mutating func passPart(of name: Range<Int>) -> Int? {
    guard bytes.spells("name=\"", at: name.lowerBound - 6), byte(at: name.upperBound) == UInt8(ascii: "\"")
    else { return nil }
    var line = name.upperBound + 1
    // A part may have further headers.
    for _ in 0..<3 {
      line = end(of: line, max: 128) { $0 >= 0x20 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "<") }
      guard let next = passLineFeeds(at: line) else { return nil }
      let start = passLineFeeds(at: next)
      line = next
      guard let start else { continue }
      let end = end(of: start) { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
      guard end > start else { return nil }
      hide(start..<end)
      return end
    }
    return nil
  }

  /// `<wsse:`
  private func isPrefixOfElement(_ colon: Int) -> Bool {
    var start = colon
    while start > 0, colon - start < 16, bytes[start - 1].isNameByte { start -= 1 }
    return start < colon && byte(at: start - 1) == UInt8(ascii: "<")
  }
}
