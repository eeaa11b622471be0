public import Health

/// The problems that one judgment found in a cluster: the input of `IncidentTracker`.
public struct ProblemObservation: Hashable, Sendable {
  public let cluster: String
  public let problems: [Problem]
  /// Kinds of problems that could not be observed. The absence of such a problem means nothing.
  public let unseen: Set<Problem.Kind>
  /// Single subjects that could not be observed, for example `node calypso`.
  public let unseenSubjects: Set<String>
  /// The end of the poll that the judgment is based on. Two observations of one poll count as one. nil
  /// before the first poll.
  public let poll: Timestamp?

  public init(
    cluster: String, problems: [Problem], unseen: Set<Problem.Kind> = [],
    unseenSubjects: Set<String> = [], poll: Timestamp? = nil
  ) {
    self.cluster = cluster
    self.problems = problems
    self.unseen = unseen
    self.unseenSubjects = unseenSubjects
    self.poll = poll
  }

  /// True if a problem of this kind and subject would have been observed.
  func covers(_ kind: Problem.Kind, _ subject: String) -> Bool {
    !unseen.contains(kind) && !unseenSubjects.contains(subject)
  }
}

/// The problems of one subject in one observation; at least one.
struct SubjectProblems: Hashable {
  /// The first critical one, else the first: the incident shows its text.
  private(set) var worst: Problem
  private(set) var all: [Problem]

  var ids: Set<String> { Set(all.map(\.id)) }

  init(_ problem: Problem) {
    worst = problem
    all = [problem]
  }

  mutating func add(_ problem: Problem) {
    all.append(problem)
    if worst.severity == .warning, problem.severity == .critical { worst = problem }
  }
}
