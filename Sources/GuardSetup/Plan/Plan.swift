/// The steps of a setup.
package struct Plan: Hashable, Sendable {
  package var steps: [Step]

  package struct Step: Hashable, Sendable {
    /// `host key`
    package let name: String
    package let found: String
    package let outcome: Outcome
  }

  package enum Outcome: Hashable, Sendable {
    /// There is nothing to do.
    case good
    /// There is nothing to do, but the user should know it.
    case note
    case change([Change])
    /// The setup cannot continue until the user has taken this step.
    case blocked(Next)
    /// The result is open until an earlier step succeeds.
    case open
  }

  /// The next step at the first obstacle; nil if nothing prevents the changes.
  package var next: Next? {
    for step in steps {
      if case .blocked(let next) = step.outcome { return next }
    }
    return nil
  }

  package var changes: [Change] {
    next != nil
      ? []
      : steps.flatMap { step -> [Change] in
        if case .change(let changes) = step.outcome { changes } else { [] }
      }
  }
}
