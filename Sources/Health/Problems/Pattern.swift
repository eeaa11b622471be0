/// A text with named holes: `node/<node>/not-ready`.
struct Pattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text as it was declared; a general reader can read it as it is.
  let description: String

  init(stringLiteral text: String) { description = text }

  /// In one pass, so that a value is never taken for a hole. A hole without a value stays as it is declared.
  func filled(_ value: (_ name: String) -> String?) -> String {
    var filled = ""
    var rest = description[...]
    while let begin = rest.firstIndex(of: "<"), let end = rest[begin...].firstIndex(of: ">") {
      filled += rest[..<begin]
      filled += value(String(rest[rest.index(after: begin)..<end])) ?? String(rest[begin...end])
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }

  /// A hole stands for any text.
  func matches(_ text: String) -> Bool { Silence.matches(filled { _ in "*" }, text) }

  /// How much of a text it fixes: of several patterns that match, the one that fixes most is meant.
  var fixedLength: Int { filled { _ in "" }.utf8.count }
}
