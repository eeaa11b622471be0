extension ShellParser {
  mutating func redirection() throws(ShellSyntaxError) -> ShellRedirection? {
    let start = index
    while (0x30...0x39).contains(byte()) { index += 1 }
    if index == start, byte() == UInt8(ascii: "{") {
      index += 1
      while ShellParser.isName(byte()) { index += 1 }
      if !skip("}") { index = start }
    }
    let operators: [StaticString] = [
      "<<<", "<<-", "<<", "<>", "<&", "&>>", "&>", ">>", ">&", ">|", ">!", "<", ">",
    ]
    guard !isNext("<("), !isNext(">("), let found = operators.first(where: { isNext($0) }) else {
      index = start
      return nil
    }
    index += found.utf8CodeUnitCount
    if "\(found)" == "<", let name = placeholder() { return ShellRedirection(target: .placeholder(name)) }
    skipBlanks()
    let begin = index
    guard let target = try word() else { throw ShellSyntaxError(kind: .unexpected) }
    switch "\(found)" {
    case "<<", "<<-":
      let (delimiter, isQuoted) = ShellParser.delimiter(bytes[begin..<index])
      let document = ShellDocument(
        delimiter: delimiter, isLiteral: isQuoted, stripsTabs: "\(found)" == "<<-")
      documents.append(document)
      return ShellRedirection(target: .document(document))
    case "<<<": return ShellRedirection(target: .text(target))
    case "<", "<&": return ShellRedirection(target: .reads(target))
    default: return ShellRedirection(target: .writes(target))
    }
  }

  /// `name>` before a blank or the end of a word.
  private mutating func placeholder() -> String? {
    var end = index
    while end < bytes.count, ShellParser.isName(bytes[end]) || bytes[end] == UInt8(ascii: "-") { end += 1 }
    guard end > index, end + 1 <= bytes.count, end < bytes.count, bytes[end] == UInt8(ascii: ">"),
      (0x61...0x7A).contains(bytes[index]) || (0x41...0x5A).contains(bytes[index]),
      end + 1 == bytes.count || ShellParser.endsWord(bytes[end + 1]) || "/\"'".utf8.contains(bytes[end + 1])
    else { return nil }
    defer { index = end + 1 }
    return String(decoding: bytes[index..<end], as: UTF8.self)
  }

  /// The delimiter of a here-document. The word is not expanded, only its quotes are removed (POSIX.1-2017, XCU 2.7.4).
  private static func delimiter(_ word: ArraySlice<UInt8>) -> (text: String, isQuoted: Bool) {
    var text: [UInt8] = []
    var isQuoted = false
    var quote: UInt8 = 0
    var rest = word
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "$")
      where quote == 0 && (rest.first == UInt8(ascii: "'") || rest.first == UInt8(ascii: "\"")):
        continue
      case UInt8(ascii: "'") where quote != UInt8(ascii: "\""),
        UInt8(ascii: "\"") where quote != UInt8(ascii: "'"):
        isQuoted = true
        quote = quote == 0 ? byte : 0
      case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"):
        let next = rest.popFirst() ?? byte
        // A continued line is joined before the word is read.
        if next == 0x0A { continue }
        isQuoted = true
        if quote != 0, !"$`\"\\".utf8.contains(next) { text.append(byte) }
        text.append(next)
      default: text.append(byte)
      }
    }
    return (String(decoding: text, as: UTF8.self), isQuoted)
  }

  /// The next line of a here-document. Unless the delimiter is quoted, a backslash joins it with the following line.
  private mutating func documentLine(isLiteral: Bool) -> [UInt8] {
    var line: [UInt8] = []
    while !isAtEnd, byte() != 0x0A {
      if !isLiteral, byte() == UInt8(ascii: "\\"), index + 1 < bytes.count {
        if byte(1) != 0x0A { line += bytes[index...(index + 1)] }
        index += 2
      } else {
        line.append(byte())
        index += 1
      }
    }
    index = min(bytes.count, index + 1)
    return line
  }

  /// Reads the bodies of the here-documents of the line that has ended.
  mutating func readDocuments() throws(ShellSyntaxError) {
    let waiting = documents
    documents = []
    for document in waiting {
      var body: [UInt8] = []
      while !isAtEnd {
        var line = documentLine(isLiteral: document.isLiteral)[...]
        if document.stripsTabs { line = line.drop { $0 == 0x09 } }
        if line.last == 0x0D, line.dropLast().elementsEqual(document.delimiter.utf8) { break }
        if line.elementsEqual(document.delimiter.utf8) { break }
        body += line
        body.append(0x0A)
      }
      document.body =
        document.isLiteral
        ? ShellWord(parts: [.text(String(decoding: body, as: UTF8.self), isQuoted: true)])
        : try expanded(body)
    }
  }
}
