internal import Health
internal import Redaction

extension Resource {
  init(_ object: Fields, kind: String, group: String, messageLimit: Int = redactedTextLimit) throws {
    let metadata = try object.requireObject("metadata")
    let status = try object.object("status")
    self.init(
      kind: kind, group: group, namespace: try metadata.judgedName("namespace") ?? "",
      name: try metadata.requireName("name"), creationTimestamp: metadata.time("creationTimestamp"),
      deletionTimestamp: try metadata.judgedTime("deletionTimestamp"),
      generation: try metadata.judgedNumber("generation"),
      observedGeneration: try status?.judgedNumber("observedGeneration"),
      conditions: try Condition.list(status?.objects("conditions") ?? [], messageLimit),
      finalizers: metadata.texts("finalizers"))
  }

  init(_ object: Fields, of served: ServedKind) throws {
    try self.init(
      object, kind: served.kind.name, group: served.kind.group, messageLimit: served.messageLimit)
  }
}

extension Condition {
  /// The first few conditions. Retrying controllers repeat a long message in two of them, so its text is processed
  /// and stored once.
  fileprivate static func list(_ objects: [Fields], _ limit: Int) throws -> [Condition] {
    var conditions: [Condition] = []
    var message: ShownText?
    for fields in objects.prefix(64) {
      message = fields.shownText("message", unlike: message, limit: limit)
      conditions.append(
        Condition(
          type: try fields.requireName("type"),
          status: Status(try fields.requireText("status")),
          reason: fields.text("reason") ?? "", message: message?.lines ?? "",
          lastTransitionTime: fields.time("lastTransitionTime")))
    }
    return conditions
  }
}

extension Condition.Status {
  /// The API server does not validate this word. Some controllers write it like a JSON or YAML boolean.
  fileprivate init(_ word: String) {
    self = Condition.Status.allCases.first { $0.rawValue.lowercased() == word.lowercased() } ?? .unknown
  }
}

extension Reference {
  /// A reference in a spec: kind, name and an optional namespace.
  init?(_ fields: Fields?, defaultKind: String? = nil, namespace: String) {
    guard let fields, let name = fields.text("name"), let kind = fields.text("kind") ?? defaultKind else {
      return nil
    }
    self.init(kind: kind, namespace: fields.text("namespace") ?? namespace, name: name)
  }
}
