/// A fault in the answers of an API, or of another server in its place.
package enum ResponseFault: Hashable, Sendable {
  case status(Int)
  /// Accepts the request and never answers.
  case hangs
  /// Closes the connection without an answer.
  case closes
  /// 200 with a web page, as from a captive portal.
  case html
  /// A complete answer whose JSON is cut in half.
  case truncatedJSON
  /// Fewer bytes than Content-Length announces, then end of file.
  case shortBody
  case invalidUTF8
  /// A body with this many bytes.
  case hugeBody(Int)
  /// An endless header section.
  case endlessHeaders
  /// One byte per this many milliseconds.
  case slow(milliseconds: Int)
  /// Members of the wrong type: in every other item of a list, or in the whole answer.
  case wrongTypes
  /// Nested arrays of this depth.
  case deepNesting(Int)
  /// 302 to another address.
  case redirect(String)

  /// Parses `hangs`, `status:503`, `slow:200`, `huge-body:50000000` and so on.
  init(word: String) throws(DemoPipelineError) {
    let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
    func number(_ usual: Int) -> Int { parts.count > 1 ? Int(parts[1]) ?? usual : usual }
    switch parts.first ?? "" {
    case "status": self = .status(number(500))
    case "hangs": self = .hangs
    case "closes": self = .closes
    case "html": self = .html
    case "truncated-json": self = .truncatedJSON
    case "short-body": self = .shortBody
    case "invalid-utf8": self = .invalidUTF8
    case "huge-body": self = .hugeBody(number(100_000_000))
    case "endless-headers": self = .endlessHeaders
    case "slow": self = .slow(milliseconds: number(200))
    case "wrong-types": self = .wrongTypes
    case "deep-nesting": self = .deepNesting(number(100_000))
    case "redirect": self = .redirect(parts.count > 1 ? parts[1] : "http://127.0.0.1:1/")
    default: throw DemoPipelineError.unknownFault("unknown response fault '\(word)'")
    }
  }
}
