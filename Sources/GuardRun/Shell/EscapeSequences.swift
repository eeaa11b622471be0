/// The escape sequences of `$'…'` in bash, of printf(1) and of `echo -e`. A code is a code point, and other white space
/// is a tab: the words of a command are the same.
enum EscapeSequences {
  static func decoded(_ text: some Collection<UInt8>) -> [UInt8] {
    var rest = Array(text)[...]
    var result: [UInt8] = []
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let mark = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch mark {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"), UInt8(ascii: "v"), UInt8(ascii: "f"), UInt8(ascii: "r"): result.append(0x09)
      case UInt8(ascii: "x"): append(digits(&rest, radix: 16, max: 2).value, to: &result)
      case UInt8(ascii: "u"): append(digits(&rest, radix: 16, max: 4).value, to: &result)
      case UInt8(ascii: "U"): append(digits(&rest, radix: 16, max: 8).value, to: &result)
      case 0x30...0x37:
        let more = digits(&rest, radix: 8, max: mark == 0x30 ? 3 : 2)
        append(more.value + UInt32(mark - 0x30) << (3 * UInt32(more.count)), to: &result)
      default: result.append(mark)
      }
    }
    return result
  }

  private static func digits(_ rest: inout ArraySlice<UInt8>, radix: Int, max limit: Int) -> (
    value: UInt32, count: Int
  ) {
    var text = ""
    while text.utf8.count < limit, let next = rest.first,
      Int(String(UnicodeScalar(next)), radix: radix) != nil
    {
      text.unicodeScalars.append(UnicodeScalar(next))
      rest.removeFirst()
    }
    return (UInt32(text, radix: radix) ?? 0, text.utf8.count)
  }

  private static func append(_ value: UInt32, to result: inout [UInt8]) {
    guard value > 0, let scalar = UnicodeScalar(value) else { return }
    result += Array(String(Character(scalar)).utf8)
  }
}
