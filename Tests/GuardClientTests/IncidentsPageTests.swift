import ArgumentParser
import FoundationEssentials
import GuardAPI
import Health
import IncidentTracking
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal

@Suite struct IncidentsPageTests {
  private static let json = """
    {"schema":"oceanid.incidents/1","ignored":0,
     "open":[
      {"id":"a1","state":"firing","severity":"critical","cluster":"tethys","subject":"node calypso","kind":"node",
       "problem":"tethys/node/calypso/not-ready","title":"node calypso is NotReady","since":"2026-03-01T04:12:07Z",
       "firedAt":"2026-03-01T04:12:37Z","flapping":true,"notices":2},
      {"id":"a2","state":"pending","severity":"warning","cluster":"tethys","subject":"imagepolicy x","kind":"image",
       "title":"imagepolicy flux-system/cert-manager runs behind its policy, and has done so for a good while",
       "since":"2026-03-01T04:23:57Z","notices":0,"silence":"5f3a"}],
     "past":[
      {"id":"p1","state":"ended","severity":"critical","cluster":"tethys","subject":"tunnel tethys","kind":"tunnel",
       "title":"tunnel to tethys is down","since":"2026-03-01T02:00:00Z","firedAt":"2026-03-01T02:00:20Z",
       "endedAt":"2026-03-01T03:30:00.5Z","notices":3}],
     "silences":[
      {"id":"5f3a","cluster":null,"pattern":"imagepolicy *","reason":"the registry moves","author":"alice (uid 1000)",
       "createdAt":"2026-03-01T04:00:00Z","expiresAt":"2026-03-01T06:00:00Z"}]}
    """

  private static func document() throws -> IncidentsDocument {
    try DocumentCoding.decode(IncidentsDocument.self, from: Data(json.utf8))
  }

  /// The message itself is in UTC, for other clients.
  @Test func receiptShowsLocalTime() {
    let silence = Silence(
      id: "5f3a", cluster: nil, pattern: "node *", reason: "disk", author: "uid 0", createdAt: Scene.now,
      expiresAt: Scene.now + .seconds(3600))
    let receipt = ReceiptDocument(silence, effect: "it mutes 1 open incident")
    #expect(receipt.message == "silence 5f3a until 2026-03-01T05:24:07Z; it mutes 1 open incident")
    #expect(receipt.words(at: Scene.now) == "silence 5f3a until 05:24:07Z; it mutes 1 open incident")
    DisplayTimeZone.$current.withValue(.local) {
      let until = silence.expiresAt.clock(at: Scene.now)
      #expect(receipt.words(at: Scene.now) == "silence 5f3a until \(until); it mutes 1 open incident")
    }
    let older = DocumentCoding.decodeReceipt(Data(#"{"message":"silence 5f3a until 05:24Z"}"#.utf8))
    #expect(older?.words(at: Scene.now) == "silence 5f3a until 05:24Z")
  }

  @Test(arguments: [
    (7199, "in 2 h"), (7200, "in 2 h"), (5753, "in 1 h 36 min"), (59, "in 59 s"), (61, "in 1 min"),
    (0, "now"),
    (-5, "now"), (86_400, "in 1 d"),
  ])
  func theRestOfASilenceIsInHoursAndMinutes(_ seconds: Int64, _ words: String) {
    let silence = Silence(
      id: "5f3a", cluster: nil, pattern: "node *", reason: "disk", author: "root (uid 0)",
      createdAt: Scene.now,
      expiresAt: Scene.now + .seconds(seconds))
    let terminal = Terminal(width: nil, hasColor: false, now: Scene.now)
    let text = SilencesPage.page([SilenceDocument(silence)], terminal).text(for: terminal)
    #expect(text.contains("(\(words))") && text.contains(" root "), "\(text)")
  }

  @Test func listsOpenAndPastIncidentsAndSilences() throws {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    let text = IncidentsPage.page(try Self.document(), terminal, pastLimit: 10).text(for: terminal)
    #expect(
      text == """
        SEVERITY   STATE          SINCE             NOTIFIED   INCIDENT
        critical   flapping       04:12:07Z (12m)   2 times    node calypso is NotReady
        warning    muted (5f3a)   04:23:57Z (10s)   never
            imagepolicy flux-system/cert-manager runs behind its policy, and has done so
            for a good while

        ENDED             LENGTH       NOTIFIED   INCIDENT
        03:30:00Z (54m)   1 h 30 min   3 times    tunnel to tethys is down

        SILENCE   UNTIL                       WHAT            BY      REASON
        5f3a      06:00:00Z (in 1 h 36 min)   imagepolicy *   alice   the registry moves

        """)
  }

  @Test(arguments: [60, 80, 120, 250]) func pageFitsTheWidth(_ width: Int) throws {
    let terminal = Terminal(width: width, hasColor: false, now: Scene.now)
    let text = IncidentsPage.page(try Self.document(), terminal, pastLimit: 10).text(for: terminal)
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= width, "\(line)") }
  }

  @Test func manyOpenIncidentsAreCounted() throws {
    var document = try Self.document()
    let (critical, warning) = (document.open[0], document.open[1])
    document.open =
      [IncidentDocument](repeating: critical, count: 1000)
      + [IncidentDocument](repeating: warning, count: 100)
    (document.past, document.silences) = ([], [])
    let terminal = Terminal(width: 120, hasColor: false, now: Scene.now)
    let page = IncidentsPage.page(document, terminal, pastLimit: 10)
    #expect(page.lines.count == 42)
    #expect(
      page.lines.last?.text
        == "and 1060 more open (960 critical, 100 warnings): oceanid-ctl incidents --all")
    let all = IncidentsPage.page(document, terminal, pastLimit: 10, showsAll: true)
    #expect(all.lines.count > 1100)
  }

  @Test func pageWithoutIncidents() {
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    let none = IncidentsDocument(open: [])
    #expect(IncidentsPage.page(none, terminal, pastLimit: 10).text(for: terminal) == "No incident is open.\n")
    #expect(SilencesPage.page([], terminal).text(for: terminal) == "There are no silences.\n")
  }

  @Test func statusShowsMutedProblems() {
    let problem = Problem(
      .node(.notReady), id: "tethys/node/calypso/not-ready", severity: .critical, cluster: "tethys",
      subject: "node calypso",
      title: "node calypso is NotReady", detail: "", since: at("2026-03-01T04:12:07Z"),
      step: NextStep(command: "look"))
    let silence = Silence(
      id: "s", cluster: "tethys", pattern: "node *", reason: "new disk", author: "uid 1000",
      createdAt: at("2026-03-01T04:20:00Z"), expiresAt: at("2026-03-01T06:00:00Z"))
    let status = StatusDocument(
      generatedAt: Scene.now, clusters: [], problems: [problem], silences: [silence])
    let terminal = Terminal(width: 80, hasColor: false, now: Scene.now)
    #expect(
      Page(lines: ProblemLines.lines(status.problems, namesCluster: false, terminal)).text(for: terminal)
        == """
        CRITICAL  node calypso is NotReady
          since  04:12:07Z (12m)
          muted  until 06:00:00Z by uid 1000: new disk
          next   look

        """)
  }

  @Test func unsupportedMajorVersionIsRefused() {
    #expect(throws: DocumentError.unexpectedSchema("oceanid.incidents/2", expected: "oceanid.incidents/1")) {
      try DocumentCoding.decode(
        IncidentsDocument.self, from: Data("{\"schema\":\"oceanid.incidents/2\"}".utf8))
    }
  }

  @Test func choosesOneCluster() throws {
    let document = try Self.document()
    #expect(document.chosen("tethys").open.count == 2)
    #expect(document.chosen("other").open.isEmpty)
    #expect(document.chosen("other").silences.count == 1)
  }

  /// "No incident is open" for a misspelled name would be misleading.
  @Test func unknownClusterIsRefused() throws {
    func response(_ body: some Encodable) throws -> String {
      let text = String(decoding: try DocumentCoding.encode(body), as: UTF8.self)
      return "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }
    var incidents = try Self.document()
    incidents.past[0].cluster = "elder"
    let server = try #require(
      SocketServer(
        .answers([
          "/v1/incidents": try response(incidents), "/v1/status": try response(Scene.healthy.status),
        ])))
    let client = DaemonClient(
      socket: SocketPath(option: server.path, environment: { _ in nil }, exists: { _ in false }))
    #expect(try client.incidents(of: nil).open.count == 2)
    #expect(try client.incidents(of: "tethys").open.count == 2)
    // This cluster is no longer watched, but an incident of it is left.
    #expect(try client.incidents(of: "elder").past.count == 1)
    do {
      _ = try client.incidents(of: "tehtys")
      Issue.record("no refusal")
    } catch let error as NoSuchCluster {
      #expect(error.exitStatus == 64)
      #expect("\(error)" == "the guard watches no cluster named tehtys; it watches: tethys")
    }
  }

  @Test(arguments: [
    ["silence", "x"], ["silence", "x", "--for", "2h"], ["silence", "x", "--reason", "y"],
    ["silence", "--for", "2h", "--reason", "y"], ["silence", "x", "--for", "1s", "--reason", "y"],
    ["silence", "x", "--for", "721h", "--reason", "y"], ["silence", "x", "--for", "2h", "--reason", " "],
    ["silence", "--end", "1", "x"], ["incidents", "--past", "-1"],
  ])
  func wrongUsageIsReported(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try OceanidCtl.parseAsRoot(arguments) }
  }
}
