import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardTypes

/// `where_is_commit`: the stages of the pipeline with a commit.
enum WhereAnswer {
  /// The commit of the arguments, in lower case.
  static func commit(_ arguments: Arguments) throws(CallFailure) -> String {
    guard let commit = arguments.text("commit").flatMap({ CommitPrefix($0) }) else {
      throw CallFailure("the argument commit must be \(CommitPrefix.form)")
    }
    return commit.digits
  }

  static func answer(_ body: Data) throws(CallFailure) -> JSONValue {
    guard let document = try? JSONDecoder().decode(WhereDocument.self, from: body) else {
      throw CallFailure(
        "the guard's answer is of another version", next: ["compare: oceanid-ctl version"])
    }
    return Listing.answer(
      [
        "cluster": .own(document.cluster), "commit": .own(document.commit),
        "onBranch": document.onBranch.map(JSONValue.bool), "committedAt": .time(document.committedAt),
        "untrusted": .untrusted([
          "subject": .foreign(document.subject), "author": .foreign(document.author, limit: 100),
        ]),
      ], "stages", document.stages, limit: nil
    ) { json($0, document.cluster) }
  }

  private static func json(_ stage: WhereDocument.Stage, _ cluster: String) -> JSONValue {
    let advice = stage.problem.map { Advice(code: "", id: $0, command: stage.command, cluster: cluster) }
    return .fields([
      "kind": .own(stage.kind), "state": .string(stage.state.rawValue), "commit": .own(stage.commit),
      "since": .time(stage.since), "meaning": (advice?.meaning).map(JSONValue.string), "next": advice?.next,
      "untrusted": .untrusted([
        "id": .foreign(stage.id), "summary": .foreign(stage.summary), "url": .foreign(stage.url),
        "problem": .foreign(stage.problem), "command": .foreign(advice?.filled),
      ]),
    ])
  }
}
