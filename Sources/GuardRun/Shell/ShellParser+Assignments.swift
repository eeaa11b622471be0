extension ShellParser {
  /// `name=value`, `name+=value`, `name[i]=value` or `name=(values)`.
  mutating func assignment() throws(ShellSyntaxError) -> ShellAssignment? {
    var end = index
    while end < bytes.count, ShellParser.isName(bytes[end]) { end += 1 }
    guard end > index, !(0x30...0x39).contains(bytes[index]) else { return nil }
    let name = String(decoding: bytes[index..<end], as: UTF8.self)
    let isElement = end < bytes.count && bytes[end] == UInt8(ascii: "[")
    if isElement {
      guard let close = bytes[end...].prefix(64).firstIndex(of: UInt8(ascii: "]")),
        !bytes[end..<close].contains(where: "$`".utf8.contains)
      else { return nil }
      end = close + 1
    }
    let appends = end < bytes.count && bytes[end] == UInt8(ascii: "+")
    if appends { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "=") else { return nil }
    index = end + 1
    guard skip("(") else {
      return ShellAssignment(
        name: name, values: [try word() ?? ShellWord()], isArray: isElement, appends: appends || isElement)
    }
    var values: [ShellWord] = []
    while !skip(")") {
      skipBlanks()
      skipSubscript()
      if byte() == 0x0A, !isAtEnd {
        index += 1
      } else if let value = try word() {
        values.append(value)
      } else if byte() != UInt8(ascii: ")") {
        throw ShellSyntaxError(kind: isAtEnd ? .unterminated : .unexpected)
      }
    }
    return ShellAssignment(name: name, values: values, isArray: true, appends: appends)
  }

  /// Skips `[i]=` before an element of an array.
  private mutating func skipSubscript() {
    guard byte() == UInt8(ascii: "["),
      let close = bytes[index...].prefix(64).firstIndex(of: UInt8(ascii: "]")), close + 1 < bytes.count,
      bytes[close + 1] == UInt8(ascii: "="), !bytes[index..<close].contains(where: "$`\n".utf8.contains)
    else { return }
    index = close + 2
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
