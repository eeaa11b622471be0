/// A movement in a list or a text.
enum Movement: Hashable {
  case by(Int)
  case first, last

  private static let wheel = 3

  /// nil if the key does not move.
  ///
  /// - Parameter page: the length of a page.
  init?(_ key: Key, page: Int) {
    switch key {
    case .up, .character("k"): self = .by(-1)
    case .down, .character("j"): self = .by(1)
    case .pageUp, .control("b"): self = .by(-page)
    case .pageDown, .control("f"), .character(" "): self = .by(page)
    case .home, .character("g"): self = .first
    case .end, .character("G"): self = .last
    case .wheelUp: self = .by(-Movement.wheel)
    case .wheelDown: self = .by(Movement.wheel)
    case .character, .enter, .escape, .tab, .backTab, .backspace, .delete, .left, .right, .control, .click,
      .paste:
      return nil
    }
  }

  /// The position after the movement, within 0 and `last`.
  func applied(to position: Int, last: Int) -> Int {
    switch self {
    case .by(let distance): min(max(0, position + distance), max(0, last))
    case .first: 0
    case .last: max(0, last)
    }
  }
}
