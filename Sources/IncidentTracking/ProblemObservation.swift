public import Health

/// What one judgement saw of a cluster: the tracker's input.
public struct ProblemObservation: Hashable, Sendable {
  public let cluster: String
  public let problems: [Problem]
  /// Of these nothing could be seen: that a problem of them is gone tells nothing.
  public let unseen: Set<Problem.Kind>
  /// The same of single objects: `node calypso`.
  public let unseenSubjects: Set<String>
  /// When the poll ended that it goes by: what is seen twice in one poll was seen once. nil: no poll yet.
  public let poll: Timestamp?
  /// The journal's OCEANID_INCIDENT of each subject with a problem.
  public let ids: [String: String]

  public init(
    cluster: String, problems: [Problem], unseen: Set<Problem.Kind> = [],
    unseenSubjects: Set<String> = [], poll: Timestamp? = nil, ids: [String: String] = [:]
  ) {
    self.cluster = cluster
    self.problems = problems
    self.unseen = unseen
    self.unseenSubjects = unseenSubjects
    self.poll = poll
    self.ids = ids
  }

  /// Of the incident that a problem begins now.
  func id(of problem: Problem, at now: Timestamp) -> String {
    ids[problem.subject] ?? "\(problem.id)@\(now.milliseconds)"
  }
}
