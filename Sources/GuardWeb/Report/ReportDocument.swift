package import GuardAPI
package import GuardHistory
import GuardTerminal
package import Health

/// The report in words and figures, for the live page and for the file. Its only source are the facts of a history.
package struct ReportDocument: Encodable, Sendable {
  /// How much of the time is known. Figures about the rest would be guesses.
  struct Known: Encodable, Hashable, Sendable {
    /// For example `3 min of 1 d (0.2 %)`.
    let words: String
    let isComplete: Bool
  }

  struct Figure: Encodable, Hashable, Sendable {
    let count: Int
    let words: String
  }

  /// A label of the time axis; `place` is from 0 to 1.
  struct Tick: Encodable, Hashable, Sendable {
    let place: Double
    let label: String
  }

  struct Strip: Encodable, Hashable, Sendable {
    let subject: String
    let uptime: String
    let known: String
    let downtime: String
    /// States of adjacent cells: `up`, `down` or `unknown`, and the number of cells.
    let runs: [Run]

    struct Run: Encodable, Hashable, Sendable {
      let state: String
      var count: Int
    }
  }

  struct Cluster: Encodable, Hashable, Sendable {
    let name: String
    let strips: [Strip]
  }

  struct Incident: Encodable, Hashable, Sendable {
    let began: String
    let lasted: String
    let cluster: String
    let subject: String
    let title: String
    let cause: String
    let isOngoing: Bool
  }

  struct Change: Encodable, Hashable, Sendable {
    let at: String
    let cluster: String
    let subject: String
    let text: String
  }

  let range: String
  let known: Known
  let figures: [Figure]
  let ticks: [Tick]
  let clusters: [Cluster]
  let roundTrips: [RoundTripSeries]
  /// Newest first.
  let incidents: [Incident]
  let omittedIncidents: Int
  let events: TableDocument
  /// The newest changes, newest first.
  let changes: [Change]
  let notes: [String]
  let writer: String

  /// Number of cells of a strip.
  static let cells = 480
  private static let maxIncidents = 500
  private static let maxChanges = 200

  package init(_ facts: ReportFacts, roundTrips: RoundTripsDocument?, now: Timestamp) {
    range = "\(facts.from.day) \(facts.from.time) to \(facts.to.day) \(facts.to.time)"
    known = Known(facts)
    figures = ReportDocument.figures(facts, now)
    ticks = TimeAxis(from: facts.from, to: facts.to).ticks
    let names = facts.strips.map(\.cluster).reduce(into: [String]()) { names, name in
      if names.last != name { names.append(name) }
    }
    clusters = names.map { name in
      Cluster(name: Span(name).text, strips: facts.strips.filter { $0.cluster == name }.map { Strip($0) })
    }
    self.roundTrips = (roundTrips?.clusters ?? []).compactMap {
      RoundTripSeries(
        $0, slot: .seconds(roundTrips?.slotSeconds ?? 300), from: facts.from, to: facts.to)
    }
    incidents = facts.incidents.prefix(ReportDocument.maxIncidents).map { Incident($0, facts, now) }
    omittedIncidents = facts.incidents.count - incidents.count
    events = TableDocument(
      "Events", columns: ["Event", "Count"],
      rows: facts.counts.map { [TableDocument.Cell($0.event), TableDocument.Cell("\($0.count)")] })
    changes = facts.events.suffix(ReportDocument.maxChanges).reversed().map { change in
      Change(
        at: "\(change.at.day) \(change.at.time)", cluster: Span(change.cluster).text,
        subject: Span(change.subject).text, text: Span(ChangeLine.text(change)).text)
    }
    notes = facts.notes
    writer =
      "Written by oceanid-ctl \(Product.version) at \(now.day) \(now.time)\(DisplayTimeZone.current == .utc ? "" : " (local time)")."
  }

  private static func figures(_ facts: ReportFacts, _ now: Timestamp) -> [Figure] {
    func figure(_ count: Int, _ noun: String) -> Figure {
      Figure(count: count, words: count == 1 ? noun : noun + "s")
    }
    let byHand = facts.counts.first { $0.event == Event.breakGlass.name }?.count ?? 0
    return [
      figure(facts.incidents.count, "incident"),
      Figure(count: facts.incidents.count(where: \.lasts), words: ongoing(facts, now)),
      figure(facts.reconnects, "reconnect"), figure(byHand, "manual change"),
    ]
  }

  /// If the report does not end now, the state at its end is not the current state.
  fileprivate static func ongoing(_ facts: ReportFacts, _ now: Timestamp) -> String {
    facts.to < now ? "ongoing at \(facts.to.day) \(facts.to.time)" : "ongoing"
  }
}

extension ReportDocument.Known {
  init(_ facts: ReportFacts) {
    let all = facts.to - facts.from
    let known = facts.known.length(of: .up)
    isComplete = known >= all
    words = isComplete ? "all of \(all.rough)" : "\(known.rough) of \(all.rough) (\(known.share(of: all)))"
  }
}

extension ReportDocument.Strip {
  init(_ strip: ReportFacts.Strip) {
    let up = strip.availability.length(of: .up)
    let down = strip.availability.length(of: .down)
    let unknown = strip.availability.length(of: .unknown)
    subject = Span(strip.subject).text
    if up + down == .zero {
      uptime = "unknown"
    } else {
      let share = up.share(of: up + down)
      uptime = unknown == .zero ? share : "\(share) of \((up + down).rough) known"
    }
    known = (up + down).share(of: up + down + unknown)
    downtime = down > .zero ? down.exact : up > .zero ? "none" : "unknown"
    runs = strip.availability.cells(ReportDocument.cells).reduce(into: []) { runs, state in
      let word = ReportDocument.Strip.word(state)
      if runs.last?.state == word {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(state: word, count: 1))
      }
    }
  }

  private static func word(_ state: Availability.State) -> String {
    switch state {
    case .up: "up"
    case .down: "down"
    case .unknown: "unknown"
    }
  }
}

extension ReportDocument.Incident {
  init(_ episode: Episode, _ facts: ReportFacts, _ now: Timestamp) {
    let known = episode.beganEarlier ? nil : episode.length(atLast: facts.to).exact
    let until = episode.until.map { "until \($0.day) \($0.time)" }
    let length =
      episode.lasts
      ? [known, ReportDocument.ongoing(facts, now)].compactMap(\.self).joined(separator: ", ")
      : known ?? until ?? ""
    let causes = episode.reasons + (episode.attempts > 0 ? [episode.attempts.of("attempt")] : [])
    began = episode.beganEarlier ? "before" : "\(episode.begin.day) \(episode.begin.time)"
    lasted = length + (episode.isCutOff ? ", the guard was restarted" : "")
    cluster = Span(episode.first.cluster).text
    subject = Span(episode.first.subject).text
    title = Span(episode.title).text
    cause = Span(causes.joined(separator: ", ")).text
    isOngoing = episode.lasts
  }
}

extension Duration {
  /// The two largest units of the exact length: `2 d 23 h`.
  fileprivate var rough: String { exact.split(separator: " ").prefix(4).joined(separator: " ") }

  /// Rounded down, so that it is 100 % only if nothing is missing.
  fileprivate func share(of whole: Duration) -> String {
    guard self > .zero, whole > .zero else { return "0 %" }
    if self >= whole { return "100 %" }
    let percent = min(inSeconds / whole.inSeconds, 0.99999) * 100
    // One more digit where a little downtime would disappear.
    let digits = percent > 99 ? 1000.0 : 10
    return "\((percent * digits).rounded(.down) / digits) %"
  }
}
