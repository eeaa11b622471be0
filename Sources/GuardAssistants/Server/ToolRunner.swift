import GuardAPI
import GuardConnection
import GuardTerminal
import Health

/// Runs one call of a tool: reads what it needs from the guard and forms the answer.
struct ToolRunner: Sendable {
  let reader: GuardReader
  let goals: [WaitGoal]

  /// Reports the progress of a call: seconds, their total, and a text.
  typealias Progress = (_ done: Double, _ total: Double, _ message: String) -> Void

  func run(
    _ call: AssistantSession.Call, isCancelled: () -> Bool, progress: Progress
  ) throws(CallFailure) -> JSONValue {
    let arguments = call.arguments
    let cluster = arguments.text("cluster")
    switch call.tool {
    case .status:
      return StatusAnswer.answer(try reader.status(cluster, view: cluster == nil ? .overview : nil))
    case .problems:
      return ProblemAnswer.answer(try reader.status(cluster, view: .overview), arguments)
    case .explain:
      let topic = arguments.text("topic")
      let status = ExplainAnswer.isOfProblem(topic) ? try? reader.status(nil, view: .overview) : nil
      return try ExplainAnswer.answer(topic, status, limit: arguments.integer("limit"))
    case .inspect:
      guard let part = arguments.text("part").flatMap(Tool.Part.init) else {
        throw CallFailure("the argument part is missing")
      }
      return try InspectAnswer.answer(try reader.status(cluster), part, arguments)
    case .whereIsCommit:
      return try WhereAnswer.answer(try reader.whereIs(try WhereAnswer.commit(arguments), cluster))
    case .history:
      let now = Timestamp.now
      if let cluster { _ = try reader.status(cluster, view: .overview) }
      let query = try HistoryAnswer.query(arguments, now: now)
      return HistoryAnswer.answer(
        try reader.history(query), query, limit: arguments.integer("limit"), now: now)
    case .doctor:
      let files = try reader.status(cluster, view: .overview).clusters.compactMap(\.kubeconfig)
      return DoctorAnswer.answer(
        try reader.guardView(), cluster: cluster,
        kubeconfigs: files.flatMap { $0.split(separator: ":").map(String.init) })
    case .waitUntil: return try wait(arguments, isCancelled: isCancelled, progress: progress)
    }
  }

  /// Polls the guard until the goal is reached, a person has to act, the time is over, or the call is cancelled.
  private func wait(
    _ arguments: Arguments, isCancelled: () -> Bool, progress: Progress
  ) throws(CallFailure) -> JSONValue {
    guard let goal = goals.first(where: { $0.name == arguments.text("goal") }) else {
      throw CallFailure("the argument goal must be one of \(goals.map(\.name).joined(separator: ", "))")
    }
    let cluster = arguments.text("cluster")
    let timeout = arguments.integer("timeout_seconds") ?? WaitGoal.usualTimeout
    let start = ContinuousClock.now
    let end = start + .seconds(timeout)
    var lastReport = start
    while true {
      var status: StatusDocument?
      var obstacle: WaitGoal.Obstacle?
      do {
        let seen = try reader.status(cluster, view: .overview)
        status = seen
        obstacle = goal.obstacle(seen)
      } catch {
        // The guard may be restarting. At the end of the time its error is the answer.
        guard ContinuousClock.now < end, error.kind == .usual else { throw error }
        obstacle = WaitGoal.Obstacle(reason: error.reason, needsPerson: false)
      }
      let now = ContinuousClock.now
      if obstacle == nil || obstacle?.needsPerson == true || now >= end || isCancelled() {
        return WaitAnswer.answer(goal.name, status, obstacle, waited: now - start)
      }
      if now - lastReport >= .seconds(1) {
        lastReport = now
        let seconds = Double((now - start).components.seconds)
        progress(min(seconds, Double(timeout)), Double(timeout), "not \(goal.name) yet")
      }
      Pause.sleep(.milliseconds(200))
    }
  }
}
