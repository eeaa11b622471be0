@testable internal import GuardRun

extension FuzzTarget {
  /// Lines for a shell: reading ends, and a change is found after any input that ends a command.
  static let shellLine = FuzzTarget("shell-line") { bytes in
    let text = String(foreign: bytes)
    let effect = CommandReader.effect(ofLine: text)
    if let denial = Denial(effect) {
      try hold(!denial.reason.isEmpty && !denial.text.utf8.contains(0), "a denial without words")
    }
    try hold(CommandReader.effect(ofLine: text) == effect, "two opinions")
    let before = CommandReader.effect(ofLine: "kubectl delete pod x\n" + text)
    try hold(before.isChange, "\(before) after a change")
  }
}
