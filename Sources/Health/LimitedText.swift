// Text from outside, limited in length.

extension String {
  /// At most this many bytes of UTF-8, cut between characters and marked where it was cut, so that text from
  /// a cluster can't grow a log entry without limit.
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
