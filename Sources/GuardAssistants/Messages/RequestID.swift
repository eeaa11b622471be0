package import GuardConnection

/// The id of a request (JSON-RPC 2.0 §4). An answer repeats it as it is written.
package enum RequestID: Hashable, Sendable {
  case integer(Int64)
  case text(String)
  /// Another number, as it is written. JSON-RPC advises against fractions, but a client that sends one waits for an answer.
  case numeral(String)

  /// nil for what can't be an id.
  package init?(_ value: JSONValue?) {
    switch value {
    case .integer(let integer): self = .integer(integer)
    case .string(let text): self = .text(text)
    case .number(let number): self = .numeral("\(number)")
    case .numeral(let numeral): self = .numeral(numeral)
    case .null, .bool, .array, .object, nil: return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .integer(let integer): .integer(integer)
    case .text(let text): .string(text)
    case .numeral(let numeral): .numeral(numeral)
    }
  }
}
