internal import FoundationEssentials

/// A JSON document of the server.
enum JSONDocument {
  /// Why a document cannot be read.
  enum Fault: Error, Equatable {
    case tooDeep
    /// Not JSON, or truncated.
    case notJSON
    case otherKind(String)
    /// The list has more objects than allowed.
    case tooMany(Int)
    /// One value is longer than this many bytes.
    case tooLong(Int)
  }

  /// Decodes any document of the server after a check of its nesting depth.
  static func decode<Document>(
    _ body: [UInt8], _ decode: (JSONDecoder, Data) throws -> Document
  ) throws(Fault) -> Document {
    guard JSONNesting.isWithinLimit(body) else { throw .tooDeep }
    do {
      _ = try UTF8Span(validating: body.span)
      return try decode(JSONDecoder(), Data(body))
    } catch {
      throw .notJSON
    }
  }

  static func decode<Document: Decodable>(
    _ body: [UInt8], as type: Document.Type
  ) throws(Fault) -> Document {
    try decode(body) { try $0.decode(type, from: $1) }
  }
}
