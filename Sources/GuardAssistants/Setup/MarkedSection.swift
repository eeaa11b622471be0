/// The guard's section of a text file, between two markers. The rest of the file belongs to others.
package struct MarkedSection: Sendable {
  let begin: String
  let end: String

  package static let markdown = MarkedSection(
    begin: "<!-- begin oceanid-guard (made by: oceanid-ctl agents --write) -->",
    end: "<!-- end oceanid-guard -->")
  static let toml = MarkedSection(
    begin: "# begin oceanid-guard (made by: oceanid-ctl agents --write)", end: "# end oceanid-guard")

  /// The section with its markers.
  package func marked(_ section: String) -> String { "\(begin)\n\(section)\n\(end)\n" }

  /// The text with the section in the place of the former one, or at its end.
  package func placed(_ section: String, in text: String) throws(UneditableFile) -> String {
    guard let range = try range(in: text) else {
      let gap = text.isEmpty ? "" : text.hasSuffix("\n") ? "\n" : "\n\n"
      return text + gap + marked(section)
    }
    return text.replacingCharacters(range, with: marked(section))
  }

  /// The text without the section.
  func removed(from text: String) -> String {
    guard let range = try? range(in: text) else { return text }
    return text.replacingCharacters(range, with: "")
  }

  /// From the first marker to the line feed after the last one; nil without markers.
  private func range(in text: String) throws(UneditableFile) -> Range<String.Index>? {
    let begins = text.ranges(of: begin)
    let ends = text.ranges(of: end)
    guard !begins.isEmpty || !ends.isEmpty else { return nil }
    guard let first = begins.first, let last = ends.first, begins.count == 1, ends.count == 1,
      first.upperBound <= last.lowerBound
    else { throw UneditableFile("the markers of the section are incomplete or repeated; remove them first") }
    let rest = text[last.upperBound...]
    let isLine = rest.first == "\n" || rest.first == "\r\n"
    return first.lowerBound..<(isLine ? text.index(after: last.upperBound) : last.upperBound)
  }
}

extension String {
  fileprivate func replacingCharacters(_ range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
