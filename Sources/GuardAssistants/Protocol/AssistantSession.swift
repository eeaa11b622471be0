package import GuardConnection

/// The Model Context Protocol of one client, without I/O: messages of the client in, messages and effects out.
///
/// It never waits: the calls of tools run elsewhere, and their ends are passed in. So a slow call delays no other
/// message.
package struct AssistantSession: Sendable {
  /// A call to run. Its id identifies it until its end.
  package struct Call: Hashable, Sendable {
    package let id: RequestID
    package let tool: Tool
    package let arguments: Arguments
    /// True if the client asked for progress.
    package let hasProgress: Bool
  }

  package enum Effect: Hashable, Sendable {
    /// Write this message.
    case send(JSONValue)
    /// Run this call, and pass its end to `finish`.
    case start(Call)
    /// The result of this call is not needed any more.
    case cancel(RequestID)
    /// Begin or stop to pass changes of verdicts to `update`.
    case watch(Bool)
  }

  /// The number of calls that may run at the same time.
  package static let callLimit = 16

  private struct Running: Hashable {
    let era: ProtocolEra
    /// nil for a tool; the URI for a resource.
    let uri: String?
    let progressToken: RequestID?
    var progress: Double?
  }

  private var running: [RequestID: Running] = [:]
  private var subscriptions = Subscriptions()
  /// The verdicts at the last change; nil before the first, and without subscriptions.
  private var verdicts: VerdictRecord?

  package init() {}

  package mutating func receive(_ message: ClientMessage) -> [Effect] {
    switch message {
    case .ignored: return []
    case .invalid(let id, let reason):
      return [.send(ServerMessage.error(id, ProtocolError(.invalidRequest, reason)))]
    case .notification(let method, let params):
      guard method == "notifications/cancelled", let id = RequestID(params["requestId"]) else { return [] }
      return cancel(id)
    case .request(let id, let method, let params):
      guard running[id] == nil, !subscriptions.contains(id) else {
        return [.send(ServerMessage.error(id, ProtocolError(.invalidRequest, "the id is in use")))]
      }
      do throws(ProtocolError) {
        let era = try ProtocolEra.of(method, params)
        return try answer(Request(id: id, era: era, method: method, params: params))
      } catch {
        return [.send(ServerMessage.error(id, error))]
      }
    }
  }

  private struct Request {
    let id: RequestID
    let era: ProtocolEra
    let method: String
    let params: [String: JSONValue]

    func result(_ fields: [String: JSONValue], isCacheable: Bool = false) -> [Effect] {
      [.send(ServerMessage.result(id, era.result(fields, isCacheable: isCacheable)))]
    }

    /// The text of a required parameter.
    func text(_ name: String) throws(ProtocolError) -> String {
      guard let text = params[name]?.text else {
        throw ProtocolError(.invalidParams, "the parameter \(name) must be a string")
      }
      return text
    }

    /// There is one page only.
    func checkCursor() throws(ProtocolError) {
      guard params["cursor"] ?? .null == .null else { throw ProtocolError(.invalidParams, "unknown cursor") }
    }
  }

  private mutating func answer(_ request: Request) throws(ProtocolError) -> [Effect] {
    switch (request.method, request.era) {
    case ("initialize", .legacy): return initialize(request)
    case ("ping", .legacy): return request.result([:])
    case ("server/discover", .modern):
      return request.result(
        [
          "supportedVersions": [.string(ProtocolEra.modernVersion)],
          "capabilities": ServerIdentity.capabilities,
          "instructions": .string(ServerIdentity.instructions),
        ], isCacheable: true)
    case ("tools/list", _):
      try request.checkCursor()
      return request.result(["tools": .array(Tool.allCases.map(\.json))], isCacheable: true)
    case ("tools/call", _): return try call(request)
    case ("resources/list", _):
      try request.checkCursor()
      return request.result(["resources": Resource.list], isCacheable: true)
    case ("resources/templates/list", _):
      try request.checkCursor()
      return request.result(["resourceTemplates": Resource.templates], isCacheable: true)
    case ("resources/read", _): return try read(request)
    case ("resources/subscribe", .legacy):
      let uri = try request.text("uri")
      return try changingSubscriptions { (all) throws(ProtocolError) in try all.subscribe(uri) }
        + request.result([:])
    case ("resources/unsubscribe", .legacy):
      let uri = try request.text("uri")
      return changingSubscriptions { $0.unsubscribe(uri) } + request.result([:])
    case ("subscriptions/listen", .modern): return try listen(request)
    default:
      // Clients probe with methods of their own. Each gets an answer, because they wait for it.
      throw ProtocolError(.methodNotFound, "unknown method")
    }
  }

  private func initialize(_ request: Request) -> [Effect] {
    let offer = request.params["protocolVersion"]?.text ?? ""
    let version = ProtocolEra.legacyVersions.contains(offer) ? offer : ProtocolEra.newestLegacyVersion
    return request.result([
      "protocolVersion": .string(version), "capabilities": ServerIdentity.capabilities,
      "serverInfo": ServerIdentity.json, "instructions": .string(ServerIdentity.instructions),
    ])
  }

  // MARK: - Calls

  private mutating func call(_ request: Request) throws(ProtocolError) -> [Effect] {
    guard let tool = Tool(rawValue: try request.text("name")) else {
      throw ProtocolError(
        .invalidParams, "unknown tool; known: \(Tool.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let given: [String: JSONValue]
    switch request.params["arguments"] ?? .null {
    case .null: given = [:]
    case .object(let fields): given = fields
    case .bool, .integer, .number, .numeral, .string, .array:
      throw ProtocolError(.invalidParams, "arguments must be an object")
    }
    return start(request, tool, given, uri: nil)
  }

  private mutating func read(_ request: Request) throws(ProtocolError) -> [Effect] {
    let uri = try request.text("uri")
    guard let resource = Resource(uri: uri) else { throw AssistantSession.noResource(request.era) }
    let (tool, arguments) = resource.twin
    return start(request, tool, arguments, uri: uri)
  }

  private mutating func start(
    _ request: Request, _ tool: Tool, _ given: [String: JSONValue], uri: String?
  ) -> [Effect] {
    let token = RequestID(request.params["_meta"]?["progressToken"])
    running[request.id] = Running(era: request.era, uri: uri, progressToken: token)
    do throws(CallFailure) {
      guard running.count <= AssistantSession.callLimit else {
        throw CallFailure("\(AssistantSession.callLimit) calls are running", next: ["wait for their answers"])
      }
      let arguments = try Arguments(given, for: tool.parameters)
      return [.start(Call(id: request.id, tool: tool, arguments: arguments, hasProgress: token != nil))]
    } catch {
      return finish(request.id, .failure(error))
    }
  }

  private mutating func cancel(_ id: RequestID) -> [Effect] {
    if running.removeValue(forKey: id) != nil { return [.cancel(id)] }
    return changingSubscriptions { $0.end(id) }
  }

  /// The end of a call. A cancelled call gets no answer.
  package mutating func finish(_ id: RequestID, _ outcome: Result<JSONValue, CallFailure>) -> [Effect] {
    guard let call = running.removeValue(forKey: id) else { return [] }
    guard let uri = call.uri else {
      return [.send(ServerMessage.result(id, call.era.result(CallResult.fields(outcome))))]
    }
    switch outcome {
    case .success(let value):
      let contents: JSONValue = [
        ["uri": .string(uri), "mimeType": Resource.mimeType, "text": .string(value.line)]
      ]
      return [.send(ServerMessage.result(id, call.era.result(["contents": contents], isCacheable: true)))]
    case .failure(let failure):
      let error =
        failure.kind == .noSuchCluster
        ? AssistantSession.noResource(call.era) : ProtocolError(.internalError, failure.text)
      return [.send(ServerMessage.error(id, error))]
    }
  }

  /// The progress of a call in seconds. It must grow, so other values are left out.
  package mutating func progress(_ id: RequestID, _ done: Double, of total: Double, _ message: String)
    -> [Effect]
  {
    guard let call = running[id], let token = call.progressToken, done > call.progress ?? -1 else {
      return []
    }
    running[id]?.progress = done
    return [
      .send(
        ServerMessage.notification(
          "notifications/progress",
          [
            "progressToken": token.json, "progress": .number(done), "total": .number(total),
            "message": .string(message),
          ]))
    ]
  }

  private static func noResource(_ era: ProtocolEra) -> ProtocolError {
    ProtocolError(era == .modern ? .invalidParams : .resourceNotFound, "no such resource")
  }

  // MARK: - Subscriptions

  /// The request gets no answer until the client ends it.
  private mutating func listen(_ request: Request) throws(ProtocolError) -> [Effect] {
    guard let wanted = request.params["notifications"]?.fields else {
      throw ProtocolError(.invalidParams, "the parameter notifications must be an object")
    }
    let uris = wanted["resourceSubscriptions"]?.items?.compactMap(\.text) ?? []
    var known: [String] = []
    let effects = try changingSubscriptions { (all) throws(ProtocolError) in
      known = try all.listen(request.id, uris)
    }
    let honored: JSONValue =
      known.isEmpty ? [:] : ["resourceSubscriptions": .array(known.map(JSONValue.string))]
    let acknowledgement = ServerMessage.notification(
      "notifications/subscriptions/acknowledged",
      ["_meta": [ProtocolEra.subscriptionKey: request.id.json], "notifications": honored])
    return [.send(acknowledgement)] + effects
  }

  private mutating func changingSubscriptions(
    _ change: (inout Subscriptions) throws(ProtocolError) -> Void
  ) throws(ProtocolError) -> [Effect] {
    let wasEmpty = subscriptions.isEmpty
    try change(&subscriptions)
    guard subscriptions.isEmpty != wasEmpty else { return [] }
    if subscriptions.isEmpty { verdicts = nil }
    return [.watch(wasEmpty)]
  }

  /// Like the throwing one, for changes that can't fail.
  private mutating func changingSubscriptions(_ change: (inout Subscriptions) -> Void) -> [Effect] {
    let wasEmpty = subscriptions.isEmpty
    change(&subscriptions)
    guard subscriptions.isEmpty != wasEmpty else { return [] }
    if subscriptions.isEmpty { verdicts = nil }
    return [.watch(wasEmpty)]
  }

  /// The verdicts as they are now. The first ones after a subscription are the state that the client knows.
  package mutating func update(_ current: VerdictRecord) -> [Effect] {
    guard !subscriptions.isEmpty else { return [] }
    defer { verdicts = current }
    guard let former = verdicts, former != current else { return [] }
    return subscriptions.updates { current.differs(from: former, in: $0) }.map(Effect.send)
  }
}
