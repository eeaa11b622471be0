package import GuardConnection

/// The id of a request (JSON-RPC 2.0 §4). An answer repeats it with its type.
package enum RequestID: Hashable, Sendable {
  case integer(Int64)
  case text(String)
  /// JSON-RPC advises against it, but a client that sends it waits for an answer. Values beyond 64 bits are read as it.
  case number(Double)

  /// nil for what can't be an id.
  package init?(_ value: JSONValue?) {
    switch value {
    case .integer(let integer): self = .integer(integer)
    case .string(let text): self = .text(text)
    case .number(let number): self = .number(number)
    case .null, .bool, .array, .object, nil: return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .integer(let integer): .integer(integer)
    case .text(let text): .string(text)
    case .number(let number): .number(number)
    }
  }
}
