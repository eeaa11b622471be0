// Text from outside, limited in length.

extension String {
  /// At most this many bytes of UTF-8, cut between characters and marked where it was cut: text that a cluster sends
  /// must not grow a log entry without end.
  package func limited(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = "…"
    var kept = 0
    var end = startIndex
    for index in unicodeScalars.indices {
      let size = UTF8.width(unicodeScalars[index])
      guard kept + size + mark.utf8.count <= limit else { break }
      kept += size
      end = unicodeScalars.index(after: index)
    }
    return self[..<end] + mark
  }
}
