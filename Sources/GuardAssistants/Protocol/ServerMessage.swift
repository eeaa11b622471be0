import GuardConnection

/// The messages of the server (JSON-RPC 2.0 §4 and §5).
enum ServerMessage {
  static func result(_ id: RequestID, _ result: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "id": id.json, "result": result]
  }

  static func error(_ id: RequestID, _ error: ProtocolError) -> JSONValue {
    ["jsonrpc": "2.0", "id": id.json, "error": error.json]
  }

  static func notification(_ method: String, _ params: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "method": .string(method), "params": params]
  }

  /// - Parameter stream: the id of the `subscriptions/listen`; nil in the legacy form.
  static func updated(_ uri: String, stream: RequestID?) -> JSONValue {
    notification(
      "notifications/resources/updated",
      .fields(["uri": .string(uri), "_meta": stream.map { [ProtocolEra.subscriptionKey: $0.json] }]))
  }
}
