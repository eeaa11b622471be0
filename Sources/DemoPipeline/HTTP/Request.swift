internal import NIOHTTP1
internal import Platform

/// The parts of a request that the APIs use.
struct Request: Sendable {
  let method: String
  /// Path and query as sent.
  let target: String
  /// The parts of the path between slashes, percent-decoded each: a branch may contain an encoded slash.
  let path: [String]
  /// True if the path ends with a slash.
  let hasTrailingSlash: Bool
  let query: [String: String]
  let headers: HTTPHeaders

  init(_ head: HTTPRequestHead) {
    method = head.method.rawValue
    target = head.uri
    headers = head.headers
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.first ?? ""
    self.path = path.split(separator: "/").map { String($0).percentDecoded }
    hasTrailingSlash = path.count > 1 && path.hasSuffix("/")
    var query: [String: String] = [:]
    for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[String(sides[0]).percentDecoded] = sides.count > 1 ? String(sides[1]).percentDecoded : ""
    }
    self.query = query
  }

  func header(_ name: String) -> String? { headers.first(name: name) }

  /// True if an Accept header contains the word.
  func accepts(_ word: String) -> Bool { headers["accept"].contains { $0.contains(word) } }

  /// The credential of `Authorization: SCHEME CREDENTIAL`; nil without one.
  var credential: (scheme: String, token: String)? {
    guard let words = header("authorization")?.split(separator: " ", maxSplits: 1), words.count == 2 else {
      return nil
    }
    return (words[0].lowercased(), String(words[1]))
  }

  func number(_ parameter: String, in range: ClosedRange<Int>, otherwise usual: Int) -> Int {
    guard let number = query[parameter].flatMap({ Int($0) }) else { return usual }
    return min(max(number, range.lowerBound), range.upperBound)
  }
}
