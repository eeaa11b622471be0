internal import GuardAPI
internal import GuardState
package import Health
package import IncidentTracking

/// The effect of a silence at the time of its request. It reveals a misspelled pattern, which mutes nothing.
package struct SilenceReach: Hashable, Sendable {
  /// The number of open incidents that it mutes.
  let held: Int
  /// The subjects of open incidents in its clusters, worst first, each once.
  let subjects: [String]

  private static let maxNamedSubjects = 5
  private static let longestName = 80

  init(_ silence: Silence, open: [Incident]) {
    let own = open.filter { silence.cluster == nil || silence.cluster == $0.cluster }
    held = own.count(where: silence.holdsBack)
    var known: Set<String> = []
    subjects = own.map(\.subject).filter { known.insert($0).inserted }
  }

  /// `no open incident matches; open incidents: node calypso, node atlas`
  package var words: String {
    if held > 0 { return "it mutes \(held) open incident\(held == 1 ? "" : "s")" }
    guard !subjects.isEmpty else { return "no incident is open now" }
    let named = subjects.prefix(SilenceReach.maxNamedSubjects).map {
      $0.count <= SilenceReach.longestName ? $0 : $0.prefix(SilenceReach.longestName - 1) + "…"
    }
    let rest = subjects.count - named.count
    return "no open incident matches; open incidents: \(named.joined(separator: ", "))"
      + (rest > 0 ? " and \(rest) more" : "")
  }
}

/// The outcome of a request for a silence.
package enum SilenceOutcome: Sendable {
  case accepted(Silence, SilenceReach)
  case tooMany
  case unknownCluster
}

extension IncidentLedger {
  /// Mutes notices if the cluster is known and there are not too many silences.
  package func answer(_ request: SilenceRequest, by author: String, at now: Timestamp = .now)
    -> SilenceOutcome
  {
    guard request.cluster.map(isGuarded) ?? true else { return .unknownCluster }
    guard let silence = silence(request, by: author, at: now) else { return .tooMany }
    return .accepted(silence, reach(of: silence))
  }
}
