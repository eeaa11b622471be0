import GuardAPI
import GuardTerminal

/// A question on the status line.
package enum Prompt: Hashable, Sendable {
  case filter(TextField)
  /// The confirmation with y or n.
  case reconnect(cluster: String)
  case silence(SilenceDraft)
}

/// A silence that is being typed: first its length, then its reason.
package struct SilenceDraft: Hashable, Sendable {
  package let problem: String
  /// nil until it is known.
  package private(set) var length: Duration?
  package private(set) var field = TextField()
  /// The reason why the last input was not accepted.
  package private(set) var complaint: String?

  static let usualLength = "1h"

  init(problem: String) {
    self.problem = problem
  }

  mutating func edit(_ key: Key) {
    if field.edit(key) { complaint = nil }
  }

  /// Takes the typed text. Returns the request if it is complete.
  mutating func submit() -> ScreenRequest? {
    let text = field.text
    guard let length else {
      let typed = text.allSatisfy(\.isWhitespace) ? SilenceDraft.usualLength : text
      if let length = Duration(span: typed), SilenceDocument.lengths.contains(length) {
        self.length = length
        field = TextField()
      } else {
        complaint = "a time from \(SilenceDocument.lengthsText), for example 90m"
      }
      return nil
    }
    guard ReasonText.accepts(text) else {
      complaint = "a reason of at most \(ReasonText.limit) bytes is required"
      return nil
    }
    return .silence(problem: problem, length: length, reason: text)
  }
}
