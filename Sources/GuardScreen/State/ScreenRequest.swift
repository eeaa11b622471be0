package import GuardAPI

/// A request to the guard.
package enum ScreenRequest: Hashable, Sendable {
  case reconnect(cluster: String)
  /// nil for all clusters.
  case poll(cluster: String?)
  case silence(problem: String, length: Duration, reason: String)
  /// The incident and the changes of a problem.
  case record(ProblemDocument)

  /// For the status line, for example `poll of tethys`.
  var words: String {
    switch self {
    case .reconnect(let cluster): "reconnect of \(cluster)"
    case .poll(let cluster): "poll of \(cluster ?? "all clusters")"
    case .silence(let problem, _, _): "silence of \(problem)"
    case .record(let problem): "history of \(problem.id)"
    }
  }

  /// True if the answer has its own place on the screen.
  var isRecord: Bool {
    switch self {
    case .record: true
    case .reconnect, .poll, .silence: false
    }
  }
}

/// The guard's answer to a request.
package struct ScreenReply: Sendable {
  package enum Outcome: Sendable {
    /// nil if the guard sent an unknown document.
    case accepted(ReceiptDocument?)
    case record(ProblemRecord)
    /// The reason.
    case failed(String)
  }

  package let request: ScreenRequest
  package let outcome: Outcome

  package init(_ request: ScreenRequest, _ outcome: Outcome) {
    self.request = request
    self.outcome = outcome
  }
}
