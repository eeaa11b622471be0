internal import GuardAPI
internal import Health

/// What somebody wants to hear nothing of, for how long and why: the parameters of `POST /v1/silence`.
struct SilenceRequest: Hashable, Sendable {
  let cluster: String?
  let pattern: String?
  let reason: String
  let duration: Duration

  struct Mistake: Error {
    let description: String
  }

  private static let durations = Duration.seconds(60)...Duration.seconds(30 * 86_400)

  init(_ query: Query) throws(Mistake) {
    guard let reason = query["reason"], (1...500).contains(reason.utf8.count),
      !reason.allSatisfy(\.isWhitespace)
    else { throw Mistake(description: "reason is wanted, at most 500 bytes") }
    guard let seconds = query["seconds"].flatMap(Int64.init), seconds < 1 << 32,
      SilenceRequest.durations.contains(.seconds(seconds))
    else { throw Mistake(description: "seconds is a number from 60 to \(30 * 86_400), which are 30 days") }
    guard (query["pattern"]?.utf8.count ?? 0) <= 200 else {
      throw Mistake(description: "pattern may have 200 bytes")
    }
    cluster = query["cluster"]
    let pattern = query["pattern"] ?? (cluster == nil ? "" : "*")
    // An empty word is a variable that was not set, and nobody who wants silence of everything.
    guard !pattern.allSatisfy(\.isWhitespace) else {
      throw Mistake(description: "pattern is wanted: a part of what is silenced, or * for everything")
    }
    self.pattern = pattern == "*" ? nil : pattern
    self.reason = reason
    duration = .seconds(seconds)
  }
}
