internal import FoundationEssentials
internal import GuardConnection

@testable internal import GuardAssistants

extension FuzzTarget {
  /// Messages of an assistant: lines do not depend on how they arrive, each value is the same after it is written and
  /// read, and every request gets exactly one answer or one call.
  static let assistantMessage = FuzzTarget("assistant-message") { bytes in
    var whole = LineSplitter(limit: 4096)
    let lines = whole.add(bytes)
    var halves = LineSplitter(limit: 4096)
    let middle = bytes.count / 2
    try hold(
      halves.add(bytes[..<middle]) + halves.add(bytes[middle...]) == lines, "lines depend on their arrival")
    var session = AssistantSession()
    for line in lines {
      if let value = JSONReader.read(line) {
        try hold(JSONReader.read(Array(value.line.utf8)) == value, "\(value.line)")
        try hold(!value.line.contains("\n"), "more than one line")
      } else if let other = try? JSONDecoder().decode(JSONValue.self, from: Data(line)) {
        // Foundation reads some values that RFC 8259 does not have, and has other limits.
        try hold(line.count { $0 == 0x5B || $0 == 0x7B } > JSONReader.depthLimit || isLoose(line), "\(other)")
      }
      let message = ClientMessage(line)
      let effects = session.receive(message)
      switch message {
      case .ignored: try hold(effects.isEmpty, "an answer to nothing")
      case .invalid(let id, _): try hold(answers(effects, to: id) == 1, "no answer")
      case .notification: try hold(effects.allSatisfy { !isMessage($0) }, "an answer to a notification")
      case .request(let id, _, _):
        let isStream = effects.contains { isAcknowledgement($0) }
        let calls = effects.count { if case .start(let call) = $0 { call.id == id } else { false } }
        try hold(answers(effects, to: id) + calls + (isStream ? 1 : 0) == 1, "\(effects.count) effects")
        if calls == 1 { _ = session.finish(id, .success([:])) }
      }
    }
  }

  /// Texts of a cluster: what is left has no control characters, is short, and does not change any more.
  static let foreignText = FuzzTarget("foreign-text") { bytes in
    let clean = ForeignText.clean(String(foreign: bytes))
    try hold(clean.unicodeScalars.count <= ForeignText.limit + 1, "\(clean.unicodeScalars.count) characters")
    try hold(
      clean.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{FFFD}"
      },
      "a control character")
    try hold(JSONReader.read(Array(JSONValue.string(clean).line.utf8)) == .string(clean), "another text")
  }

  /// True for a number that only Foundation reads.
  private static func isLoose(_ line: [UInt8]) -> Bool {
    line.contains {
      (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x00 || $0 == 0xEF || $0 == 0xFE || $0 == 0xFF
    }
  }

  private static func isMessage(_ effect: AssistantSession.Effect) -> Bool {
    if case .send = effect { true } else { false }
  }

  private static func isAcknowledgement(_ effect: AssistantSession.Effect) -> Bool {
    guard case .send(let message) = effect else { return false }
    return message["method"] == "notifications/subscriptions/acknowledged"
  }

  private static func answers(_ effects: [AssistantSession.Effect], to id: RequestID) -> Int {
    effects.count { effect in
      guard case .send(let message) = effect else { return false }
      return message["id"] == id.json && (message["result"] != nil) != (message["error"] != nil)
    }
  }
}
