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
    skipBlanks()
    let isQuotedOrEscaped = !isAtEnd && "\"'\\".utf8.contains(byte())
    guard let target = try word() else { throw ShellSyntaxError(kind: .unexpected) }
    switch "\(found)" {
    case "<<", "<<-":
      let document = ShellDocument(
        delimiter: target.literal ?? "", isLiteral: isQuotedOrEscaped || target.isQuoted,
        stripsTabs: "\(found)" == "<<-")
      documents.append(document)
      return ShellRedirection(target: .document(document))
    case "<<<": return ShellRedirection(target: .text(target))
    case "<", "<&": return ShellRedirection(target: .reads(target))
    default: return ShellRedirection(target: .writes(target))
    }
  }

  /// Reads the bodies of the here-documents of the line that has ended.
  mutating func readDocuments() throws(ShellSyntaxError) {
    let waiting = documents
    documents = []
    for document in waiting {
      var body: [UInt8] = []
      while !isAtEnd {
        var line = bytes[index...].prefix { $0 != 0x0A }
        index = min(bytes.count, line.endIndex + 1)
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
