package import GuardAPI
package import GuardTerminal
package import Health
import IncidentTracking

/// `oceanid-ctl incidents`: open incidents, then ended ones.
package enum IncidentsPage {
  /// The number of open incidents on a page that does not show all.
  private static let listed = 40

  /// - Parameter showsAll: true for all open incidents; otherwise the first of them.
  package static func page(
    _ document: IncidentsDocument, _ terminal: Terminal, pastLimit: Int, showsAll: Bool = false
  ) -> Page {
    var page = Page()
    let namesCluster = Set((document.open + document.past).map(\.cluster).filter { !$0.isEmpty }).count > 1
    if document.open.isEmpty {
      page += Line(Span("No incident is open.", .good))
    } else {
      let limit = showsAll ? nil : listed
      page += open(document, namesCluster, terminal.now, limit: limit).lines(width: terminal.width)
      let rest = document.open.dropFirst(limit ?? .max)
      if !rest.isEmpty {
        let critical = rest.count { $0.severity == .critical }
        let counts = Problem.counts(critical: critical, warnings: rest.count - critical)
        page += Line(Span("and \(rest.count) more open (\(counts)): oceanid-ctl incidents --all", .faint))
      }
    }
    if document.channels == 0 {
      page += terminal.wrapped(
        Span("\(AlertsPage.noChannel) See oceanid-ctl alerts.", .warning))
    }
    if document.ignored > 0 {
      page += terminal.wrapped(
        Span("\(document.ignored) more subjects have problems and are not tracked", .warning))
    }
    let past = document.past.prefix(pastLimit)
    if !past.isEmpty {
      page.gap()
      page += self.past(past, document, namesCluster, terminal.now).lines(width: terminal.width)
      if document.past.count > past.count {
        page += Line(
          Span("\(document.past.count - past.count) older ones: --past \(document.past.count)", .faint))
      }
    }
    if !document.silences.isEmpty {
      page.gap()
      page += SilencesPage.table(document.silences, terminal.now).lines(width: terminal.width)
    }
    return page
  }

  package static func open(
    _ document: IncidentsDocument, _ namesCluster: Bool, _ now: Timestamp, limit: Int? = nil
  ) -> Table {
    var table = Table(columns: ["SEVERITY", "STATE", "SINCE", "NOTIFIED", "INCIDENT"])
    table.endsInProse = true
    table.minor = [3, 1]
    for incident in document.open.prefix(limit ?? .max) {
      table.rows.append(
        Table.Row(
          cells: [
            Span(incident.severity.rawValue, incident.severity.style), Span(state(incident)),
            Span(incident.since.map { $0.since(now) } ?? "-"), Span(notices(incident, document)),
            Span(title(incident, namesCluster)),
          ], showsAll: true))
    }
    return table
  }

  package static func past(
    _ incidents: some Sequence<IncidentDocument>, _ document: IncidentsDocument, _ namesCluster: Bool,
    _ now: Timestamp
  ) -> Table {
    var table = Table(columns: ["ENDED", "LENGTH", "NOTIFIED", "INCIDENT"])
    table.endsInProse = true
    table.minor = [2]
    for incident in incidents {
      let length = incident.endedAt.flatMap { end in incident.since.map { $0.length(until: end).exact } }
      table.rows.append(
        Table.Row(
          cells: [
            Span(incident.endedAt.map { $0.since(now) } ?? "-"), Span(length ?? "-"),
            Span(notices(incident, document)),
            Span(title(incident, namesCluster)),
          ], showsAll: true))
    }
    return table
  }

  private static func state(_ incident: IncidentDocument) -> String {
    if let silence = incident.silence { return "muted (\(silence))" }
    return incident.flapping ? "flapping" : incident.state?.rawValue ?? "unknown"
  }

  private static func notices(_ incident: IncidentDocument, _ document: IncidentsDocument) -> String {
    guard document.channels != 0 else { return "no channel" }
    return switch incident.notices {
    case 0: "never"
    case 1: "once"
    case let count: "\(count) times"
    }
  }

  private static func title(_ incident: IncidentDocument, _ namesCluster: Bool) -> String {
    namesCluster && !incident.cluster.isEmpty ? "\(incident.cluster): \(incident.title)" : incident.title
  }
}

/// `oceanid-ctl silence` without arguments: the current silences.
package enum SilencesPage {
  package static func page(_ silences: [SilenceDocument], _ terminal: Terminal) -> Page {
    var page = Page()
    if silences.isEmpty {
      page += Line(Span("There are no silences."))
    } else {
      page += table(silences, terminal.now).lines(width: terminal.width)
    }
    return page
  }

  package static func table(_ silences: [SilenceDocument], _ now: Timestamp) -> Table {
    var table = Table(columns: ["SILENCE", "UNTIL", "WHAT", "BY", "REASON"])
    table.endsInProse = true
    table.names = 3
    table.minor = [3]
    for silence in silences {
      let until = silence.expiresAt.map { "\($0.clock(at: now)) (\(left($0 - now)))" }
      table.rows.append(
        Table.Row(
          cells: [
            Span(silence.id), Span(until ?? "-"), Span(what(silence)), Span(silence.user),
            Span(silence.reason),
          ], showsAll: true))
    }
    return table
  }

  /// `in 2 h`, to the minute as long as it lasts more than one.
  private static func left(_ time: Duration) -> String {
    guard time >= .seconds(1) else { return "now" }
    let minutes = (time.components.seconds + 30) / 60
    return "in \((time < .seconds(60) ? time : .seconds(minutes * 60)).exact)"
  }

  private static func what(_ silence: SilenceDocument) -> String {
    guard let cluster = silence.cluster else { return silence.pattern ?? "everything" }
    return silence.pattern.map { "\(cluster): \($0)" } ?? "everything of \(cluster)"
  }
}

extension SilenceDocument {
  /// The name of the user who made it: `root` of `root (uid 0)`.
  var user: String { author.firstRange(of: " (uid ").map { String(author[..<$0.lowerBound]) } ?? author }
}
