internal import Health

/// Journal entries of a cluster that are still true: a restart of the guard does not write them again, and writes the end
/// of those that ended meanwhile.
struct JournalMemory: Hashable, Codable, Sendable {
  /// A problem that was opened and not closed.
  struct OpenProblem: Hashable, Codable, Sendable {
    let id: String
    let subject: String
    let kind: Problem.Kind
    let title: String

    init(_ problem: Problem) {
      id = problem.id
      subject = problem.subject
      kind = problem.kind
      title = problem.title.limited(to: 200)
    }
  }

  var open: [OpenProblem] = []
  /// Subject to incident id.
  var incidents: [String: String] = [:]
  var tunnelIncident: String?
  var apiIncident: String?
  /// Entries about what lasts: `tunnel_blocked/auth_refused`.
  var standing: Set<String> = []
}
