import GuardConnection

@testable import GuardAssistants

/// A client and its session in a test.
struct Conversation {
  private(set) var session = AssistantSession()
  /// All effects that were no messages.
  private(set) var effects: [AssistantSession.Effect] = []

  static let modern: [String: JSONValue] = [
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": [:],
    "io.modelcontextprotocol/clientInfo": ["name": "test", "version": "1"],
  ]

  /// Sends a request and returns the messages that it causes.
  mutating func ask(
    _ id: RequestID, _ method: String, _ params: [String: JSONValue] = [:], isModern: Bool = false
  ) -> [JSONValue] {
    var params = params
    if isModern {
      let meta = params["_meta"]?.fields ?? [:]
      params["_meta"] = .object(meta.merging(Self.modern) { own, _ in own })
    }
    return keep(session.receive(.request(id, method: method, params: params)))
  }

  /// The only answer's result.
  mutating func result(
    _ method: String, _ params: [String: JSONValue] = [:], isModern: Bool = false
  ) -> JSONValue? {
    let messages = ask(.integer(1), method, params, isModern: isModern)
    return messages.count == 1 && messages[0]["id"] == 1 ? messages[0]["result"] : nil
  }

  /// The code of the only answer's error.
  mutating func error(
    _ method: String, _ params: [String: JSONValue] = [:], isModern: Bool = false
  ) -> JSONValue? {
    let messages = ask(.integer(1), method, params, isModern: isModern)
    return messages.count == 1 ? messages[0]["error"]?["code"] : nil
  }

  mutating func notify(_ method: String, _ params: [String: JSONValue] = [:]) -> [JSONValue] {
    keep(session.receive(.notification(method: method, params: params)))
  }

  mutating func line(_ text: String) -> [JSONValue] { keep(session.receive(ClientMessage(Array(text.utf8)))) }

  mutating func finish(_ id: RequestID, _ outcome: Result<JSONValue, CallFailure>) -> [JSONValue] {
    keep(session.finish(id, outcome))
  }

  mutating func progress(_ id: RequestID, _ done: Double) -> [JSONValue] {
    keep(session.progress(id, done, of: 10, "waiting"))
  }

  mutating func tell(_ record: VerdictRecord) -> [JSONValue] { keep(session.update(record)) }

  /// The call that was started last.
  var lastCall: AssistantSession.Call? {
    effects.lazy.reversed().compactMap { if case .start(let call) = $0 { call } else { nil } }.first
  }

  private mutating func keep(_ effects: [AssistantSession.Effect]) -> [JSONValue] {
    effects.compactMap { effect in
      if case .send(let message) = effect { return message }
      self.effects.append(effect)
      return nil
    }
  }
}
