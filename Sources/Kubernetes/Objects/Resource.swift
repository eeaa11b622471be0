internal import Health

extension Resource {
  init(_ object: Fields, kind: String, group: String) throws {
    let metadata = try object.requireObject("metadata")
    let status = try object.object("status")
    self.init(
      kind: kind, group: group, namespace: metadata.text("namespace") ?? "",
      name: try metadata.requireName("name"), creationTimestamp: metadata.time("creationTimestamp"),
      deletionTimestamp: try metadata.judgedTime("deletionTimestamp"),
      generation: try metadata.judgedNumber("generation"),
      observedGeneration: try status?.judgedNumber("observedGeneration"),
      conditions: try (status?.objects("conditions") ?? []).prefix(64).reduce(into: []) {
        $0.append(try Condition($1, after: $0.last))
      }, finalizers: metadata.texts("finalizers"))
  }

  init(_ object: Fields, of served: ServedKind) throws {
    try self.init(object, kind: served.kind.name, group: served.kind.group)
  }
}

extension Condition {
  /// - Parameter previous: says the same at length where a controller retries, and shares the text then.
  fileprivate init(_ fields: Fields, after previous: Condition?) throws {
    let message = fields.message("message") ?? ""
    self.init(
      type: try fields.requireName("type"),
      status: Status(rawValue: try fields.requireText("status")) ?? .unknown,
      reason: fields.text("reason") ?? "",
      message: message == previous?.message ? previous?.message ?? "" : message,
      lastTransitionTime: fields.time("lastTransitionTime"))
  }
}

extension Reference {
  /// A reference in a spec: kind, name and, where it is another one, the namespace.
  init?(_ fields: Fields?, defaultKind: String? = nil, namespace: String) {
    guard let fields, let name = fields.text("name"), let kind = fields.text("kind") ?? defaultKind else {
      return nil
    }
    self.init(kind: kind, namespace: fields.text("namespace") ?? namespace, name: name)
  }
}
