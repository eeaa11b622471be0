import Foundation
import FoundationXML
import GuardAPI
import Health
import Platform
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardHistory
@testable import GuardTerminal
@testable import GuardWeb

@Suite struct ReportTests {
  private static let from = at("2026-02-22T00:00:00Z")
  private static let to = at("2026-03-01T00:00:00Z")

  private static func change(
    _ time: String, _ event: String, _ subject: String = "tunnel", incident: String? = nil,
    reason: String? = nil,
    cluster: String = "tethys", message: String = ""
  ) -> ChangeDocument {
    ChangeDocument(
      at: at(time), event: event, cluster: cluster, subject: subject, reason: reason,
      message: message.isEmpty ? "\(cluster): \(subject) \(event)" : message, incident: incident)
  }

  /// A week: a tunnel that was down for an hour, a node for six hours, a healthy node, a source with a short failure,
  /// and a guard that did not run for half a day.
  private static let week = [
    change("2026-02-22T06:00:00Z", "tunnel_down", incident: "t1", reason: "keepalive_timeout"),
    change("2026-02-22T07:00:00Z", "tunnel_up", incident: "t1"),
    change("2026-02-23T00:00:00Z", "problem_opened", "node calypso", incident: "n1"),
    change("2026-02-23T03:00:00Z", "tunnel_down", incident: "t2", reason: "peer_closed"),
    change("2026-02-23T04:00:00Z", "tunnel_up", incident: "t2"),
    change("2026-02-23T07:00:00Z", "problem_closed", "node calypso", incident: "n1"),
    change("2026-02-24T12:00:00Z", "stopped", "guard", cluster: ""),
    change("2026-02-25T00:00:00Z", "started", "guard", cluster: ""),
    change("2026-02-25T00:00:10Z", "tunnel_up"),
    change("2026-02-26T12:00:00Z", "problem_opened", "gitrepository flux-system/<b>&'\"", incident: "s1"),
    change("2026-02-26T12:00:30Z", "problem_closed", "gitrepository flux-system/<b>&'\"", incident: "s1"),
    change(
      "2026-02-28T23:00:00Z", "problem_opened", "node srv712695", incident: "n2",
      message: "tethys: <script>alert(1)</script>\u{1B}[2J"),
  ]

  private static func facts(
    _ events: [ChangeDocument] = week, before: ChangeDocument? = change("2026-02-21T00:00:00Z", "tunnel_up"),
    status: StatusDocument? = Scene.healthy.status
  ) -> ReportFacts {
    ReportFacts(
      HistoryDocument(source: .journal, truncated: false, events: events), before: before, status: status,
      from: from, to: to)
  }

  private static func strip(_ facts: ReportFacts, _ subject: String) -> Availability? {
    facts.strips.first { $0.subject == subject }?.availability
  }

  @Test func timesComeFromTheEvents() throws {
    let facts = Self.facts()
    let tunnel = try #require(Self.strip(facts, "tunnel"))
    #expect(tunnel.length(of: .down) == .seconds(2 * 3600))
    #expect(tunnel.length(of: .unknown) == .seconds(12 * 3600 + 10))
    // While the tunnel was down for an hour, the state of the node is unknown.
    let node = try #require(Self.strip(facts, "node calypso"))
    #expect(node.length(of: .down) == .seconds(6 * 3600))
    #expect(node.length(of: .unknown) == .seconds(14 * 3600 + 10))
    let calm = try #require(Self.strip(facts, "node srv712429"))
    #expect(calm.length(of: .down) == .zero)
    #expect(calm.length(of: .up) > .zero)
    #expect(Self.strip(facts, "node srv712695")?.length(of: .down) == .seconds(3600))
    #expect(Self.strip(facts, "gitrepository flux-system/<b>&'\"")?.length(of: .down) == .seconds(30))
    #expect(facts.incidents.count == 5)
    #expect(facts.incidents.count(where: \.lasts) == 1)
    #expect(facts.reconnects == 2)
    for strip in facts.strips {
      let spans = strip.availability.spans
      #expect(spans.first?.from == Self.from && spans.last?.to == Self.to, "\(strip.subject)")
      for (one, next) in zip(spans, spans.dropFirst()) { #expect(one.to == next.from) }
    }
  }

  @Test func unknownTimeIsNotUptime() throws {
    // Nothing is known of this guard before its start.
    let fresh = Self.facts(
      [Self.change("2026-02-28T00:00:00Z", "started", "guard", cluster: "")], before: nil)
    #expect(Self.strip(fresh, "tunnel")?.length(of: .up) == .zero)
    #expect(Self.strip(fresh, "node calypso")?.length(of: .up) == .zero)
    let silent = Self.facts([], before: nil)
    #expect(silent.strips.allSatisfy { $0.availability.spans.allSatisfy { $0.state == .unknown } })
    let memory = ReportFacts(
      HistoryDocument(source: .memory, knownSince: at("2026-02-28T12:00:00Z"), truncated: false, events: []),
      before: nil, status: Scene.healthy.status, from: Self.from, to: Self.to)
    #expect(Self.strip(memory, "tunnel")?.length(of: .up) == .seconds(12 * 3600))
    #expect(Self.strip(memory, "tunnel")?.length(of: .unknown) == .seconds(156 * 3600))
  }

  @Test func timeAfterACrashOfTheGuardIsUnknown() {
    let events = [
      Self.change("2026-02-22T06:00:00Z", "verdict_changed", "cluster tethys"),
      Self.change("2026-02-24T00:00:00Z", "started", "guard", cluster: ""),
      Self.change("2026-02-24T00:00:01Z", "tunnel_up"),
    ]
    #expect(Self.strip(Self.facts(events), "tunnel")?.length(of: .unknown) == .seconds(42 * 3600 + 1))
    let signs = [at("2026-02-23T18:00:00Z"), at("2026-02-25T00:00:00Z")]
    let facts = ReportFacts(
      HistoryDocument(source: .journal, truncated: false, events: events),
      before: Self.change("2026-02-21T00:00:00Z", "tunnel_up"), signs: signs, status: Scene.healthy.status,
      from: Self.from, to: Self.to)
    #expect(Self.strip(facts, "tunnel")?.length(of: .unknown) == .seconds(6 * 3600 + 1))
  }

  @Test func incidentBeforeTheReportCounts() {
    let facts = Self.facts([
      Self.change("2026-02-22T06:00:00Z", "problem_closed", "node calypso", incident: "n0"),
      Self.change("2026-02-22T08:00:00Z", "tunnel_up", incident: "t0"),
    ])
    #expect(Self.strip(facts, "tunnel")?.length(of: .down) == .seconds(8 * 3600))
    #expect(Self.strip(facts, "node calypso")?.length(of: .up) == .seconds(160 * 3600))
  }

  @Test func cellShowsTheWorstStateOfItsTime() {
    var availability = Availability()
    availability.append(.up, from: Timestamp(seconds: 0), to: Timestamp(seconds: 500))
    availability.append(.down, from: Timestamp(seconds: 500), to: Timestamp(seconds: 501))
    availability.append(.up, from: Timestamp(seconds: 501), to: Timestamp(seconds: 900))
    availability.append(.unknown, from: Timestamp(seconds: 900), to: Timestamp(seconds: 1000))
    let cells = availability.cells(10)
    #expect(cells == [.up, .up, .up, .up, .up, .down, .up, .up, .up, .unknown])
    #expect(Availability().cells(10).isEmpty)
  }

  private static let roundTrips = RoundTripsDocument(
    slotSeconds: 300,
    clusters: [
      .init(
        name: "tethys",
        slots: (0..<2016).filter { !(700..<850).contains($0) }.map { index in
          let wave = 41 + 9 * sin(Double(index) / 45) + (index % 97 == 0 ? 160 : 0)
          return RoundTripDocument(
            at: from + .seconds(Int64(index) * 300), leastMs: wave - 4, mostMs: wave + 14, meanMs: wave)
        })
    ])

  private static func document(
    _ facts: ReportFacts = facts(), _ roundTrips: RoundTripsDocument? = roundTrips, now: Timestamp = to
  ) -> ReportDocument {
    ReportDocument(facts, roundTrips: roundTrips, now: now)
  }

  private static var page: String { get throws { try ReportFile.html(document()) } }

  /// The page without the script and its data.
  private static func markup(_ page: String) -> String {
    page.replacing(#/<script(?s:.)*?</script>/#, with: "")
  }

  /// XML is stricter than HTML, so a page that an XML parser accepts is well-formed.
  @Test func pageIsWellFormedAndSelfContained() throws {
    let page = try Self.page
    let markup = Self.markup(page)
    let xml = markup.replacing("<!DOCTYPE html>", with: "").replacing(#/<meta [^>]*>/#, with: "")
    let parser = XMLParser(data: Data(xml.utf8))
    #expect(parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    for word in ["http:", "https:", "//", "url(", "@import", "<link", "<img", "\u{1B}"] {
      #expect(!markup.contains(word), "\(word)")
    }
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(!page.contains("<script>alert"))
    #expect(markup.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(markup.contains("gitrepository flux-system/&lt;b&gt;&amp;&#39;&quot;"))
    #expect(
      page.contains(
        "content=\"default-src 'none'; style-src 'sha256-\(PageHashes.style)'; script-src 'sha256-"))
    #expect(page.utf8.count < 150_000)
  }

  /// The page of a reader without scripts has a row for each subject and each incident.
  @Test func tablesNeedNoScript() throws {
    let markup = Self.markup(try Self.page)
    let facts = Self.facts()
    #expect(markup.matches(of: #/<td data-label="Subject">/#).count == facts.strips.count)
    #expect(markup.matches(of: #/<td data-label="Incident">/#).count == facts.incidents.count)
    #expect(markup.matches(of: #/<td data-label="Event">/#).count == facts.counts.count)
    #expect(markup.contains("Known: 6 d 12 h of 7 d (92.8 %)"))
  }

  @Test func figuresSayHowMuchIsKnown() throws {
    let day = at("2026-02-28T00:00:00Z")
    func document(_ history: HistoryDocument, before: ChangeDocument?) -> ReportDocument {
      Self.document(
        ReportFacts(history, before: before, status: Scene.healthy.status, from: day, to: Self.to), nil)
    }
    let fresh = document(
      HistoryDocument(source: .memory, knownSince: at("2026-02-28T23:57:00Z"), truncated: false, events: []),
      before: nil)
    #expect(fresh.known.words == "3 min of 1 d (0.2 %)" && !fresh.known.isComplete)
    let tunnel = try #require(fresh.clusters.first?.strips.first)
    #expect(tunnel.uptime == "100 % of 3 min known" && tunnel.known == "0.2 %" && tunnel.downtime == "none")
    let page = try ReportFile.html(fresh)
    #expect(!page.contains(">100 %<") && page.contains("Known: 3 min of 1 d (0.2 %)"))

    let nothing = document(
      HistoryDocument(source: .memory, knownSince: Self.to, truncated: false, events: []), before: nil)
    let unknown = try #require(nothing.clusters.first?.strips.first)
    #expect(unknown.uptime == "unknown" && unknown.known == "0 %" && unknown.downtime == "unknown")

    let whole = document(
      HistoryDocument(source: .journal, truncated: false, events: []),
      before: Self.change("2026-02-20T00:00:00Z", "tunnel_up"))
    let calm = try #require(whole.clusters.first?.strips.first)
    #expect(whole.known.isComplete && whole.known.words == "all of 1 d")
    #expect(calm.uptime == "100 %" && calm.known == "100 %")
    #expect(calm.runs == [.init(state: "up", count: ReportDocument.cells)])
  }

  /// A little downtime in a long time is never 100 %.
  @Test func uptimeIsRoundedDown() throws {
    let document = Self.document(
      Self.facts([
        Self.change("2026-02-26T12:00:00Z", "problem_opened", "node calypso", incident: "s"),
        Self.change("2026-02-26T12:00:01Z", "problem_closed", "node calypso", incident: "s"),
      ]), nil)
    let node = document.clusters.first?.strips.first { $0.subject == "node calypso" }
    #expect(node?.uptime == "99.999 %" && node?.downtime == "1 s")
    #expect(node?.runs.map(\.state) == ["up", "down", "up"])
  }

  @Test func plotHasGapsAndText() throws {
    let series = try #require(Self.document().roundTrips.first)
    #expect(series.columns.count == 240 && series.columns.contains(nil))
    #expect(series.words == "min 28 ms, avg 43 ms, max 223 ms")
    #expect(series.labels == ["250 ms", "125 ms", "0.0 ms"] && series.top == 250)
    #expect(series.table.rows.count == 12)
    #expect(series.columns.allSatisfy { $0.map { $0[0] <= $0[1] && $0[1] <= $0[2] } ?? true })
  }

  @Test func reportOfThePastOmitsTheCurrentState() throws {
    let past = Self.document(now: Self.to + .seconds(86_400))
    let end = "ongoing at \(Self.to.day) \(Self.to.time)"
    #expect(past.figures.map(\.words).contains(end))
    #expect(past.incidents.first?.lasted == "1 h, \(end)")
    let current = Self.document()
    #expect(current.figures.map(\.words).contains("ongoing"))
    #expect(current.incidents.first?.lasted == "1 h, ongoing")
  }

  @Test func lengthsMatchTheShownTimes() throws {
    let events = [
      Self.change("2026-02-22T06:00:00.900Z", "tunnel_down", incident: "t"),
      Self.change("2026-02-22T06:00:03.100Z", "tunnel_up", incident: "t"),
    ]
    #expect(Self.document(Self.facts(events)).incidents.map(\.lasted) == ["3 s"])
  }

  @Test func outageBeforeTheReportIsMarked() throws {
    var retry = Self.change("2026-02-22T06:00:00Z", "tunnel_retry", incident: "t")
    retry.attempts = 16
    let facts = Self.facts([retry, Self.change("2026-02-22T07:00:00Z", "tunnel_up", incident: "t")])
    #expect(Self.strip(facts, "tunnel")?.length(of: .down) == .seconds(7 * 3600))
    let incident = try #require(Self.document(facts).incidents.first)
    #expect(incident.began == "before" && incident.lasted.hasPrefix("until 2026-02-22 "))
    #expect(incident.cause == "16 attempts")
  }

  @Test func monthOfFlappingIsASmallPage() throws {
    let events = (0..<10_000).map { index in
      ChangeDocument(
        at: Self.from + .seconds(Int64(index) * 60),
        event: index.isMultiple(of: 2) ? "problem_opened" : "problem_closed", cluster: "tethys",
        subject: "node n\(index / 2 % 50)", message: String(repeating: "m", count: 100),
        incident: "i\(index / 2)")
    }
    let page = try ReportFile.html(Self.document(Self.facts(events)))
    #expect(page.utf8.count < 2 << 20)
    #expect(page.contains("older ones are omitted"))
  }

  /// A full disk is not a wrong usage.
  @Test(
    arguments: [
      (ENOSPC, 74), (EIO, 74), (EDQUOT, 74), (EFBIG, 74), (ENOENT, 64), (EACCES, 64), (EISDIR, 64),
    ] as [(Int32, Int32)])
  func fileThatCannotBeWritten(_ code: Int32, _ status: Int32) {
    let error = UnwritableReport(path: "r.html", error: SystemError("write", code: code))
    #expect(error.exitStatus == status)
  }

  @Test func reportsMissingDataWithoutAGuard() throws {
    let page = try ReportFile.html(Self.document(Self.facts(status: nil), nil))
    #expect(page.contains("The guard is not responding"))
    #expect(!Self.markup(page).contains("Round-trip time"))
  }
}
