internal import GuardTypes

/// A problem with its start, cause and next step: one entry of the document's `problems`.
public struct Problem: Hashable, Sendable {
  public enum Severity: String, Codable, Sendable, CaseIterable {
    case critical, warning
  }

  public let code: ProblemCode
  /// Stable across polls and restarts: `tethys/node/calypso/not-ready`.
  public let id: String
  public package(set) var severity: Severity
  public let rank: Rank
  /// Empty for a problem of the guard itself.
  public let cluster: String
  /// For example `node calypso`.
  public let subject: String
  public let title: String
  public let detail: String
  public package(set) var since: Timestamp
  public let step: NextStep
  /// Kinds whose state is unknown while the problem lasts.
  public let hides: Set<Kind>

  public init(
    _ code: ProblemCode, id: String, severity: Severity, rank: Rank? = nil, cluster: String,
    subject: String, title: String, detail: String, since: Timestamp, step: NextStep,
    hides: Set<Kind>? = nil
  ) {
    self.code = code
    self.id = id
    self.severity = severity
    self.rank = rank ?? code.declaration.rank
    self.cluster = cluster
    self.subject = subject
    self.title = title
    self.detail = detail
    self.since = since
    self.step = step
    self.hides = hides ?? code.declaration.hides
  }

  /// Creates a problem with the texts of its declaration.
  ///
  /// - Parameters:
  ///   - facts: values for the placeholders of the declaration's patterns, besides `subject`.
  ///   - step: nil selects the declared step.
  ///   - access: the options with which kubectl and flux reach the cluster.
  ///   - owner: the prefix of commands that read the kubeconfig.
  public init(
    _ code: ProblemCode, _ facts: [String: String] = [:], cluster: String = "", subject: String,
    detail: String = "", since: Timestamp, severity: Severity? = nil, rank: Rank? = nil,
    step: NextStep? = nil, hides: Set<Kind>? = nil, access: String? = nil, owner: String = ""
  ) {
    let declaration = code.declaration
    func value(_ name: String) -> String? { facts[name] ?? (name == "subject" ? subject : nil) }
    self.init(
      code, id: declaration.id(in: cluster, value), severity: severity ?? declaration.severity, rank: rank,
      cluster: cluster, subject: subject, title: declaration.titlePattern.filled(value), detail: detail,
      since: since, step: (step ?? declaration.step(value, access: access)).run(as: owner), hides: hides)
  }

  public var kind: Kind { code.declaration.kind }

  /// The next step in one line.
  public var remedy: String { step.remedy }

  /// The order of problems: causes before their effects, then by severity, then the oldest first.
  public static func isBefore(_ a: Problem, _ b: Problem) -> Bool {
    if a.rank != b.rank { return a.rank < b.rank }
    if a.severity != b.severity { return a.severity == .critical }
    return (a.since, a.id) < (b.since, b.id)
  }

  /// For example `2 critical, 1 warning`.
  public static func counts(critical: Int, warnings: Int) -> String {
    let parts = [
      critical > 0 ? "\(critical) critical" : nil,
      warnings > 0 ? "\(warnings) warning\(warnings > 1 ? "s" : "")" : nil,
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}

extension ProblemDeclaration {
  /// The problem's id. A problem of the guard itself has no cluster: `guard/configuration/rejected`.
  func id(in cluster: String, _ value: (String) -> String?) -> String {
    "\(cluster.isEmpty ? "guard" : cluster)/\(path.filled(value))"
  }

  fileprivate func step(_ value: (String) -> String?, access: String?) -> NextStep {
    var isOption = false
    var command = commandPattern?.filled { name in
      guard let text = value(name) else { return nil }
      // The fixed words of a command are its only options.
      if text.argumentWord == nil { isOption = true }
      return text.shellWord
    }
    if isOption { command = nil }
    if let access, let text = command, let tool = ["kubectl ", "flux "].first(where: text.hasPrefix) {
      command = tool + "\(access) \(text.dropFirst(tool.count))"
    }
    let note = notePattern?.filled { value($0)?.singleLine }
    return isOption ? .byHand(note) : NextStep(command: command, note: note)
  }
}

/// The next step for the operator: a command line, a note, or both.
public struct NextStep: Hashable, Sendable {
  /// A command that can be pasted into any shell and changes nothing in the cluster. It contains no comment.
  public let command: String?
  /// Text: what to look for, or what to do if no command on this machine can do it.
  public let note: String?

  public init(command: String? = nil, note: String? = nil) {
    self.command = command
    self.note = note
  }

  /// The step for an object whose name begins with a hyphen, which a program would take for an option.
  static func byHand(_ note: String? = nil) -> NextStep {
    let reason = "no command is given, because a name in it begins with a hyphen; name the object after --"
    return NextStep(note: [note, reason].compactMap(\.self).joined(separator: "; "))
  }

  /// The same step, with a command of kubectl or flux run as the user who may read the kubeconfig.
  ///
  /// - Parameter owner: `sudo -u oceanid `, or empty.
  public func run(as owner: String) -> NextStep {
    guard let command, ["kubectl ", "flux ", "env KUBECONFIG="].contains(where: command.hasPrefix) else {
      return self
    }
    return NextStep(command: owner + command, note: note)
  }

  /// The command and the note, one per line.
  public var lines: [String] { [command, note].compactMap(\.self) }

  /// Command and note in one line, for clients that read the field `remedy`.
  public var remedy: String {
    guard let command else { return note ?? "" }
    return note.map { "\(command)  # \($0)" } ?? command
  }
}
