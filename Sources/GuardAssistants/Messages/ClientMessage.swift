package import GuardConnection

/// One line of a client (JSON-RPC 2.0 §4, in the Model Context Protocol without batches).
package enum ClientMessage: Hashable, Sendable {
  case request(RequestID, method: String, params: [String: JSONValue])
  case notification(method: String, params: [String: JSONValue])
  /// A request that can be answered with an error only.
  case invalid(RequestID, reason: String)
  /// Nothing that has an answer: no JSON, no object, an answer of the client, a notification with a mistake. The official
  /// server ignores these lines, too.
  case ignored

  package init(_ line: [UInt8]) {
    guard case .object(let fields)? = JSONReader.read(line) else {
      self = .ignored
      return
    }
    let id = RequestID(fields["id"])
    func refused(_ reason: String) -> ClientMessage { id.map { .invalid($0, reason: reason) } ?? .ignored }
    guard let method = fields["method"]?.text else {
      let isAnswer = fields["result"] != nil || fields["error"] != nil
      self = isAnswer ? .ignored : refused("the field method is missing")
      return
    }
    guard fields["jsonrpc"] == "2.0" else {
      self = refused("the field jsonrpc must be \"2.0\"")
      return
    }
    let params: [String: JSONValue]
    switch fields["params"] {
    // Some libraries write null for what is left out.
    case nil, .null: params = [:]
    case .object(let fields): params = fields
    case .bool, .integer, .number, .numeral, .string, .array:
      self = refused("params must be an object")
      return
    }
    if let id {
      self = .request(id, method: method, params: params)
    } else if fields["id"] == nil {
      self = .notification(method: method, params: params)
    } else {
      self = .ignored
    }
  }
}
