import GuardConnection

/// The size of an answer. A model pays for every character, and clients cut or move long answers.
enum AnswerSize {
  /// The largest structured part if the caller sets no `limit`, in bytes of UTF-8.
  static let usual = 4000
  /// Of the structured part with a `limit`. It is sent twice, as value and as text, within `hardCap`.
  static let largest = 18_000
  /// Of a whole result. No answer is longer.
  static let hardCap = 40_000

  /// The first items that fit into the size, at least one if it fits into the largest size.
  static func fitting(_ items: some Sequence<JSONValue>, limit: Int?, beside rest: JSONValue) -> [JSONValue] {
    var left = (limit == nil ? usual : largest) - rest.line.utf8.count
    var kept: [JSONValue] = []
    for item in items {
      if let limit, kept.count >= limit { break }
      let length = item.line.utf8.count + 1
      guard length <= left || kept.isEmpty && length <= largest - usual else { break }
      left -= length
      kept.append(item)
    }
    return kept
  }
}
