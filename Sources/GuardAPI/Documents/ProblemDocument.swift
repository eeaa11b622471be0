package import Health
package import IncidentTracking

/// One entry of the document's `problems`.
package struct ProblemDocument: Codable, Hashable, Sendable {
  package var id: String
  /// The stable name of its kind of problem: `node-not-ready`. Empty in documents of older daemons.
  @Field package var code: String
  /// The area of the problem: `node`. Empty in documents of older daemons.
  @Field package var kind: String
  @Field package var severity: Problem.Severity
  @Field package var cluster: String
  @Field package var subject: String
  @Field package var title: String
  @Field package var detail: String
  @Field package var since: Timestamp?
  /// The next step in one line.
  @Field package var remedy: String
  /// The next step as a command line that can be pasted into any shell.
  @Field package var command: String?
  /// The next step in words, or a note about the command's output.
  @Field package var note: String?
  /// The kinds of objects whose state is unknown during the problem.
  @Field package var hides: [String]
  /// The silence that suppresses its notices.
  @Field package var silence: SilenceDocument?

  package init(_ problem: Problem, silence: Silence? = nil) {
    id = problem.id
    code = problem.code.rawValue
    kind = problem.kind.rawValue
    severity = problem.severity
    cluster = problem.cluster
    subject = problem.subject
    title = problem.title
    detail = problem.detail
    since = problem.since
    remedy = problem.remedy
    command = problem.step.command
    note = problem.step.note
    hides = Problem.Kind.allCases.filter(problem.hides.contains).map(\.rawValue)
    self.silence = silence.map(SilenceDocument.init)
  }

  /// About its size in bytes of JSON.
  var size: Int {
    let texts = [id, code, kind, cluster, subject, title, detail, remedy, command ?? "", note ?? ""]
    return 320 + (texts + hides).reduce(0) { $0 + $1.utf8.count }
  }

  /// The next step. From an older daemon, its single line is the note.
  package var step: NextStep {
    guard command == nil, note == nil else { return NextStep(command: command, note: note) }
    return NextStep(note: remedy.isEmpty ? nil : remedy)
  }
}
