// Objects that do not end: their finalizers wait for something that does not come.
extension Judgement {
  /// How long an object has been deleted and is there all the same; nil: it is not deleted, or has time.
  func terminating(_ resource: Resource) -> Duration? {
    guard let deleted = resource.deletionTimestamp, serverNow - deleted > .seconds(600) else { return nil }
    return serverNow - deleted
  }

  /// - Parameter facts: the values of the holes in the patterns of `code`; nil: the resource's own.
  /// - Returns: whether there was something to tell.
  mutating func reportTerminating(
    _ resource: Resource, as code: ProblemCode, facts: [String: String]? = nil, rank: Problem.Rank? = nil
  ) -> Bool {
    guard let time = terminating(resource) else { return false }
    report(
      code, (facts ?? resource.facts).merging(["age": time.humanDuration]) { $1 },
      subject: resource.kind == "Node" ? "node \(resource.name)" : resource.reference.description,
      detail: resource.finalizers.isEmpty
        ? "" : "finalizers: \(resource.finalizers.joined(separator: ", "))",
      since: resource.deletionTimestamp, rank: rank)
    return true
  }
}
