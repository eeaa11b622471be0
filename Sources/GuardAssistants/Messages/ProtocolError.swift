package import GuardConnection

/// A JSON-RPC error response. A failed tool call is a result, not an error.
package struct ProtocolError: Error, Hashable, Sendable {
  /// The codes of JSON-RPC 2.0 §5.1, and those of the Model Context Protocol.
  package enum Code: Int64, Sendable {
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case internalError = -32603
    /// Until revision 2025-11-25; later `invalidParams`.
    case resourceNotFound = -32002
    /// From revision 2026-07-28 on.
    case unsupportedVersion = -32022
  }

  package let code: Code
  package let message: String
  package let data: JSONValue?

  package init(_ code: Code, _ message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  package var json: JSONValue {
    .fields(["code": .integer(code.rawValue), "message": .string(message), "data": data])
  }
}
