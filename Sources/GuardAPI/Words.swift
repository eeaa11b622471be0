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
  // An unknown severity is shown as critical.
  package static var whenAbsent: Problem.Severity { .critical }
}
