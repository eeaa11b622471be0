/// A list request: selectors, pagination and the format of the items.
struct Listing {
  let kind: ResourceKind
  let version: String
  /// nil selects all namespaces.
  let namespace: String?
  let request: Request
  let state: ClusterState
  let now: APITime
  /// Rejects each `continue` token as expired.
  let refusesContinue: Bool

  func answer(_ form: Representation) -> Answer {
    var objects = state.objects(of: kind, at: now)
    if let namespace { objects = objects.filter { $0.namespace == namespace } }
    do {
      objects = try selected(objects)
    } catch {
      return .failure(400, "BadRequest", error.message)
    }
    var metadata: JSON = ["resourceVersion": .string(String(state.version))]
    var start = 0
    if let token = request.query["continue"], !token.isEmpty {
      guard let position = position(of: token), !refusesContinue else {
        return .failure(
          410, "Expired",
          """
          The provided continue parameter is too old to display a consistent list result. You can start a new list \
          without the continue parameter.
          """,
          metadata: ["continue": ""])
      }
      start = min(position, objects.count)
    }
    var page = objects[start...]
    if let limit = request.query["limit"].flatMap(Int.init), limit > 0, limit < page.count {
      page = page.prefix(limit)
      metadata["continue"] = .string("v\(state.version).\(page.endIndex)")
      if request.query["labelSelector"] == nil, request.query["fieldSelector"] == nil {
        metadata["remainingItemCount"] = .number(objects.count - page.endIndex)
      }
    }
    if form == .table { return Answer(Table(kind: kind, state: state, now: now).json(Array(page), metadata)) }
    let items = page.map { object -> JSON in
      var item = object.json(form, version: version, in: state)
      if form == .whole {
        // Items of a built-in kind's list do not repeat their kind; those of custom resources do.
        if !kind.group.contains(".") || kind.group.hasSuffix(".k8s.io") {
          item["kind"] = .null
          item["apiVersion"] = .null
        }
      }
      return item
    }
    return Answer([
      "kind": form == .metadata ? "PartialObjectMetadataList" : "\(kind.kind)List",
      "apiVersion": form == .metadata
        ? "meta.k8s.io/v1" : .string(ResourceKind.groupVersion(kind.group, version)),
      "metadata": metadata, "items": .array(items),
    ])
  }

  /// A token is valid only for the state of the cluster in which it was issued.
  private func position(of token: String) -> Int? {
    let parts = token.split(separator: ".")
    guard parts.count == 2, parts[0] == "v\(state.version)" else { return nil }
    return Int(parts[1]).flatMap { $0 >= 0 ? $0 : nil }
  }

  private struct BadSelector: Error { let message: String }

  private func selected(_ objects: [Object]) throws(BadSelector) -> [Object] {
    var objects = objects
    for term in try terms("fieldSelector") {
      let value: (Object) -> String?
      switch (term.key, kind) {
      case ("metadata.name", _): value = { $0.name }
      case ("metadata.namespace", _): value = { $0.namespace }
      case ("spec.nodeName", .pod): value = { $0.spec["nodeName"].string }
      case ("status.phase", .pod): value = { $0.status["phase"].string }
      case ("reason", .event): value = { $0.other["reason"]?.string }
      default: throw BadSelector(message: "field label not supported: \(term.key)")
      }
      objects = objects.filter { (value($0) ?? "" == term.value ?? "") == term.isEqual }
    }
    for term in try terms("labelSelector") {
      objects = objects.filter { object in
        let own = object.labels[term.key]
        return (term.value.map { own == $0 } ?? (own != nil)) == term.isEqual
      }
    }
    return objects
  }

  private struct Term {
    let key: String
    let value: String?
    var isEqual = true
  }

  /// Parses `a=b,c,d!=e`. Other operators are not supported.
  private func terms(_ parameter: String) throws(BadSelector) -> [Term] {
    var out: [Term] = []
    for text in (request.query[parameter] ?? "").split(separator: ",") {
      let sides = text.split(separator: "=").map(String.init)
      guard var key = sides.first, sides.count <= 2, !key.contains(" "), !key.hasPrefix("!") else {
        throw BadSelector(message: "unable to parse requirement: \(text)")
      }
      let isEqual = !key.hasSuffix("!")
      if !isEqual { key.removeLast() }
      out.append(Term(key: key, value: sides.count > 1 ? sides[1] : nil, isEqual: isEqual))
    }
    return out
  }
}
