// Literals, for documents that are written in the source.

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }

  package init(booleanLiteral flag: Bool) { self = .bool(flag) }

  package init(integerLiteral integer: Int64) { self = .integer(integer) }

  package init(arrayLiteral items: JSONValue...) { self = .array(items) }

  /// If a key occurs twice, the last value counts.
  package init(dictionaryLiteral fields: (String, JSONValue)...) {
    self = .object(Dictionary(fields) { $1 })
  }
}

extension JSONValue {
  /// An object without the fields that are nil.
  package static func fields(_ fields: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(Dictionary(fields.compactMap { key, value in value.map { (key, $0) } }) { $1 })
  }

  /// The text; nil for another kind of value.
  package var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The fields; nil for another kind of value.
  package var fields: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }

  /// The items; nil for another kind of value.
  package var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
}
