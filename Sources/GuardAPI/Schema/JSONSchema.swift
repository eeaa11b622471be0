/// The type of a field in a document as JSON Schema (draft 2020-12).
package indirect enum JSONSchema: Hashable, Sendable {
  case boolean
  case integer
  case number
  /// `format`: `date-time` for RFC 3339.
  case string(format: String?)
  case words([String])
  case list(JSONSchema)
  case object([Property])
  /// Or null, which means unknown.
  case nullable(JSONSchema)

  package struct Property: Hashable, Sendable {
    package let name: String
    package let schema: JSONSchema
  }
}

extension JSONSchema: Encodable {
  private enum Keyword: String, CodingKey {
    case type, format, items, properties, required
    case words = "enum"
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package func encode(to encoder: any Encoder) throws {
    try encode(to: encoder, orNull: false)
  }

  private func encode(to encoder: any Encoder, orNull isNullable: Bool) throws {
    var container = encoder.container(keyedBy: Keyword.self)
    func write(type: String) throws {
      if isNullable {
        try container.encode([type, "null"], forKey: .type)
      } else {
        try container.encode(type, forKey: .type)
      }
    }
    switch self {
    case .boolean: try write(type: "boolean")
    case .integer: try write(type: "integer")
    case .number: try write(type: "number")
    case .string(let format):
      try write(type: "string")
      try container.encodeIfPresent(format, forKey: .format)
    case .words(let words):
      try write(type: "string")
      // `enum` applies in addition to `type`, so null must be one of the words.
      try container.encode(words.map(Optional.some) + (isNullable ? [nil] : []), forKey: .words)
    case .list(let element):
      try write(type: "array")
      try container.encode(element, forKey: .items)
    case .object(let properties):
      try write(type: "object")
      var fields = container.nestedContainer(keyedBy: Name.self, forKey: .properties)
      for property in properties {
        try fields.encode(property.schema, forKey: Name(stringValue: property.name))
      }
      // Every field is always written, as null if unknown.
      try container.encode(properties.map(\.name), forKey: .required)
    case .nullable(let schema):
      try schema.encode(to: encoder, orNull: true)
    }
  }
}
