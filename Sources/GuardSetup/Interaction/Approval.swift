internal import Glibc
internal import GuardTerminal

/// The user's consent to writes.
package enum Approval: Hashable, Sendable {
  /// `--yes`
  case given
  /// The user is asked on the terminal.
  case asked
  /// `--dry-run`
  case withheld
  /// There is no terminal to ask on.
  case impossible

  package init(yes: Bool, dryRun: Bool) {
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    self = dryRun ? .withheld : yes ? .given : isTerminal ? .asked : .impossible
  }

  /// True if the user agrees. On the terminal, an empty answer means yes and the end of input means no.
  func answer(to question: String) -> Bool {
    switch self {
    case .given: return true
    case .withheld, .impossible: return false
    case .asked:
      while true {
        StandardOutput.writeError("\(Span(question).text) [Y/n] ")
        guard let line = readLine() else { return false }
        switch line.lowercased() {
        case "", "y", "yes": return true
        case "n", "no": return false
        default: continue
        }
      }
    }
  }
}
