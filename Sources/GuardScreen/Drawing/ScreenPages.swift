package import GuardAPI
package import GuardTerminal

/// The pages of the client that the screen consists of.
package protocol ScreenPages: Sendable {
  /// The document with only the requested cluster.
  func chosen(of status: StatusDocument) throws -> StatusDocument
  /// True if the change belongs to the requested cluster.
  func includes(_ change: ChangeDocument) -> Bool
  /// The overview of several clusters.
  func fleet(_ status: StatusDocument, _ terminal: Terminal) -> [Line]
  /// The verdict and the facts of one cluster.
  func cluster(_ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal) -> [Line]
  /// A problem in one line.
  func headline(_ problem: ProblemDocument, namesCluster: Bool) -> String
  /// The meaning of a problem, as in `explain`.
  func explanation(_ problem: ProblemDocument, _ terminal: Terminal) -> [Line]
}
