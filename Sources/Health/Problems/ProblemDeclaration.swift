internal import GuardTypes

/// The common facts and texts of all problems of one code.
///
/// Patterns have placeholders in angle brackets. A rule supplies the values when it reports the problem.
/// `explain` shows the patterns unchanged.
public struct ProblemDeclaration: Hashable, Sendable {
  public let kind: Problem.Kind
  /// The default severity. A rule may report another one.
  public let severity: Problem.Severity
  public let rank: Problem.Rank
  /// Kinds whose state is unknown while the problem lasts. A rule may report others.
  public let hides: Set<Problem.Kind>
  /// A fact that several ids share. If the problem changes from one to another of them, `since` is kept.
  let fact: String?
  /// The part of the problem's id after the cluster's name.
  let path: Pattern
  let titlePattern: Pattern
  let commandPattern: Pattern?
  let notePattern: Pattern?
  /// The explanation for any problem of this code.
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

  /// For example `<subject> is suspended`.
  public var title: String { titlePattern.description }

  /// The step with its placeholders, for example `kubectl describe node <node>`.
  public var step: NextStep {
    NextStep(command: commandPattern?.description, note: notePattern?.description)
  }
}

extension Problem {
  /// The order of problems: causes come before their effects.
  public enum Rank: Int, Comparable, Sendable, CaseIterable {
    case tunnel, api, node, controller, source, secret, dependent

    public static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
  }

  /// The area of a problem.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case tunnel, forward, api, node, flux, image, workload, pods, certificate, stack, secret
    /// The way from a commit to the cluster.
    case pipeline
    /// The guard's configuration.
    case configuration
    /// An alert channel.
    case alerts
    /// The guard's state directory.
    case state

    /// True if the texts of its problems come from outside unread: errors of a connection or of a program, and answers of
    /// other APIs. Messages of the cluster's objects are redacted when they are read, so that the names and images beside
    /// them stay as they are.
    var hasRawTexts: Bool { isOfThisMachine || self == .api }

    /// True for the connection, the guard itself and the pipeline, which are known without a poll of the cluster.
    public var isOfThisMachine: Bool {
      switch self {
      case .tunnel, .forward, .pipeline, .configuration, .alerts, .state: true
      case .api, .node, .flux, .image, .workload, .pods, .certificate, .stack, .secret: false
      }
    }
  }
}

/// A text with named placeholders, for example `node/<node>/not-ready`.
struct Pattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text as declared, with its placeholders.
  let description: String

  init(stringLiteral text: String) { description = text }

  /// Fills the placeholders in one pass, so that a value is never treated as a placeholder. A placeholder without a
  /// value stays.
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

  /// True if the text matches the pattern; a placeholder matches any text.
  func matches(_ text: String) -> Bool { Wildcard.matches(filled { _ in "*" }, text) }

  /// The length of the fixed parts. If several patterns match, the one with the most fixed text is used.
  var fixedLength: Int { filled { _ in "" }.utf8.count }
}
