package import GuardAPI

/// The problem that is shown in full.
package struct OpenProblem: Hashable, Sendable {
  package enum Record: Hashable, Sendable {
    case waiting
    case known(ProblemRecord)
    case failed(String)
  }

  /// As the guard last reported it.
  package internal(set) var problem: ProblemDocument
  /// True if the guard no longer reports it.
  package internal(set) var hasEnded = false
  package internal(set) var record: Record = .waiting
  /// True if a change was reported while the record was being read.
  var isOutdated = false
  var scroll = 0

  init(_ problem: ProblemDocument) {
    self.problem = problem
  }

  func concerns(_ change: ChangeDocument) -> Bool {
    guard case .known(let record) = record else { return false }
    return ProblemRecord.isOf(problem, incident: record.incident?.id, change)
  }
}
