package import GuardTypes
package import Health

extension Verdict: Word {
  package static var whenAbsent: Verdict { .unknown }
}

extension ObjectStatus: Word {
  package static var whenAbsent: ObjectStatus { .unknown }
}

extension Condition.Status: Word {
  package static var whenAbsent: Condition.Status { .unknown }
}

extension Problem.Severity: Word {
  // A severity that this version does not know is shown at its loudest.
  package static var whenAbsent: Problem.Severity { .critical }
}
