/// A line of text that is being typed. The cursor is at its end.
package struct TextField: Hashable, Sendable {
  package private(set) var text = ""

  package init(_ text: String = "") {
    self.text = text
  }

  /// Edits the text; false if the key does not edit.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let scalar): text.unicodeScalars.append(scalar)
    case .paste(let pasted): text += pasted
    case .backspace: if !text.isEmpty { text.removeLast() }
    case .control("u"): text = ""
    case .control("w"):
      while text.last == " " { text.removeLast() }
      while let last = text.last, last != " " { text.removeLast() }
    case .enter, .escape, .tab, .backTab, .delete, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
      .control, .wheelUp, .wheelDown, .click:
      return false
    }
    return true
  }
}
