import GuardAPI
import GuardConnection
import GuardExplain
import GuardTypes

/// `explain`: texts of the guard's documentation, and the current problem if the topic is the id of one.
enum ExplainAnswer {
  /// True if the answer needs the current problems.
  static func isOfProblem(_ topic: String?) -> Bool { topic.map { $0.count { $0 == "/" } > 1 } ?? false }

  /// - Parameters:
  ///   - status: nil if it is not needed, or if the guard does not answer.
  ///   - limit: the most names in the list of all topics; nil for the usual size.
  static func answer(_ topic: String?, _ status: StatusDocument?, limit: Int? = nil) throws(CallFailure)
    -> JSONValue
  {
    guard let topic else { return list(limit) }
    if let entry = Catalog.builtIn.entries.first(where: { $0.event == topic }) {
      let (subject, text) = entry.general
      let meaning = JSONValue.string("\(subject)\n\(text)")
      return Listing.answer([:], "topics", [meaning], limit: nil) {
        ["topic": .string(topic), "meaning": $0]
      }
    }
    let problem = status?.problems.first { $0.id == topic }
    let topics = problem.map { Topic.of(code: $0.code, id: $0.id) } ?? Topic.of(topic)
    guard !topics.isEmpty || problem != nil else { throw unknown(topic) }
    return Listing.answer(
      ["problem": problem.map(ProblemAnswer.json)], "topics", topics, limit: nil, json)
  }

  private static func json(_ topic: Topic) -> JSONValue {
    .fields([
      "topic": .string(topic.word), "meaning": .string(topic.meaning), "next": Advice.json(topic.step),
    ])
  }

  /// The names of the topics without their texts, which are too long. Problems and errors come before events.
  private static func list(_ limit: Int?) -> JSONValue {
    let words = Topic.words + Catalog.builtIn.entries.map(\.event)
    var known: Set<String> = []
    let topics = words.filter { known.insert($0).inserted }
    return Listing.answer([:], "names", topics, limit: limit, JSONValue.string)
  }

  private static func unknown(_ topic: String) -> CallFailure {
    let topic = ForeignText.clean(topic, limit: 100)
    let last = topic.split(separator: "/").last.map(String.init) ?? topic
    let words = Catalog.builtIn.entries.map(\.event) + Topic.words
    let hint = Spelling.nearest(to: last, among: words).map { ["did you mean \($0)?"] } ?? []
    return CallFailure(
      "no topic '\(topic)'", next: hint + ["call explain without a topic for a list"])
  }
}
