/// The JSON Schemas (draft 2020-12) of documents that other programs read.
///
/// Their texts are files of this folder. A test compares each with the encoded types in both directions.
package enum SchemaDocument {
  /// Of the status document, the response to `GET /v1/schema`.
  package static var status: [UInt8] { PackageResources.status_schema_json }
  /// Of the answer of `oceanid-ctl preflight --json`.
  package static var preflight: [UInt8] { PackageResources.preflight_schema_json }
}
