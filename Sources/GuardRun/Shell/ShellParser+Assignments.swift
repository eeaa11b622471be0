extension ShellParser {
  /// `name=value`, `name+=value`, `name[i]=value` or `name=(values)`.
  mutating func assignment() throws(ShellSyntaxError) -> ShellAssignment? {
    var end = index
    while end < bytes.count, ShellParser.isName(bytes[end]) { end += 1 }
    guard end > index, !(0x30...0x39).contains(bytes[index]) else { return nil }
    let name = String(decoding: bytes[index..<end], as: UTF8.self)
    if end < bytes.count, bytes[end] == UInt8(ascii: "[") {
      guard let close = bytes[end...].prefix(64).firstIndex(of: UInt8(ascii: "]")),
        !bytes[end..<close].contains(where: "$`".utf8.contains)
      else { return nil }
      end = close + 1
    }
    if end < bytes.count, bytes[end] == UInt8(ascii: "+") { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "=") else { return nil }
    index = end + 1
    guard skip("(") else { return ShellAssignment(name: name, values: [try word() ?? ShellWord()]) }
    var values: [ShellWord] = []
    while !skip(")") {
      skipBlanks()
      if byte() == 0x0A, !isAtEnd {
        index += 1
      } else if let value = try word() {
        values.append(value)
      } else if byte() != UInt8(ascii: ")") {
        throw ShellSyntaxError(kind: isAtEnd ? .unterminated : .unexpected)
      }
    }
    return ShellAssignment(name: name, values: values)
  }

  static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
    default: false
    }
  }
}

extension ShellAssignment {
  /// The assignment as an argument of a command.
  var argument: ShellWord {
    ShellWord(parts: [.text("\(name)=", isQuoted: true)] + values.flatMap(\.parts))
  }
}
