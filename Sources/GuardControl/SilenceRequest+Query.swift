internal import GuardAPI
internal import GuardIncidents

extension SilenceRequest {
  /// A parameter that is missing or out of range.
  struct Mistake: Error {
    let description: String
  }

  init(_ query: Query) throws(Mistake) {
    guard let reason = query["reason"], ReasonText.accepts(reason) else {
      throw Mistake(description: "reason is required, at most \(ReasonText.limit) bytes")
    }
    guard let seconds = query["seconds"].flatMap(Int64.init), seconds < 1 << 32,
      SilenceDocument.lengths.contains(.seconds(seconds))
    else { throw Mistake(description: "seconds is a number from 60 to \(30 * 86_400), which are 30 days") }
    guard (query["pattern"]?.utf8.count ?? 0) <= 200 else {
      throw Mistake(description: "pattern may have 200 bytes")
    }
    let cluster = query["cluster"]
    let pattern = query["pattern"] ?? (cluster == nil ? "" : "*")
    // An empty pattern is probably an unset shell variable, not a request to mute everything.
    guard !pattern.allSatisfy(\.isWhitespace) else {
      throw Mistake(description: "pattern is required: a part of what is silenced, or * for everything")
    }
    self.init(
      cluster: cluster, pattern: pattern == "*" ? nil : pattern, reason: reason, duration: .seconds(seconds))
  }
}
