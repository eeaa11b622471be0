// Limits the length of external text.

extension String {
  /// Cuts the text to at most this many bytes of UTF-8 at a character boundary and marks the cut, so that text from a
  /// cluster cannot make a log entry arbitrarily long.
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
