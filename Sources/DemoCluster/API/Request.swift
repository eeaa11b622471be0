internal import Platform

/// The parts of a request that the API uses.
struct Request: Sendable {
  let method: String
  /// Percent-decoded, without the query.
  let path: String
  let query: [String: String]
  let accept: String
  /// The authenticated user; nil if the request is anonymous.
  let user: String?

  init(method: String, target: String, accept: String, user: String?) {
    self.method = method
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = Self.decoded(parts.first ?? "")
    var query: [String: String] = [:]
    for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[Self.decoded(sides[0])] = sides.count > 1 ? Self.decoded(sides[1]) : ""
    }
    self.query = query
    self.accept = accept.isEmpty ? "application/json" : accept
    self.user = user
  }

  /// In a query, a plus sign is a space.
  private static func decoded(_ text: Substring) -> String { text.replacing("+", with: " ").percentDecoded }
}

/// An entry of the request log. Tests use it to show that only GET requests were sent.
package struct RequestRecord: Hashable, Sendable, CustomStringConvertible {
  package let method: String
  /// Path and query as sent.
  package let target: String
  package let accept: String
  package let user: String?
  package let status: Int

  package var description: String { "\(method) \(target) \(status) \(user ?? "-")" }
}
