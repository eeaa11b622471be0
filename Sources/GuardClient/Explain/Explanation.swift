import GuardAPI
import Health

/// What `oceanid-ctl explain` has to say.
enum Explanation {
  /// Every event and every topic, a line each.
  case all
  case event(Catalog.Entry)
  /// A word, and the problem of that id as the guard has it now.
  case topic(Topic?, ProblemDocument?)

  var json: JSONValue {
    switch self {
    case .all:
      .object([
        "events": .array(Catalog.builtIn.entries.map(Explanation.json)),
        "topics": .array(Topic.all.map(Explanation.json)),
      ])
    case .event(let entry): .object(["event": Explanation.json(entry)])
    case .topic(let topic, let problem):
      .object([
        "topic": topic.map(Explanation.json) ?? .null, "problem": problem.map(Explanation.json) ?? .null,
      ])
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
      "word": .string(topic.word), "meaning": .string(topic.meaning), "remedy": .string(topic.step),
    ])
  }

  private static func json(_ problem: ProblemDocument) -> JSONValue {
    .object([
      "id": .string(problem.id), "severity": .string(problem.severity.rawValue),
      "title": .string(problem.title), "detail": .string(problem.detail), "remedy": .string(problem.remedy),
    ])
  }
}
