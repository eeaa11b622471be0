import FoundationEssentials
import GuardAPI
import Health

/// Any JSON value, so that `--json` also shows fields of a newer daemon.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  /// A number as it is written, because an Int64 or a Double would be written in another way.
  case numeral(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Indented by two spaces, with sorted keys and a final line feed, like `jq -S .`; JSONEncoder has another format.
  package var pretty: String {
    var text = ""
    write(to: &text, indent: "")
    return text + "\n"
  }

  package subscript(key: String) -> JSONValue? {
    if case .object(let fields) = self { fields[key] } else { nil }
  }
}

extension JSONValue {
  private func write(to text: inout String, indent: String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .integer(let integer): text += "\(integer)"
    case .number(let number): text += "\(number)"
    case .numeral(let numeral): text += numeral
    case .string(let string): text += string.jsonQuoted
    case .array(let items):
      JSONValue.write(items, between: ("[", "]"), to: &text, indent: indent) { item, text, indent in
        item.write(to: &text, indent: indent)
      }
    case .object(let fields):
      let sorted = fields.sorted { $0.key < $1.key }
      JSONValue.write(sorted, between: ("{", "}"), to: &text, indent: indent) {
        field, text, indent in
        text += field.key.jsonQuoted + ": "
        field.value.write(to: &text, indent: indent)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], between brackets: (String, String), to text: inout String, indent: String,
    _ writeItem: (Item, inout String, String) -> Void
  ) {
    text += brackets.0
    for (index, item) in items.enumerated() {
      text += (index == 0 ? "\n" : ",\n") + indent + "  "
      writeItem(item, &text, indent + "  ")
    }
    text += (items.isEmpty ? "" : "\n" + indent) + brackets.1
  }
}

extension JSONValue: Decodable {
  package init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: AnyKey.self) {
      var fields: [String: JSONValue] = [:]
      for key in container.allKeys {
        fields[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
      }
      self = .object(fields)
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var items: [JSONValue] = []
      while !container.isAtEnd { items.append(try container.decode(JSONValue.self)) }
      self = .array(items)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
