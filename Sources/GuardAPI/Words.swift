package import GuardTypes
package import Health

extension Verdict: ShapedWord {
  package static var whenAbsent: Verdict { .unknown }
}

extension ObjectStatus: ShapedWord {
  package static var whenAbsent: ObjectStatus { .unknown }
}

extension Condition.Status: ShapedWord {
  package static var whenAbsent: Condition.Status { .unknown }
}

extension Problem.Severity: ShapedWord {
  // A severity that this version does not know is shown at its loudest.
  package static var whenAbsent: Problem.Severity { .critical }
}
