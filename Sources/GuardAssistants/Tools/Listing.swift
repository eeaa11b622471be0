import GuardConnection

/// An answer with a list that is cut to the size of an answer.
enum Listing {
  /// - Parameters:
  ///   - limit: the number of items that the caller requests; nil for the usual size.
  ///   - total: the number of items if more are known than these.
  ///   - json: is called for the items that are shown, and for one more.
  static func answer<Item>(
    _ rest: KeyValuePairs<String, JSONValue?>, _ name: String, _ items: [Item], limit: Int?,
    total: Int? = nil,
    _ json: (Item) -> JSONValue
  ) -> JSONValue {
    let head = JSONValue.fields(rest)
    let shown = AnswerSize.fitting(items.lazy.map(json), limit: limit, beside: head)
    let total = max(total ?? items.count, items.count)
    var fields = head.fields ?? [:]
    fields[name] = .array(shown)
    fields["total"] = .count(total)
    fields["shown"] = .count(shown.count)
    fields["truncated"] = .bool(shown.count < total)
    return .object(fields)
  }
}
