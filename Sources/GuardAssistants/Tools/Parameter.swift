package import GuardConnection

/// An argument of a tool. The schema for clients and the check of what they send derive from it.
package struct Parameter: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case text
    case word([String])
    case integer(ClosedRange<Int64>)
    case flag
  }

  let name: String
  let kind: Kind
  let isRequired: Bool
  let meaning: String

  init(_ name: String, _ kind: Kind, isRequired: Bool = false, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.isRequired = isRequired
    self.meaning = meaning
  }

  var schema: JSONValue {
    let kind: KeyValuePairs<String, JSONValue?> =
      switch self.kind {
      case .text: ["type": "string", "maxLength": .integer(Int64(Arguments.longest))]
      case .word(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
      case .integer(let range):
        ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
      case .flag: ["type": "boolean"]
      }
    guard case .object(var fields) = JSONValue.fields(kind) else { return .null }
    fields["description"] = .string(meaning)
    return .object(fields)
  }

  /// The values that fit, in words.
  var expected: String {
    switch kind {
    case .text: "a text of at most \(Arguments.longest) bytes"
    case .word(let words): "one of \(words.joined(separator: ", "))"
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    }
  }

  /// nil if the value fits; otherwise what is expected.
  func objection(to value: JSONValue) -> String? {
    let fits =
      switch (kind, value) {
      case (.text, .string(let text)): text.utf8.count <= Arguments.longest
      case (.word(let words), .string(let text)): words.contains(text)
      case (.integer(let range), .integer(let integer)): range.contains(integer)
      case (.flag, .bool): true
      case (.text, _), (.word, _), (.integer, _), (.flag, _): false
      }
    return fits ? nil : expected
  }
}

extension [Parameter] {
  /// Always with properties, because some models refuse a schema without them.
  package var schema: JSONValue {
    [
      "type": "object", "additionalProperties": false,
      "properties": .object(Dictionary(map { ($0.name, $0.schema) }) { $1 }),
      "required": .array(filter(\.isRequired).map { .string($0.name) }),
    ]
  }
}
