internal import GuardAPI
internal import GuardTerminal

/// The reason why a setup ended early.
package enum SetupStop: CommandError {
  case blocked(Plan.Next)
  /// A write needs a terminal on which to ask, or `--yes`.
  case unapproved
  case declined
  case failed(SetupFailure)
  /// `--undo` could not undo everything. It printed the reasons.
  case incomplete(next: String)

  package var exitStatus: Int32 {
    switch self {
    case .blocked, .failed, .incomplete: ExitStatus.unavailable.rawValue
    case .unapproved: ExitStatus.usage.rawValue
    case .declined: ExitStatus.denied.rawValue
    }
  }

  package var description: String {
    switch self {
    case .blocked(let next): "nothing was written; \(next.why)"
    case .unapproved:
      "nothing was written: there is no terminal to ask on; --yes agrees to all of it, --dry-run only shows it"
    case .declined:
      "stopped at the change that you declined; the next run continues, and --undo takes it back"
    case .failed(let failure): failure.words
    case .incomplete: "not all of it is undone; once the reasons above are resolved, repeat --undo"
    }
  }

  /// The next step in one line; nil if it is to run the same command again.
  package var next: String? {
    switch self {
    case .blocked(let next): next.line
    case .failed(let failure): failure.next
    case .incomplete(let next): next
    case .unapproved, .declined: nil
    }
  }
}
