import ArgumentParser
import Foundation
import GuardAPI
import Health
import SystemJournal
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardHistory
@testable import GuardPages
@testable import GuardTerminal

/// The document that `diff` derives from a history, and its page.
@Suite struct DiffTests {
  private static let now = at("2026-03-01T04:30:00Z")
  private static let since = at("2026-02-28T04:30:00Z")

  private static func moment(_ time: String) -> Timestamp { at("2026-03-01T\(time)Z") }

  private static func change(
    _ time: String, _ fact: String, _ from: String?, _ to: String?, _ names: String..., count: Int? = nil,
    steps: Int = 1, former: String? = nil, cluster: String = "tethys"
  ) -> ChangeDocument {
    ChangeDocument(
      at: moment(time), event: "object_changed", cluster: cluster, subject: names.first ?? "", from: from,
      to: to, message: "", fact: fact, names: names, count: count ?? names.count, steps: steps,
      seenAt: moment(time), formerSeenAt: former.map(moment) ?? moment(time) - .seconds(15))
  }

  private static func event(
    _ time: String, _ event: String, _ subject: String = "tunnel", incident: String? = nil,
    message: String = "", cluster: String = "tethys"
  ) -> ChangeDocument {
    ChangeDocument(
      at: moment(time), event: event, cluster: cluster, subject: subject, message: "\(cluster): \(message)",
      incident: incident, changesRecorded: event == "started" ? true : nil)
  }

  /// The last event before the span: the guard was running.
  private static let before = event("00:00:00", "tunnel_up")

  private static func document(
    _ events: [ChangeDocument], before: ChangeDocument? = before, source: HistorySource = .journal,
    lastStart: ChangeDocument? = nil, knownSince: Timestamp? = nil, cluster: String? = nil,
    isRunning: Bool = true, truncated: Bool = false
  ) -> DiffDocument {
    DiffDocument(
      HistoryDocument(source: source, knownSince: knownSince, truncated: truncated, events: events),
      before: before, lastStart: lastStart, cluster: cluster, isRunning: isRunning, since: since, until: now)
  }

  private static func lines(_ document: DiffDocument, width: Int? = nil) -> [String] {
    let terminal = Terminal(width: width, hasColor: false, now: now)
    return DiffPage.page(document, terminal, range: "last 24h").lines.map(\.text)
  }

  /// The net changes as `names: from -> to, steps`.
  private static func net(_ events: ChangeDocument...) -> [String] {
    document(events).changes.map {
      "\($0.names.joined(separator: " ")) +\($0.count - $0.names.count): \($0.from ?? "nil") -> \($0.to ?? "nil"), \($0.steps)"
    }
  }

  // MARK: - Folding

  @Test func chainIsOneChangeWithItsSteps() {
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x", "y"),
        Self.change("02:00:00", "revision", "b", "c", "x", "y"))
        == ["x y +0: a -> c, 2"])
    // An entry can contain several changes.
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x"),
        Self.change("02:00:00", "revision", "b", "e", "x", steps: 3)) == ["x +0: a -> e, 4"])
  }

  @Test func objectsWithOtherChangesAreSeparate() {
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x", "y"),
        Self.change("02:00:00", "revision", "b", "c", "x"))
        == ["y +0: a -> b, 1", "x +0: a -> c, 2"])
    // One name, another fact or cluster.
    #expect(
      Self.net(
        Self.change("01:00:00", "kubelet", "1", "2", "n"), Self.change("01:00:01", "kernel", "2", "3", "n"),
        Self.change("01:00:02", "kubelet", "2", "3", "n", cluster: "dione")
      ).count == 3)
  }

  @Test func changeThatIsUndoneIsNoDifference() {
    let document = Self.document([
      Self.change("01:00:00", "image", "r/a:1", "r/a:2", "deployment apps/web"),
      Self.change("02:00:00", "image", "r/a:2", "r/a:1", "deployment apps/web"),
      Self.change("02:00:00", "node", "present", nil, "node calypso"),
      Self.change("03:00:00", "node", nil, "present", "node calypso"),
    ])
    #expect(document.changes.isEmpty)
    #expect(document.reverted.map(\.steps) == [2, 2])
    #expect(
      Self.lines(document).prefix(5) == [
        "Nodes", "  03:00:00Z  node calypso: changed and back, 2 steps", "", "Images",
        "  02:00:00Z  deployment apps/web: changed and back to r/a:1, 2 steps",
      ])
  }

  @Test func namesThatTheJournalDoesNotHaveAreCounted() {
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x", count: 2000),
        Self.change("02:00:00", "revision", "b", "c", "x", count: 2000))
        == ["x +1999: a -> c, 2"])
    // If their number differs, they need not be the same objects.
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x", count: 2000),
        Self.change("02:00:00", "revision", "b", "c", "x", count: 1500))
        == [" +1999: a -> b, 1", " +1499: b -> c, 1", "x +0: a -> c, 2"])
  }

  @Test func imagesOfOneWorkloadAreSeparateChains() {
    #expect(
      Self.net(
        Self.change("01:00:00", "image", "r/a:1", "r/a:2", "w"),
        Self.change("01:00:00", "image", "r/b:1", "r/b:2", "w"),
        Self.change("02:00:00", "image", "r/a:2", "r/a:3", "w"))
        == ["w +0: r/b:1 -> r/b:2, 1", "w +0: r/a:1 -> r/a:3, 2"])
    // The workload is deleted, and comes back with one newer image.
    #expect(
      Self.net(
        Self.change("01:00:00", "image", "r/a:1", nil, "w"),
        Self.change("01:00:00", "image", "r/b:1", nil, "w"),
        Self.change("02:00:00", "image", nil, "r/b:1", "w"),
        Self.change("02:00:00", "image", nil, "r/a:2", "w"))
        == ["w +0: r/a:1 -> r/a:2, 2"])
  }

  /// The beginning of the history cuts chains, and entries can be lost.
  @Test func chainWithAGapIsTwoChanges() {
    #expect(
      Self.net(
        Self.change("01:00:00", "revision", "a", "b", "x"), Self.change("02:00:00", "revision", "c", "d", "x")
      )
        == ["x +0: a -> b, 1", "x +0: c -> d, 1"])
  }

  // MARK: - The page

  private static let sha = (String(repeating: "a", count: 40), String(repeating: "b", count: 40))
  private static let busyNight = [
    change("01:00:00", "kubelet", "v1.33.4+k3s1", "v1.34.1+k3s1", "node calypso", "node srv1"),
    change("01:00:00", "kubernetes", "v1.33.4+k3s1", "v1.34.1+k3s1", "Kubernetes API"),
    change("01:10:00", "node", nil, "present", "node srv2"),
    change(
      "02:00:00", "revision", "main@sha1:\(sha.0)", "main@sha1:\(sha.1)",
      "gitrepository flux-system/flux-system",
      "kustomization flux-system/apps", "kustomization flux-system/infra"),
    change(
      "02:01:00", "policy", "quay.io/jetstack/cert-manager-controller:v1.18.2",
      "quay.io/jetstack/cert-manager-controller:v1.18.3", "imagepolicy flux-system/cert-manager"),
    change(
      "02:02:00", "image", "host:5000/a/web:1", "host:5000/b/web:1", "deployment apps/web",
      former: "00:10:00"),
    event("02:03:00", "problem_opened", "node calypso", incident: "n", message: "node calypso is NotReady."),
    event("02:04:00", "problem_opened", "node srv1", incident: "m", message: "node srv1 is NotReady"),
    event("02:05:30", "problem_closed", "node srv1", incident: "m", message: "ended: node srv1 is NotReady"),
    event("03:00:00", "tunnel_down", incident: "t"), event("03:00:20", "tunnel_up", incident: "t"),
    event("03:10:00", "tunnel_down", incident: "u"), event("03:10:10", "tunnel_up", incident: "u"),
  ]

  @Test func pageHasASectionPerKindOfChange() {
    #expect(
      Self.lines(Self.document(Self.busyNight)) == [
        "Nodes",
        "  01:10:00Z  node srv2: joined",
        "",
        "Versions",
        "  01:00:00Z  Kubernetes API: v1.33.4+k3s1 -> v1.34.1+k3s1",
        "  01:00:00Z  node calypso, srv1: kubelet v1.33.4+k3s1 -> v1.34.1+k3s1",
        "",
        "Flux",
        "  02:00:00Z  gitrepository flux-system/flux-system, kustomization flux-system/apps, flux-system/infra: main@sha1:aaaaaaaa -> main@sha1:bbbbbbbb",
        "",
        "Images",
        "  02:01:00Z  imagepolicy flux-system/cert-manager: quay.io/jetstack/cert-manager-controller:v1.18.2 -> v1.18.3",
        "  02:02:00Z  deployment apps/web: host:5000/a/web:1 -> host:5000/b/web:1, after 00:10:00Z (no poll in between)",
        "",
        "Problems",
        "  02:03:00Z  node calypso is NotReady; still open, 2 h 27 min so far",
        "  02:04:00Z  node srv1 is NotReady; ended 02:05:30Z after 1 min 30 s",
        "",
        "Tunnel",
        "  03:10:00Z  2 outages, 30 s in total",
        "",
        "last 24h; from the journal",
      ])
  }

  @Test(arguments: [60, 80, 200])
  func pageFitsTheWidth(_ width: Int) {
    let lines = Self.lines(Self.document(Self.busyNight), width: width)
    #expect(lines.allSatisfy { $0.displayWidth <= width }, "\(lines)")
    // Nothing is cut.
    let text = lines.joined(separator: " ").filter { $0 != " " }
    #expect(text.contains("host:5000/b/web:1") && text.contains("v1.18.2->v1.18.3"))
  }

  @Test func textFromTheClusterIsData() {
    let evil = "\u{1B}]0;owned\u{07}\u{202E}v1\n\r"
    let lines = Self.lines(
      Self.document([
        Self.change("01:00:00", "kubelet", evil, evil + "2", "node \(evil)"),
        Self.change("01:00:00", evil, "1", "2", evil),
        Self.event("02:03:00", "problem_opened", evil, incident: "n", message: evil),
      ]))
    #expect(lines.allSatisfy { line in line.unicodeScalars.allSatisfy { !$0.isInvisible } })
    #expect(lines.contains("Others"))
  }

  @Test func manyNamesAreCounted() {
    let names = (1...9).map { "kustomization flux-system/k\($0)" }
    let change = ChangeDocument(
      at: Self.moment("01:00:00"), event: "object_changed", cluster: "tethys", subject: "2000 objects",
      from: "a", to: "b", message: "", fact: "revision", names: names, count: 2000)
    #expect(
      Self.lines(Self.document([change]))[1]
        == "  01:00:00Z  kustomization flux-system/k1, flux-system/k2, flux-system/k3, flux-system/k4, flux-system/k5, flux-system/k6 and 1994 more: a -> b"
    )
  }

  @Test func severalClustersAreNamed() {
    let events = [
      Self.change("01:00:00", "node", nil, "present", "node a"),
      Self.change("01:00:00", "node", nil, "present", "node b", cluster: "dione"),
    ]
    #expect(Self.lines(Self.document(events))[1] == "  01:00:00Z  dione: node b: joined")
    #expect(Self.lines(Self.document(events, cluster: "tethys"))[1] == "  01:00:00Z  node a: joined")
  }

  // MARK: - What is known

  @Test func nothingChangedIsOneLineThatSaysWhatIsKnown() {
    #expect(Self.lines(Self.document([])) == ["nothing changed, last 24h; from the journal"])
    #expect(
      Self.lines(
        Self.document([], before: nil, source: .memory, knownSince: Self.moment("04:00:00"))) == [
          "nothing changed, last 24h; from the guard's memory; known since 04:00:00Z"
        ])
    let stop = Self.event("01:00:00", "stopped", "guard")
    let start = Self.event("02:00:00", "started", "guard")
    #expect(
      Self.lines(Self.document([stop, start])) == [
        "nothing changed, last 24h; from the journal; the guard was not running from 01:00:00Z to 02:00:00Z"
      ])
    // A restart within a second is not a gap.
    let again = Self.event("01:00:00.400", "started", "guard")
    #expect(Self.lines(Self.document([stop, again])) == ["nothing changed, last 24h; from the journal"])
    // Now it is not running.
    let up = Self.event("02:30:00", "tunnel_up")
    #expect(
      Self.lines(Self.document([start, up], before: nil, isRunning: false)) == [
        "nothing changed, last 24h; from the journal; known since 02:00:00Z; no sign of the guard since 02:30:00Z"
      ])
    #expect(
      Self.lines(Self.document([], before: nil, isRunning: false)) == [
        "nothing changed, last 24h; from the journal; nothing is known about this time: the guard recorded no changes"
      ])
    #expect(
      Self.document([stop, start]).unknown == [
        DiffDocument.Span(from: Self.moment("01:00:00"), to: Self.moment("02:00:00"))
      ])
  }

  /// A history without changes says nothing about a version that does not write them.
  @Test func timeOfAFormerVersionIsUnknown() {
    var former = Self.event("00:10:00", "started", "guard")
    former.changesRecorded = nil
    let stop = Self.event("02:00:00", "stopped", "guard")
    let start = Self.event("02:00:10", "started", "guard")
    let unchanged = "nothing changed, last 24h; from the journal"
    #expect(
      Self.lines(Self.document([stop, start], lastStart: former)) == ["\(unchanged); known since 02:00:10Z"])
    #expect(
      Self.lines(Self.document([former, stop, start], before: nil)) == ["\(unchanged); known since 02:00:10Z"]
    )
    #expect(Self.lines(Self.document([], lastStart: start)) == [unchanged])
    #expect(Self.lines(Self.document([], lastStart: former))[0].contains("nothing is known about this time"))
  }

  @Test func historyThatIsTooLongIsReported() {
    let events = [Self.change("01:00:00", "node", nil, "present", "node a")]
    #expect(
      Self.lines(Self.document(events, truncated: true)).last?.contains("more entries than can be read")
        == true)
  }

  @Test func problemsThatBeganEarlierHaveNoLength() {
    let document = Self.document([
      Self.event("02:05:30", "problem_closed", "node a", incident: "m", message: "ended: a is NotReady")
    ])
    #expect(document.problems.map(\.since) == [nil] && document.problems.map(\.seconds) == [nil])
    #expect(Self.lines(document)[1] == "  02:05:30Z  a is NotReady; ended 02:05:30Z, began before")
  }

  @Test func documentReadsAsWritten() throws {
    let document = Self.document(Self.busyNight)
    let bytes = try DocumentCoding.encode(document)
    #expect(try DocumentCoding.decode(DiffDocument.self, from: bytes) == document)
    let json = String(decoding: bytes, as: UTF8.self)
    #expect(json.contains(#""schema":"oceanid.diff/1""#) && json.contains(#""fact":"kubelet""#))
  }

  // MARK: - The history

  @Test func historyHidesTheEntriesAndCountsThem() {
    let terminal = Terminal(width: nil, hasColor: false, now: Self.now)
    func page(_ events: [ChangeDocument]) -> [String] {
      HistoryPage.page(
        HistoryDocument(source: .journal, truncated: false, events: events), terminal, range: "last 24h"
      ).lines.map(\.text)
    }
    #expect(
      page([Self.change("01:00:00", "node", nil, "present", "node a")]) == [
        "no incident, last 24h; from the journal; 1 entry about changed objects: oceanid-ctl diff"
      ])
  }

  @Test func linesOfChangesHaveShortRevisions() {
    var change = Self.change("01:00:00", "revision", "a", "b", "x")
    change.message = "tethys: x changed from revision main@sha1:\(Self.sha.0) to main@sha1:\(Self.sha.1)"
    #expect(ChangeLine.text(change) == "x changed from revision main@sha1:aaaaaaaa to main@sha1:bbbbbbbb")
  }

  /// A journal from another machine, read with the real reader.
  @Test(.enabled(if: JournalFile.isAvailable, Comment(rawValue: JournalFile.reason)), .blocking)
  func journalEntriesAreCompared() throws {
    let folder = try TestSupport.TemporaryFolder()
    func fields(_ from: String, _ to: String) -> [String: String] {
      [
        "SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE": "m", "OCEANID_EVENT": "object_changed",
        "OCEANID_CLUSTER": "tethys", "OCEANID_SUBJECT": "2 objects", "OCEANID_FROM": from, "OCEANID_TO": to,
        "OCEANID_FACT": "revision",
        "OCEANID_NAMES": "kustomization flux-system/apps, kustomization flux-system/b",
        "OCEANID_COUNT": "2", "OCEANID_STEPS": "1", "OCEANID_SEEN_AT": "2026-03-01T01:00:00Z",
      ]
    }
    let start = Self.moment("01:00:00").microseconds
    try JournalFile.write(
      [(start, fields("a", "b")), (start + 1_000_000, fields("b", "c"))], to: folder.file("journal"))
    let socket = SocketPath(option: "/nonexistent", environment: { _ in nil }, exists: { _ in false })
    let reading = HistoryReading(client: DaemonClient(socket: socket), folder: folder.file("journal"))
    let document = DiffDocument(
      try reading.read(HistoryQuery(since: Self.since, until: Self.now)), before: nil, lastStart: nil,
      cluster: nil, isRunning: false, since: Self.since, until: Self.now)
    #expect(
      Self.lines(document)[1].hasSuffix("kustomization flux-system/apps, flux-system/b: a -> c, 2 steps"))
  }

  @Test func spanMustNotBeEmpty() {
    for options in [["--since", "now"], ["--since", "2h", "--until", "3h"], ["--json", "-o", "yaml"]] {
      #expect(throws: (any Error).self, "\(options)") { try OceanidCtl.parseAsRoot(["diff"] + options) }
    }
    #expect(throws: Never.self) {
      try OceanidCtl.parseAsRoot(["diff", "--since", "yesterday", "-o", "json"])
    }
  }
}
