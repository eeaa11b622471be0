/// The JSON Schema of a document; for the status document, the response to `GET /v1/schema`.
package struct SchemaDocument: Encodable, Sendable {
  let title: String
  let description: String
  let schema: JSONSchema

  package static let status = SchemaDocument(
    title: Schema.status.description,
    description: """
      The status document of oceanid-guard. Every field is always there, as null where nothing is known. Within this \
      major version fields and words may come, and none goes: pass over those that you do not know.
      """,
    schema: .of(StatusDocument.self))

  private enum Keyword: String, CodingKey {
    case dialect = "$schema"
    case title, description
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keyword.self)
    try container.encode("https://json-schema.org/draft/2020-12/schema", forKey: .dialect)
    try container.encode(title, forKey: .title)
    try container.encode(description, forKey: .description)
    try schema.encode(to: encoder)
  }
}
