/// The result of one judgement of a cluster: the tracker's input.
public struct ProblemObservation: Hashable, Sendable {
  public let cluster: String
  public let problems: [Problem]
  /// Kinds that could not be seen: a missing problem of such a kind has not ended.
  public let unseen: Set<Problem.Kind>
  /// Single subjects that could not be seen: `node calypso`.
  public let unseenSubjects: Set<String>
  /// The end of the poll that the judgement is based on; two judgements of the same poll count once. nil: no
  /// poll yet.
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

  /// The id of the incident that a problem begins now.
  func id(of problem: Problem, at now: Timestamp) -> String {
    ids[problem.subject] ?? "\(problem.id)@\(now.milliseconds)"
  }
}
