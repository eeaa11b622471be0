/// Everything that is the same for all problems of one code.
///
/// The patterns have holes in angle brackets. A rule gives their values when it reports the problem; `explain` shows the
/// patterns as they are.
public struct ProblemDeclaration: Hashable, Sendable {
  public let kind: Problem.Kind
  /// A rule may report another one.
  public let severity: Problem.Severity
  public let rank: Problem.Rank
  /// What nothing is known of while the problem lasts. A rule may report others.
  public let hides: Set<Problem.Kind>
  /// The fact that the problem is about, where several ids tell of it: `since` survives a change of the id.
  let fact: String?
  /// What follows the cluster's name in the problem's id.
  let path: Pattern
  let titlePattern: Pattern
  let commandPattern: Pattern?
  let notePattern: Pattern?
  /// What it means, for any problem of this code.
  public let meaning: String

  /// - Parameters:
  ///   - command: begins with `kubectl` or `flux` without the options that name the cluster.
  init(
    _ kind: Problem.Kind, _ severity: Problem.Severity, rank: Problem.Rank = .dependent,
    path: Pattern, title: Pattern, meaning: String, command: Pattern? = nil, note: Pattern? = nil,
    hides: Set<Problem.Kind> = [], fact: String? = nil
  ) {
    self.kind = kind
    self.severity = severity
    self.rank = rank
    self.hides = hides
    self.fact = fact
    self.path = path
    titlePattern = title
    commandPattern = command
    notePattern = note
    self.meaning = meaning
  }

  /// `<subject> is suspended`
  public var title: String { titlePattern.description }

  /// In general: `kubectl describe node <node>`
  public var step: NextStep {
    NextStep(command: commandPattern?.description, note: notePattern?.description)
  }
}

extension Problem {
  /// Causes come before what depends on them.
  public enum Rank: Int, Comparable, Sendable, CaseIterable {
    case tunnel, api, node, controller, source, secret, dependent

    public static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
  }

  /// What a problem is about.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case tunnel, forward, api, node, flux, image, workload, pods, certificate, stack, secret, configuration
    /// An alert channel.
    case alerts
    /// The guard's state directory.
    case state
  }
}

/// A text with named holes: `node/<node>/not-ready`.
struct Pattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text as it was declared; a general reader can read it as it is.
  let description: String

  init(stringLiteral text: String) { description = text }

  /// In one pass, so that a value is never taken for a hole. A hole without a value stays as it is declared.
  func filled(_ value: (_ name: String) -> String?) -> String {
    var filled = ""
    var rest = description[...]
    while let begin = rest.firstIndex(of: "<"), let end = rest[begin...].firstIndex(of: ">") {
      filled += rest[..<begin]
      filled += value(String(rest[rest.index(after: begin)..<end])) ?? String(rest[begin...end])
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }

  /// A hole stands for any text.
  func matches(_ text: String) -> Bool { Wildcard.matches(filled { _ in "*" }, text) }

  /// How much of a text it fixes: of several patterns that match, the one that fixes most is meant.
  var fixedLength: Int { filled { _ in "" }.utf8.count }
}
