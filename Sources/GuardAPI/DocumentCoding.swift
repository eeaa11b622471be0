package import FoundationEssentials
internal import Health

/// Encodes and decodes all documents.
package enum DocumentCoding {
  /// Encodes one line of JSON without a line feed. Keys are sorted, so that equal documents have equal bytes.
  package static func encode(_ document: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return escapingInvisible(try encoder.encode(document))
  }

  /// Escapes invisible characters as `\u200b` (RFC 8259 §7): the JSON value is the same, but the bytes cannot control
  /// a terminal.
  package static func escapingInvisible(_ json: Data) -> Data {
    var escaped = Data()
    var copied = 0
    json.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      var index = 0
      while index < bytes.count {
        // The first byte of a UTF-8 sequence determines its length (RFC 3629 §3). DEL is the only ASCII character to
        // escape.
        let first = bytes[index]
        let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let end = min(index + width, bytes.count)
        if first >= 0x7F,
          let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first,
          scalar.isInvisible
        {
          escaped.append(contentsOf: bytes[copied..<index])
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            escaped.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
          }
          copied = end
        }
        index = end
      }
      if copied > 0 { escaped.append(contentsOf: bytes[copied...]) }
    }
    return copied > 0 ? escaped : json
  }

  /// Throws `DocumentError`, also for a status document of another major version.
  package static func decodeStatus(_ bytes: Data) throws(DocumentError) -> StatusDocument {
    // Check the version first: in another major version, any other field may differ.
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == .status else { throw .foreignSchema(schema) }
    return try decode(StatusDocument.self, bytes)
  }

  /// Throws `DocumentError`, also for a history of another major version.
  package static func decodeHistory(_ bytes: Data) throws(DocumentError) -> HistoryDocument {
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == .history else { throw .foreignSchema(schema) }
    return try decode(HistoryDocument.self, bytes)
  }

  /// Throws `DocumentError`, also for round trips of another major version.
  package static func decodeRoundTrips(_ bytes: Data) throws(DocumentError) -> RoundTripsDocument {
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == .roundTrips else { throw .foreignSchema(schema) }
    return try decode(RoundTripsDocument.self, bytes)
  }

  /// Throws `DocumentError`, also for incidents of another major version.
  package static func decodeIncidents(_ bytes: Data) throws(DocumentError) -> IncidentsDocument {
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == .incidents else { throw .foreignSchema(schema) }
    return try decode(IncidentsDocument.self, bytes)
  }

  /// Throws `DocumentError`, also for alert channels of another major version.
  package static func decodeAlerts(_ bytes: Data) throws(DocumentError) -> AlertsDocument {
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == .alerts else { throw .foreignSchema(schema) }
    return try decode(AlertsDocument.self, bytes)
  }

  /// Decodes one line of the output of `oceanid-guard --doctor`.
  package static func decodeFinding(_ bytes: Data) throws(DocumentError) -> FindingDocument {
    try decode(FindingDocument.self, bytes)
  }

  package static func decodeWatchLine(_ bytes: Data) throws(DocumentError) -> WatchLine {
    if let schema = try decode(WatchSchema.self, bytes).status?.schema, Schema(schema) != .status {
      throw .foreignSchema(schema)
    }
    return try decode(WatchLine.self, bytes)
  }

  /// The error document in the body of an error response; nil for other bodies.
  package static func decodeError(_ bytes: Data) -> ErrorDocument? {
    try? decode(ErrorDocument.self, bytes)
  }

  /// The receipt in the response to a `POST`; nil for other bodies.
  package static func decodeReceipt(_ bytes: Data) -> ReceiptDocument? {
    try? decode(ReceiptDocument.self, bytes)
  }

  private struct SchemaField: Decodable {
    let schema: String
  }

  private struct WatchSchema: Decodable {
    let status: SchemaField?
  }

  private static func decode<Document: Decodable>(
    _ type: Document.Type, _ bytes: Data
  ) throws(DocumentError) -> Document {
    do {
      return try JSONDecoder().decode(type, from: bytes)
    } catch let error as DecodingError {
      throw .malformed(error.place)
    } catch {
      throw .malformed("\(error)")
    }
  }
}

extension DecodingError {
  /// The path in the document and the error, in one line.
  fileprivate var place: String {
    func at(_ context: Context) -> String {
      let path = context.codingPath.reduce(into: "") { path, key in
        path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : "." + key.stringValue)
      }
      return path.isEmpty ? "at its top" : "at \(path)"
    }
    switch self {
    case .keyNotFound(let key, let context): return "\(at(context)) \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return "\(at(context)): \(context.debugDescription)"
    @unknown default: return "it can't be decoded"
    }
  }
}
