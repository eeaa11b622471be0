import Foundation
import FoundationXML
import GuardAPI
import Health
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardHistory
@testable import GuardTerminal

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
    #expect(tunnel.length(of: .trouble) == .seconds(2 * 3600))
    #expect(tunnel.length(of: .unknown) == .seconds(12 * 3600 + 10))
    // While the tunnel was down for an hour, the state of the node is unknown.
    let node = try #require(Self.strip(facts, "node calypso"))
    #expect(node.length(of: .trouble) == .seconds(6 * 3600))
    #expect(node.length(of: .unknown) == .seconds(14 * 3600 + 10))
    let calm = try #require(Self.strip(facts, "node srv712429"))
    #expect(calm.length(of: .trouble) == .zero)
    #expect(calm.share == 1)
    #expect(Self.strip(facts, "node srv712695")?.length(of: .trouble) == .seconds(3600))
    #expect(Self.strip(facts, "gitrepository flux-system/<b>&'\"")?.length(of: .trouble) == .seconds(30))
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
    #expect(Self.strip(fresh, "tunnel")?.length(of: .well) == .zero)
    #expect(Self.strip(fresh, "node calypso")?.length(of: .well) == .zero)
    let silent = Self.facts([], before: nil)
    #expect(silent.strips.allSatisfy { $0.availability.share == nil })
    let memory = ReportFacts(
      HistoryDocument(source: .memory, knownSince: at("2026-02-28T12:00:00Z"), truncated: false, events: []),
      before: nil, status: Scene.healthy.status, from: Self.from, to: Self.to)
    #expect(Self.strip(memory, "tunnel")?.length(of: .well) == .seconds(12 * 3600))
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
    #expect(Self.strip(facts, "tunnel")?.length(of: .trouble) == .seconds(8 * 3600))
    #expect(Self.strip(facts, "node calypso")?.length(of: .well) == .seconds(160 * 3600))
  }

  @Test func cellShowsTheWorstStateOfItsTime() {
    var availability = Availability()
    availability.append(.well, from: Timestamp(seconds: 0), to: Timestamp(seconds: 500))
    availability.append(.trouble, from: Timestamp(seconds: 500), to: Timestamp(seconds: 501))
    availability.append(.well, from: Timestamp(seconds: 501), to: Timestamp(seconds: 900))
    availability.append(.unknown, from: Timestamp(seconds: 900), to: Timestamp(seconds: 1000))
    let cells = availability.cells(10)
    #expect(cells == [.well, .well, .well, .well, .well, .trouble, .well, .well, .well, .unknown])
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

  private static var page: String { ReportPage.html(facts(), roundTrips: roundTrips, now: to) }

  /// XML is stricter than HTML, so a page that an XML parser accepts is well-formed.
  @Test func pageIsWellFormedAndSelfContained() throws {
    let page = Self.page
    let xml = page.replacing("<!DOCTYPE html>", with: "").replacing(#/<meta [^>]*>/#, with: "")
    let parser = XMLParser(data: Data(xml.utf8))
    #expect(parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    for word in ["http:", "https:", "//", "url(", "@import", "<script", "<link", "<img", "\u{1B}"] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("gitrepository flux-system/&lt;b&gt;&amp;&#39;&quot;"))
    #expect(page.components(separatedBy: "<td class=\"strip\">").count - 1 == Self.facts().strips.count)
    #expect(page.contains("default-src 'none'"))
    #expect(page.utf8.count < 100_000)
  }

  @Test func reportOfThePastOmitsTheCurrentState() {
    let page = ReportPage.html(Self.facts(), roundTrips: nil, now: Self.to + .seconds(86_400))
    let end = "ongoing at \(Self.to.day) \(Self.to.time)"
    #expect(page.contains("<strong>1</strong> \(end)</li>"))
    #expect(page.contains("<td>1 h, \(end)</td>"))
    #expect(Self.page.contains("<strong>1</strong> ongoing</li>"))
    #expect(Self.page.contains("<td>1 h, ongoing</td>"))
  }

  @Test func lengthsMatchTheShownTimes() {
    let events = [
      Self.change("2026-02-22T06:00:00.900Z", "tunnel_down", incident: "t"),
      Self.change("2026-02-22T06:00:03.100Z", "tunnel_up", incident: "t"),
    ]
    let page = ReportPage.html(Self.facts(events), roundTrips: nil, now: Self.to)
    #expect(page.contains("<td>3 s</td>"))
  }

  @Test func outageBeforeTheReportIsMarked() {
    var retry = Self.change("2026-02-22T06:00:00Z", "tunnel_retry", incident: "t")
    retry.attempts = 16
    let facts = Self.facts([retry, Self.change("2026-02-22T07:00:00Z", "tunnel_up", incident: "t")])
    #expect(Self.strip(facts, "tunnel")?.length(of: .trouble) == .seconds(7 * 3600))
    let page = ReportPage.html(facts, roundTrips: nil, now: Self.to)
    #expect(page.contains("<td>before</td><td>until 2026-02-22 "))
  }

  @Test func monthOfFlappingIsASmallPage() {
    let events = (0..<10_000).map { index in
      ChangeDocument(
        at: Self.from + .seconds(Int64(index) * 60),
        event: index.isMultiple(of: 2) ? "problem_opened" : "problem_closed", cluster: "tethys",
        subject: "node n\(index / 2 % 50)", message: String(repeating: "m", count: 100),
        incident: "i\(index / 2)")
    }
    let page = ReportPage.html(Self.facts(events), roundTrips: Self.roundTrips, now: Self.to)
    #expect(page.utf8.count < 2 << 20)
    #expect(page.contains("older ones are omitted"))
  }

  @Test func reportsMissingDataWithoutAGuard() {
    let page = ReportPage.html(Self.facts(status: nil), roundTrips: nil, now: Self.to)
    #expect(page.contains("The guard is not responding"))
    #expect(!page.contains("<h2>Round-trip time</h2>"))
  }

  private static let browser = program("chromium") ?? program("chromium-browser") ?? program("google-chrome")

  /// A real browser renders the page in light and dark, on a wide and on a narrow screen, and makes no network request.
  @Test(
    .enabled(if: browser != nil, "no browser here (apt install chromium)"), .blocking,
    arguments: [(1280, false), (1280, true), (400, false)])
  func browserRendersThePage(_ width: Int, _ isDark: Bool) throws {
    let folder = try TestSupport.TemporaryFolder()
    let file = try folder.write(Self.page, to: "report.html")
    let picture = folder.file("report.png")
    let log = folder.file("net.json")
    let result = try run(
      try #require(Self.browser),
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--user-data-dir=\(folder.file("profile"))",
        "--window-size=\(width),2400", "--screenshot=\(picture)", "--log-net-log=\(log)",
        "--disable-background-networking", "--no-first-run", "--disable-component-update",
      ] + (isDark ? ["--blink-settings=preferredColorScheme=0"] : ["--blink-settings=preferredColorScheme=1"])
        + ["file://\(file)"],
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8"], within: .seconds(120))
    #expect(result.exit == .exited(0), "\(result.errors.suffix(500))")
    let bytes = try Data(contentsOf: URL(filePath: picture))
    // PNG: the width is the first number in the header (ISO/IEC 15948 §11.2.2).
    #expect(bytes.count > 10_000 && bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == width)
  }
}
