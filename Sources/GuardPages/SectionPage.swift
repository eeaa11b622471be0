package import GuardAPI
package import GuardTerminal
import GuardTypes
import Health

/// A page of one section: for each cluster its tables, their age if they are outdated, and the section's
/// problems.
package enum SectionPage {
  /// - Parameter isWide: true for the full details of all problems; otherwise they fit one screen.
  package static func page(
    _ section: Section, _ status: StatusDocument, _ terminal: Terminal, isWide: Bool,
    content: (ClusterDocument) -> [Line]
  ) -> Page {
    var page = Page()
    for cluster in status.clusters {
      page.gap()
      if status.clusters.count > 1 {
        page += Line(Span(cluster.name, .strong))
      }
      var problems = section.problems(of: cluster, among: status.problems)
      // Put the note before the rows, so that old data is not mistaken for current data.
      if section.comesFromPolls, let note = staleness(section, cluster, status.problems, terminal.now) {
        if cluster.poll.ok != true {
          problems = Section.causes(of: cluster, among: status.problems) + problems
        }
        page += terminal.labeled("stale", margin: 7, indent: 0, Span(note, .warning))
        page.gap()
      }
      page += content(cluster)
      if !problems.isEmpty {
        page.gap()
        page +=
          isWide
          ? ProblemLines.lines(problems, namesCluster: false, terminal)
          : ProblemLines.screen(problems, of: section.rawValue, namesCluster: false, terminal)
      }
    }
    if status.clusters.isEmpty { page += Line(Span(status.summary, .warning)) }
    return page
  }

  /// The reason why the data is old; nil if it is current.
  private static func staleness(
    _ section: Section, _ cluster: ClusterDocument, _ problems: [ProblemDocument], _ now: Timestamp
  ) -> String? {
    guard cluster.poll.ok != true else {
      return staleness(section.verdicts(of: cluster), section.gaps(of: cluster, among: problems), now)
    }
    // The error is out of date: the tunnel is up, and no poll has ended since.
    let isOutdated =
      cluster.tunnel.state == .up && cluster.poll.error?.code == PollErrorCode.tunnelDown.rawValue
    let error = isOutdated ? nil : cluster.poll.error
    let why = error.map { $0.message.isEmpty ? $0.code : "\($0.code): \($0.message)" }
    guard let seenAt = cluster.poll.seenAt else {
      return why.map { "no successful poll yet; \($0)" } ?? "waiting for the first poll"
    }
    return "last seen \(seenAt.since(now)); \(why ?? "no poll since")"
  }

  /// The reason why a part of the data is old, after a successful poll in which some lists failed.
  private static func staleness(
    _ verdicts: [Verdict], _ gaps: [ProblemDocument], _ now: Timestamp
  ) -> String? {
    let unknown = verdicts.count { $0 == .unknown }
    guard unknown > 0 else { return nil }
    let which = verdicts.areUnknown ? "" : "\(unknown) of \(verdicts.count) "
    let before = gaps.compactMap(\.since).max().map { " before \($0.since(now))" } ?? ""
    return (["\(which)last seen\(before)"] + gaps.map(\.title)).joined(separator: "; ")
  }
}
