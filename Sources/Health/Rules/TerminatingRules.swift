// Rules for objects that do not terminate because their finalizers do not complete.
extension Evaluation {
  /// How long the object still exists after its deletion; nil if it is not deleted or is within the time limit.
  func terminating(_ resource: Resource) -> Duration? {
    guard let deleted = resource.deletionTimestamp, serverNow - deleted > .seconds(600) else { return nil }
    return serverNow - deleted
  }

  /// - Parameter facts: values for the placeholders of `code`; nil selects those of the resource.
  /// - Returns: true if a problem was reported.
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
