/// A JSON value that can be written as a Swift literal. Members with the value `.null` are omitted, as the Kubernetes
/// API omits unset fields.
///
/// Not Encodable: faults corrupt its bytes, and an Encodable conformance would be as long.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Int)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// The member of an object; `.null` if absent.
  package subscript(key: String) -> JSON {
    get {
      if case .object(let members) = self { members[key] ?? .null } else { .null }
    }
    set {
      guard case .object(var members) = self else {
        self = .object([key: newValue])
        return
      }
      members[key] = newValue == .null ? nil : newValue
      self = .object(members)
    }
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var items: [JSON] {
    if case .array(let items) = self { items } else { [] }
  }

  package var members: [String: JSON] {
    if case .object(let members) = self { members } else { [:] }
  }

  /// UTF-8 text with sorted members, so that equal values have equal bytes.
  package var bytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .number(let value): out += String(value).utf8
    case .string(let value): Self.write(value, to: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): out += "\\n".utf8
      case 0..<0x20: out += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}

extension JSON: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    let present = elements.filter { $0.1 != .null }
    self = .object(Dictionary(present, uniquingKeysWith: { _, last in last }))
  }

  init(_ strings: [String]) { self = .array(strings.map(JSON.string)) }
  init(_ strings: [String: String]) { self = .object(strings.mapValues(JSON.string)) }
}
