package import GuardAPI
package import GuardTerminal
import Health

/// Problems with severity, title, start, cause and next step.
package enum ProblemLines {
  /// On a page that must fit one screen, this many problems are shown with full details, then `named` with title and
  /// next step. Causes come first.
  private static let whole = 4
  private static let named = 12
  /// The lines for the cause of the first problem.
  private static let firstCause = 8

  /// Full details of the first problems, title and next step of the next, and the number of the rest.
  ///
  /// - Parameter command: the command of the page, which shows all of them with `-o wide`.
  package static func screen(
    _ problems: [ProblemDocument], of command: String = "status", namesCluster: Bool, _ terminal: Terminal
  ) -> [Line] {
    let groups = namesCluster ? grouped(problems) : problems.map { Group(first: $0) }
    var page = Page()
    let isLong = groups.count > whole + 1
    for (index, group) in (isLong ? Array(groups.prefix(whole)) : groups).enumerated() {
      page.gap()
      page += lines(
        [group.first], namesCluster: namesCluster, terminal,
        cause: index == 0 ? firstCause : String.paragraphLines)
      page += also(group, terminal)
    }
    guard isLong else { return page.lines }
    page.gap()
    for group in groups.dropFirst(whole).prefix(named) {
      let problem = group.first
      let age = problem.since.map { " (\((terminal.now - $0).asAge))" } ?? ""
      let line = Line(
        Span(problem.severity.rawValue.uppercased(), problem.severity.style), Span("  "),
        Span(headline(problem, namesCluster: namesCluster) + age))
      page += terminal.width.map(line.cut(to:)) ?? line
      page += also(group, terminal)
      page += Array(next(problem.step, terminal).prefix(1))
    }
    let rest = groups.dropFirst(whole + named).reduce(0) { $0 + 1 + $1.others.count }
    let more = rest > 0 ? "and \(rest.of("more problem")); " : ""
    page += Line(Span("\(more)full details: oceanid-ctl \(command) -o wide", .faint))
    return page.lines
  }

  /// A problem, and the other clusters that have the same one.
  private struct Group {
    let first: ProblemDocument
    var others: [String] = []
  }

  /// One group for the clusters that cannot be reached for the same reason. Every other problem has its own group,
  /// because it has its own cause.
  private static func grouped(_ problems: [ProblemDocument]) -> [Group] {
    var groups: [Group] = []
    var indexes: [String: Int] = [:]
    for problem in problems {
      guard problem.isOfConnection, !problem.code.isEmpty else {
        groups.append(Group(first: problem))
        continue
      }
      if let index = indexes[problem.code] {
        groups[index].others.append(problem.cluster)
      } else {
        indexes[problem.code] = groups.count
        groups.append(Group(first: problem))
      }
    }
    return groups
  }

  private static func also(_ group: Group, _ terminal: Terminal) -> [Line] {
    guard !group.others.isEmpty else { return [] }
    let line = Line(
      Span("  "), Span("also", .faint), Span("   "),
      Span("in \(group.others.count.of("more cluster")): \(group.others.sorted().joined(separator: ", "))"))
    return [terminal.width.map(line.cut(to:)) ?? line]
  }

  /// - Parameter cause: the most lines for a cause.
  package static func lines(
    _ problems: [ProblemDocument], namesCluster: Bool, _ terminal: Terminal,
    cause: Int = String.paragraphLines
  ) -> [Line] {
    var page = Page()
    for problem in problems {
      page.gap()
      let severity = problem.severity.rawValue.uppercased()
      let title = headline(problem, namesCluster: namesCluster)
      let left = severity.count + 2
      let parts = terminal.width.map { title.wrapped(to: max(20, $0 - left)) } ?? [title]
      for (index, part) in parts.enumerated() {
        page += Line(
          index == 0
            ? Span(severity, problem.severity.style) : Span(String(repeating: " ", count: severity.count)),
          Span("  "), Span(part, .strong))
      }
      if let since = problem.since {
        page += terminal.labeled("since", margin: 7, Span(since.since(terminal.now)))
      }
      if let silence = problem.silence {
        let until = silence.expiresAt.map { "until \($0.clock(at: terminal.now)) " } ?? ""
        page += terminal.labeled(
          "muted", margin: 7, Span("\(until)by \(silence.user): \(silence.reason)", .warning))
      }
      if !problem.detail.isEmpty {
        page += terminal.labeled("why", margin: 7, Span(problem.detail), whole: "-o json", max: cause)
      }
      page += next(problem.step, terminal)
    }
    return page.lines
  }

  /// The command is on its own line and is never wrapped, so that it can be copied.
  private static func next(_ step: NextStep, _ terminal: Terminal) -> [Line] {
    guard let command = step.command else {
      return step.note.map { terminal.labeled("next", margin: 7, Span($0)) } ?? []
    }
    let line = Line(Span("  "), Span("next", .faint), Span("   "), Span(command, .strong))
    return [line] + (step.note.map { terminal.labeled("note", margin: 7, Span($0)) } ?? [])
  }

  package static func headline(_ problem: ProblemDocument, namesCluster: Bool) -> String {
    // The guard's own problems have no cluster.
    let namesCluster = namesCluster && !problem.cluster.isEmpty
    let subject = namesCluster ? "\(problem.cluster), \(problem.subject)" : problem.subject
    if problem.title.isEmpty { return subject }
    // Many titles already contain their subject, or the name in it.
    let (name, title) = (problem.subject.lowercased(), problem.title.lowercased())
    let words = title.split(separator: " ")
    let names = name.split(separator: " ").filter { $0 != "of" && $0 != problem.cluster.lowercased() }
    let isNamed =
      title.contains(name) || names.allSatisfy(words.contains)
      || (names.count > 1
        && names.last.map { $0.contains(where: \.isPunctuation) && words.contains($0) } == true)
    if problem.subject.isEmpty || (isNamed && !namesCluster) { return problem.title }
    return isNamed ? "\(problem.cluster): \(problem.title)" : "\(subject): \(problem.title)"
  }
}

extension ProblemDocument {
  /// True if the cluster can't be reached.
  var isOfConnection: Bool { [Problem.Kind.tunnel, .api].contains { $0.rawValue == kind } }
}
