internal import YAML

/// The lines of a YAML text as libyaml counts them, so that its marks fit.
struct SourceText {
  /// Without their line breaks.
  private let lines: [[Unicode.Scalar]]

  init(_ text: String) {
    var lines: [[Unicode.Scalar]] = [[]]
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      // The breaks of YAML 1.1, chapter 5.4. A carriage return with a line feed is one break.
      if scalar == "\n", last == "\r" {
      } else if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
        lines.append([])
      } else {
        lines[lines.count - 1].append(scalar)
      }
      last = scalar
    }
    self.lines = lines
  }

  /// The comments of a gap between two tokens, where nothing else can be: at most one per line.
  ///
  /// libyaml drops comments, so they are found here, in the text.
  ///
  /// - Parameter end: nil for the end of the text.
  func comments(from start: Mark, to end: Mark?) -> [Comment] {
    var found: [Comment] = []
    for line in start.line...max(start.line, min(end?.line ?? lines.count, lines.count)) {
      guard lines.indices.contains(line - 1) else { break }
      let scalars = lines[line - 1]
      let first = line == start.line ? start.column - 1 : 0
      let last = end.map { $0.line == line ? min($0.column - 1, scalars.count) : scalars.count }
      guard first < last ?? scalars.count,
        let at = scalars[first..<(last ?? scalars.count)].firstIndex(of: "#")
      else { continue }
      found.append(comment(line: line, from: at, in: scalars))
    }
    return found
  }

  /// The character at a place; nil behind the end of its line.
  func character(at place: Mark) -> Unicode.Scalar? {
    guard lines.indices.contains(place.line - 1), lines[place.line - 1].indices.contains(place.column - 1)
    else { return nil }
    return lines[place.line - 1][place.column - 1]
  }

  /// The comment behind the indicators of a block scalar: `| # text`.
  func comment(ofBlockScalarAt start: Mark) -> Comment? {
    guard lines.indices.contains(start.line - 1) else { return nil }
    let scalars = lines[start.line - 1]
    guard start.column - 1 < scalars.count, let at = scalars[(start.column - 1)...].firstIndex(of: "#") else {
      return nil
    }
    return comment(line: start.line, from: at, in: scalars)
  }

  /// The last line up to `mark` that has anything but blanks: where a block scalar ends, without the blank lines that
  /// belong to it.
  func lastContent(before mark: Mark) -> Int {
    var line = mark.column > 1 ? mark.line : mark.line - 1
    while line > 1, lines.indices.contains(line - 1), lines[line - 1].allSatisfy({ $0 == " " || $0 == "\t" })
    {
      line -= 1
    }
    return line
  }

  private func comment(line: Int, from at: Int, in scalars: [Unicode.Scalar]) -> Comment {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[at...])
    return Comment(line: line, column: at + 1, text: String(text))
  }
}

/// One comment of a text, up to the end of its line.
struct Comment: Hashable {
  /// Starts at 1, like `column`.
  let line: Int
  let column: Int
  /// With its `#`.
  let text: String
}
