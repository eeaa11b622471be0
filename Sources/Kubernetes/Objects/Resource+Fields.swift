internal import Health

extension Resource {
  init(_ object: Fields, kind: String, group: String, limits: TextLimits = TextLimits()) throws {
    let metadata = try object.requireObject("metadata")
    let status = try object.object("status")
    let deleted = try metadata.judgedTime("deletionTimestamp")
    self.init(
      kind: kind, group: group, namespace: try metadata.judgedName("namespace")?.shared ?? "",
      name: try metadata.requireName("name"), creationTimestamp: metadata.time("creationTimestamp"),
      deletionTimestamp: deleted,
      generation: try metadata.judgedNumber("generation"),
      observedGeneration: try status?.judgedNumber("observedGeneration"),
      conditions: try Condition.list(status?.objects("conditions") ?? [], limits),
      finalizers: deleted == nil ? [] : Resource.finalizers(metadata, limits))
  }

  init(_ object: Fields, of served: ServedKind) throws {
    try self.init(
      object, kind: served.kind.name, group: served.kind.group, limits: served.limits)
  }

  /// The first finalizers, and how many more there are.
  private static func finalizers(_ metadata: Fields, _ limits: TextLimits) -> [String] {
    let (texts, omitted) = metadata.texts("finalizers", bytes: limits.message)
    return omitted == 0 ? texts : texts + ["\(omitted) more"]
  }
}

extension Condition {
  /// The first few conditions. Retrying controllers repeat a long message in two of them, so its text is processed
  /// and stored once.
  fileprivate static func list(_ objects: [Fields], _ limits: TextLimits) throws -> [Condition] {
    var conditions: [Condition] = []
    var message: ShownText?
    for fields in judgedFirst(objects, limits.conditions) {
      message = fields.shownText("message", unlike: message, limit: limits.message)
      conditions.append(
        Condition(
          type: try fields.requireName("type", limit: limits.type).shared,
          status: Status(try fields.requireText("status")),
          reason: fields.word("reason", limit: limits.reason)?.shared ?? "",
          message: message?.lines.shared ?? "",
          lastTransitionTime: fields.time("lastTransitionTime")))
    }
    return conditions
  }
}

extension Condition {
  /// Types that decide the verdict of most kinds.
  private static let judgedTypes: Set = [
    "Ready", "Stalled", "Reconciling", "Available", "Progressing", "ReplicaFailure", "Complete", "Failed",
    "PodScheduled", "Issuing", "EtcdIsVoter", "FailureTarget", "SuccessCriteriaMet", "Suspended",
    "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable",
  ]

  /// The first conditions, in their order, with those that decide the verdict.
  private static func judgedFirst(_ objects: [Fields], _ limit: Int) -> [Fields] {
    guard objects.count > limit else { return objects }
    let judged = objects.indices.filter { judgedTypes.contains(objects[$0].word("type") ?? "") }.prefix(limit)
    // Most conditions that report faults do so with True.
    let rest = objects.indices.filter { !judged.contains($0) }
    let set = rest.filter { objects[$0].word("status") == "True" }.prefix(limit)
    let others = (set + rest.filter { !set.contains($0) }).prefix(limit - judged.count)
    return (judged + others).sorted().map { objects[$0] }
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
    guard let fields, let name = fields.word("name"), let kind = fields.word("kind") ?? defaultKind else {
      return nil
    }
    self.init(
      kind: kind.shared, namespace: fields.word("namespace")?.shared ?? namespace, name: name.shared)
  }
}
