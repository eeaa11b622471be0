/// The JSON Schema of the status document (draft 2020-12), the response to `GET /v1/schema`.
///
/// Its text is the file `status.schema.json`. A test compares it with the encoded types in both directions.
package enum SchemaDocument {
  package static var status: [UInt8] { PackageResources.status_schema_json }
}
