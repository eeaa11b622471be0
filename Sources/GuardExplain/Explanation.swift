import FoundationEssentials
package import GuardAPI
package import GuardConnection
import Health

/// The answer of `oceanid-ctl explain`.
package enum Explanation {
  /// Every event and every topic, one line each.
  case all
  case event(Catalog.Entry)
  /// The topics of a word, and the guard's current problem of that id.
  case topics([Topic], ProblemDocument?)

  package var json: JSONValue {
    get throws {
      switch self {
      case .all:
        .object([
          "events": .array(Catalog.builtIn.entries.map(Explanation.json)),
          "topics": .array(Topic.all.map(Explanation.json)),
        ])
      case .event(let entry): .object(["event": Explanation.json(entry)])
      case .topics(let topics, let problem):
        .object([
          "topic": topics.first.map(Explanation.json) ?? .null,
          "topics": .array(topics.map(Explanation.json)),
          "problem": try problem.map(Explanation.json) ?? .null,
        ])
      }
    }
  }

  private static func json(_ entry: Catalog.Entry) -> JSONValue {
    let (subject, text) = entry.general
    return .object([
      "event": .string(entry.event), "messageId": .string(entry.messageID), "subject": .string(subject),
      "text": .string(text),
    ])
  }

  private static func json(_ topic: Topic) -> JSONValue {
    .object([
      "word": .string(topic.word), "meaning": .string(topic.meaning), "remedy": .string(topic.step.remedy),
      "command": topic.step.command.map(JSONValue.string) ?? .null,
      "note": topic.step.note.map(JSONValue.string) ?? .null,
    ])
  }

  /// The problem in the format of the status document.
  private static func json(_ problem: ProblemDocument) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: DocumentCoding.encode(problem))
  }
}
