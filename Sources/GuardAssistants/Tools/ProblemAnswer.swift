import GuardAPI
import GuardConnection
import GuardTypes
import Health

/// `problems`, and the form of a problem in all answers.
enum ProblemAnswer {
  static func json(_ problem: ProblemDocument) -> JSONValue {
    let advice = Advice(
      code: problem.code, id: problem.id, command: problem.command, cluster: problem.cluster)
    return .fields([
      "code": .own(problem.code), "severity": .string(problem.severity.rawValue),
      "cluster": problem.cluster.isEmpty ? nil : .own(problem.cluster), "since": .time(problem.since),
      "muted": problem.silence == nil ? nil : true, "meaning": advice.meaning.map(JSONValue.string),
      "next": advice.next,
      "untrusted": .untrusted([
        "id": .foreign(problem.id), "subject": .foreign(problem.subject), "title": .foreign(problem.title),
        "detail": .foreign(problem.detail), "command": .foreign(advice.filled),
      ]) ?? .object([:]),
    ])
  }

  static func counts(_ problems: [ProblemDocument]) -> JSONValue {
    let critical = problems.count { $0.severity == .critical }
    return ["critical": .count(critical), "warning": .count(problems.count - critical)]
  }

  static func answer(_ status: StatusDocument, _ arguments: Arguments) -> JSONValue {
    let severity = arguments.text("severity")
    let problems = status.problems.filter { severity == nil || $0.severity.rawValue == severity }
    // The document leaves out problems beyond its limit.
    let omitted = severity == nil && arguments.text("cluster") == nil ? status.omittedProblems ?? 0 : 0
    return Listing.answer(
      [
        "verdict": .string(status.verdict.rawValue), "generatedAt": .time(status.generatedAt),
        "counts": counts(status.problems),
      ], "problems", problems, limit: arguments.integer("limit"), total: problems.count + omitted, json)
  }
}
