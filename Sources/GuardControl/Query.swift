internal import GuardAPI
internal import Health
internal import Platform

/// The part of a request's target after `?`.
struct Query {
  private let values: [String: String]

  init(_ target: String) {
    var values: [String: String] = [:]
    for pair in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&").prefix(16) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0])] = parts.count > 1 ? parts[1].percentDecoded : ""
    }
    self.values = values
  }

  subscript(name: String) -> String? { values[name] }
}

extension HistoryQuery {
  /// A parameter that can't be parsed.
  struct Mistake: Error {
    let description: String
  }

  init(_ query: Query) throws(Mistake) {
    func moment(_ name: String) throws(Mistake) -> Timestamp? {
      guard let text = query[name] else { return nil }
      guard let moment = Timestamp(rfc3339: text) else {
        throw Mistake(description: "\(name) is not an RFC 3339 time such as 2026-03-01T04:12:07Z")
      }
      return moment
    }
    var limit = HistoryQuery.defaultLimit
    if let text = query["limit"] {
      guard let number = Int(text), (1...HistoryQuery.largestLimit).contains(number) else {
        throw Mistake(description: "limit is a number from 1 to \(HistoryQuery.largestLimit)")
      }
      limit = number
    }
    self.init(
      since: try moment("since"), until: try moment("until"), limit: limit, cluster: query["cluster"],
      events: query["event"].map { $0.split(separator: ",").map(String.init) } ?? [])
  }
}
