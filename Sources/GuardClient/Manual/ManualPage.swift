import GuardAPI

/// A page of the manual in roff (man(7)).
struct ManualPage {
  private(set) var text: String

  init(_ title: String, section: Int) {
    text = """
      .TH \(title.uppercased()) \(section) \(Product.date) "Oceanid Guard \(Product.version)" "Oceanid Guard"
      .nh

      """
  }

  mutating func name(_ name: String, _ purpose: String) {
    heading("NAME")
    line("\(ManualPage.escaped(name)) \\- \(ManualPage.escaped(purpose))")
  }

  mutating func heading(_ title: String) { text += ".SH \(title)\n" }

  mutating func subheading(_ title: String) { text += ".SS \(ManualPage.escaped(title))\n" }

  mutating func bold(_ words: String) { text += ".B \(ManualPage.escaped(words))\n" }

  mutating func entry(_ term: String, _ words: String) {
    text += ".TP\n.B \(ManualPage.escaped(term))\n"
    line(ManualPage.escaped(words))
  }

  /// Paragraphs, parted by blank lines; lines that begin with two blanks stand as they are.
  mutating func prose(_ prose: String) {
    var isLiteral = false
    var isFirst = true
    for raw in prose.split(separator: "\n", omittingEmptySubsequences: false) {
      let wantsLiteral = raw.hasPrefix("  ")
      if wantsLiteral != isLiteral {
        text += wantsLiteral ? ".nf\n" : ".fi\n"
        isLiteral = wantsLiteral
      }
      if raw.isEmpty {
        if !isFirst { text += ".PP\n" }
      } else {
        line(ManualPage.escaped(String(raw)))
        isFirst = false
      }
    }
    if isLiteral { text += ".fi\n" }
  }

  /// A file as it stands.
  mutating func file(_ file: String) {
    text += ".nf\n"
    for raw in file.split(separator: "\n", omittingEmptySubsequences: false) {
      line(raw.isEmpty ? "\\&" : ManualPage.escaped(String(raw)))
    }
    text += ".fi\n"
  }

  private mutating func line(_ words: String) {
    // A dot or quote at the beginning would be a request.
    text += (words.hasPrefix(".") || words.hasPrefix("'") ? "\\&" : "") + words + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
      .replacing("`", with: "\\(ga").replacing("^", with: "\\(ha").replacing("~", with: "\\(ti")
      .replacing("…", with: "...")
  }
}
