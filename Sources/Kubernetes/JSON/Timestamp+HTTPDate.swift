internal import Health

extension Timestamp {
  /// Parses the preferred form of the Date header, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
  init?(httpDate text: String) {
    let words = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])),
      words[1].count == 2
    else { return nil }
    let number = month + 1
    self.init(rfc3339: "\(words[3])-\(number < 10 ? "0" : "")\(number)-\(words[1])T\(words[4])Z")
  }
}
