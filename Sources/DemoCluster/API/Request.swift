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

  /// Percent decoding (RFC 3986 §2.1). Invalid escapes are kept as they are.
  private static func decoded(_ text: Substring) -> String {
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "%"), bytes.count >= 2,
        let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      {
        out.append(value)
        bytes = bytes.dropFirst(2)
      } else {
        out.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
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
