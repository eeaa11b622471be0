internal import GuardScreen

@testable internal import Health

extension FuzzTarget {
  /// The bytes of a keyboard: the keys do not depend on how the bytes are split, and no text is invisible.
  static let keys = FuzzTarget("keys") { bytes in
    var decoder = KeyDecoder()
    let whole = decoder.decode(bytes)
    var slow = KeyDecoder()
    let pieces = bytes.flatMap { slow.decode([$0]) }
    try hold(whole == pieces, "decoded otherwise in pieces: \(whole) and \(pieces)")
    try hold(decoder == slow, "another state after pieces")
    try hold(whole.count <= bytes.count, "\(whole.count) keys of \(bytes.count) bytes")
    for key in whole + decoder.expire() {
      switch key {
      case .character(let scalar): try hold(!scalar.isInvisible, "an invisible character")
      case .paste(let text):
        try hold(!text.unicodeScalars.contains(where: \.isInvisible), "an invisible character in \(text)")
        try hold(text.utf8.count <= 4096, "\(text.utf8.count) bytes in a paste")
      case .click(let row, let column): try hold(row >= 0 && column >= 0, "\(row), \(column)")
      case .enter, .escape, .tab, .backTab, .backspace, .delete, .up, .down, .left, .right, .home, .end,
        .pageUp, .pageDown, .control, .wheelUp, .wheelDown:
        break
      }
    }
    try hold(decoder.timeLimit == nil && decoder.expire().isEmpty, "a sequence goes on after its end")
  }
}
