import GuardAPI
import GuardExplain
import GuardPages
import GuardScreen
import GuardTerminal

/// The pages of this client on the screen of `watch`.
struct WatchPages: ScreenPages {
  /// The only shown cluster; nil for all.
  let cluster: String?

  func chosen(of status: StatusDocument) throws -> StatusDocument { try status.chosen(cluster) }

  func includes(_ change: ChangeDocument) -> Bool { cluster == nil || change.cluster == cluster }

  func fleet(_ status: StatusDocument, _ terminal: Terminal) -> [Line] {
    FleetLines.lines(status.clusters, among: status.problems, terminal, isWide: false)
  }

  func cluster(
    _ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal
  ) -> [Line] { StatusPage.block(cluster, among: problems, terminal) }

  func headline(_ problem: ProblemDocument, namesCluster: Bool) -> String {
    ProblemLines.headline(problem, namesCluster: namesCluster)
  }

  func explanation(_ problem: ProblemDocument, _ terminal: Terminal) -> [Line] {
    ExplainPage.lines(Topic.of(code: problem.code, id: problem.id), terminal)
  }
}
