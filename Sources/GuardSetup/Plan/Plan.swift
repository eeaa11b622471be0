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
    /// Nothing to do.
    case good
    /// Nothing to do, but people should know it.
    case note
    case change([Change])
    /// The setup cannot go on; the one next step.
    case blocked(Next)
    /// An earlier step has to be done first.
    case open
  }

  /// The next step of the user: a command, and why.
  package struct Next: Hashable, Sendable {
    package let command: String
    package let why: String
  }

  /// The first obstacle; nil if nothing prevents the changes.
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
