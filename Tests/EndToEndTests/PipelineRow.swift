import GuardAPI
import GuardTypes
import Health

/// A row of the pipeline's verdicts: the faults of the demo, and the guard's answers until they end.
struct PipelineRow: Sendable, CustomStringConvertible {
  /// The meaning of the row.
  let meaning: String
  /// Lines for the demo's console.
  var begin: [String]
  /// The id of the only problem, without the name of the cluster and without the number of the run, the deployment or the
  /// commit at its end; nil: there is none.
  let problem: String?
  /// The texts of the problem: the title, the detail, the command and the note contain these.
  var severity: Problem.Severity = .warning
  var title = ""
  var detail: [String] = []
  var command: String?
  var note: String?
  var sight: Sight?
  /// As soon as this is seen, the guard's clock moves on by `later` seconds, and the lines in `then` are applied.
  var first: Sight?
  var later = 0
  var then: [String] = []
  /// The answer of `where` for the newest commit at the stage of `sight`; nil if it is not tested.
  var place: WhereDocument.Stage.State?
  var end = ["healed"]

  var description: String { meaning }

  func isMeant(_ found: ProblemDocument) -> Bool {
    guard let problem else { return false }
    let id = "tethys/\(problem)"
    return found.id == id || (found.id.hasPrefix("\(id)/") && !found.id.dropFirst(id.count + 1).contains("/"))
  }

  /// The expected part of the pipeline's document.
  enum Sight: Sendable {
    /// A stage with a part of its summary.
    case stage(String, StageState, _ summary: String = "")
    /// The marker of the image policy `flux-system:cert-manager`.
    case marker(String)
    /// The state of an API, with a part of its message.
    case source(String, String, _ message: String = "")

    func isSeen(in pipeline: PipelineDocument) -> Bool {
      switch self {
      case .stage(let id, let state, let summary):
        pipeline.stages.contains { $0.id == id && $0.state == state && $0.summary.containsText(summary) }
      case .marker(let state):
        pipeline.markers.contains { $0.policy == "flux-system:cert-manager" && $0.state == state }
      case .source(let name, let state, let message):
        pipeline.sources.contains {
          $0.name == name && $0.state == state && ($0.message ?? "").containsText(message)
        }
      }
    }
  }
}

extension String {
  /// True if it contains the text, or the text is empty.
  fileprivate func containsText(_ text: String) -> Bool { text.isEmpty || contains(text) }
}
