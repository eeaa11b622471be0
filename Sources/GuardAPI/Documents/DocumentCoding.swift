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
          escaped.append(contentsOf: scalar.jsonEscape.utf8)
          copied = end
        }
        index = end
      }
      if copied > 0 { escaped.append(contentsOf: bytes[copied...]) }
    }
    return copied > 0 ? escaped : json
  }

  /// - Throws: `DocumentError`, also for a document of another major version.
  package static func decode<Document: VersionedDocument>(
    _ type: Document.Type, from bytes: Data
  ) throws(DocumentError) -> Document {
    // Check the version first: in another major version, any other field may differ.
    let schema = try decode(SchemaField.self, bytes).schema
    guard Schema(schema) == Document.version else {
      throw .unexpectedSchema(schema, expected: "\(Document.version)")
    }
    return try decode(type, bytes)
  }

  /// Decodes one line of the output of `oceanid-guard --doctor`.
  package static func decodeFinding(_ bytes: Data) throws(DocumentError) -> FindingDocument {
    try decode(FindingDocument.self, bytes)
  }

  package static func decodeWatchLine(_ bytes: Data) throws(DocumentError) -> WatchLine {
    if let schema = try decode(WatchSchema.self, bytes).status?.schema, Schema(schema) != .status {
      throw .unexpectedSchema(schema, expected: "\(Schema.status)")
    }
    return try decode(WatchLine.self, bytes)
  }

  /// Where a commit is.
  package static func decodeWhere(_ bytes: Data) throws(DocumentError) -> WhereDocument {
    try decode(WhereDocument.self, bytes)
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

/// A document with its name and version in the field `schema`.
package protocol VersionedDocument: Decodable {
  static var version: Schema { get }
}

extension StatusDocument: VersionedDocument { package static var version: Schema { .status } }
extension HistoryDocument: VersionedDocument { package static var version: Schema { .history } }
extension DiffDocument: VersionedDocument { package static var version: Schema { .diff } }
extension RoundTripsDocument: VersionedDocument { package static var version: Schema { .roundTrips } }
extension IncidentsDocument: VersionedDocument { package static var version: Schema { .incidents } }
extension GuardViewDocument: VersionedDocument { package static var version: Schema { .guardView } }
extension PreflightDocument: VersionedDocument { package static var version: Schema { .preflight } }
extension AlertsDocument: VersionedDocument { package static var version: Schema { .alerts } }

extension Unicode.Scalar {
  /// For example `\u200b`; a surrogate pair if necessary (RFC 8259 §7).
  package var jsonEscape: String {
    String(self).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}

extension String {
  /// A string of JSON with its quotes (RFC 8259 §7). Invisible characters, which could control a terminal, are escaped,
  /// too.
  package var jsonQuoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.isInvisible: text += scalar.jsonEscape
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
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
