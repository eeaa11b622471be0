import Foundation
import GuardAPI
import GuardTypes
import Health
import Platform
import Systemd
import TestSupport
import Testing

@testable import GuardCluster
@testable import GuardJournal
@testable import GuardState

/// The journal entries about changed objects, and the state that is saved for them.
@Suite struct ChangeRecorderTests {
  private static let start = Timestamp(seconds: 1_768_039_200)  // 2026-01-10T10:00:00Z
  private let folder: TemporaryFolder
  private let log = LogMemory()
  private let clock = MonotonicTime.now
  private var file: InventoryFile {
    InventoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
  }

  init() throws { folder = try TemporaryFolder() }

  private func recorder() -> ChangeRecorder {
    ChangeRecorder(cluster: "tethys", fluxNamespace: "flux-system", log: log, file: file, at: clock)
  }

  private static func resource(_ kind: String, _ name: String, _ namespace: String = "") -> Resource {
    Resource(kind: kind, namespace: namespace, name: name)
  }

  private static func node(_ name: String, _ version: String = "v1.33.4+k3s1") -> Node {
    Node(
      resource: resource("Node", name), kubeletVersion: version, osImage: "Debian GNU/Linux 12 (bookworm)",
      kernelVersion: "6.1.0-38-amd64", containerRuntime: "containerd://2.0.5-k3s2")
  }

  private static func kustomization(_ name: String, _ revision: String) -> FluxObject {
    FluxObject(resource: resource("Kustomization", name, "flux-system"), revision: revision)
  }

  private static func deployment(_ name: String, _ image: String) -> Workload {
    Workload(
      resource: resource("Deployment", name, "apps"), desired: 1, ready: 1, available: 1, updated: 1,
      images: [image])
  }

  /// A poll, `seconds` after the start.
  private func poll(
    _ recorder: ChangeRecorder, _ seconds: Int64, nodes: [Node] = [node("calypso")],
    flux: [FluxObject] = [], workloads: [Workload] = []
  ) {
    recorder.record(
      Snapshot(
        serverTime: Self.start, version: "v1.33.4+k3s1", isReady: true, nodes: .seen(nodes),
        flux: .seen(flux),
        workloads: .seen(workloads)),
      at: Self.start + .seconds(seconds), clock + .seconds(seconds))
  }

  @Test func entryHasAllFieldsInTheJournalAndInTheHistory() throws {
    let recorder = recorder()
    let names = ["apps", "infra"]
    poll(recorder, 0, flux: names.map { Self.kustomization($0, "main@sha1:a") })
    #expect(log.all.isEmpty)
    poll(recorder, 15, flux: names.map { Self.kustomization($0, "main@sha1:b") })
    let record = try #require(log.all.first)
    #expect(log.all.count == 1)
    #expect(
      record.message
        == "tethys: kustomization flux-system/apps and 1 more changed from revision main@sha1:a to main@sha1:b"
    )
    let entry = Dictionary(
      JournalLog.entry(record).fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let expected = [
      "MESSAGE_ID": "c626430f02f7440192c29962ffa311c3", "OCEANID_EVENT": "object_changed",
      "OCEANID_CLUSTER": "tethys", "OCEANID_SUBJECT": "2 objects", "OCEANID_FROM": "main@sha1:a",
      "OCEANID_TO": "main@sha1:b", "OCEANID_FACT": "revision",
      "OCEANID_NAMES": "kustomization flux-system/apps, kustomization flux-system/infra",
      "OCEANID_COUNT": "2", "OCEANID_STEPS": "1", "OCEANID_SEEN_AT": "2026-01-10T10:00:15Z",
      "OCEANID_FORMER_SEEN_AT": "2026-01-10T10:00:00Z",
    ]
    for (name, value) in expected { #expect(entry[name] == value, "\(name)") }
    #expect(record.priority == .info)
    // The guard's own history and a reader of the journal see the same.
    let own = try #require(ChangeDocument(record, at: Self.start))
    #expect(ChangeDocument(journal: entry, at: Self.start.microseconds) == own)
    #expect(own.names.count == 2 && own.seenAt == Self.start + .seconds(15))
  }

  @Test func sentencesNameTheChange() {
    let recorder = recorder()
    poll(recorder, 0, workloads: [Self.deployment("web", "r/a:1")])
    poll(
      recorder, 15, nodes: [Self.node("calypso", "v1.34.1+k3s1"), Self.node("new")],
      workloads: [Self.deployment("web", "r/a:2"), Self.deployment("db", "r/db:1")])
    for seconds in [30, 45] as [Int64] { poll(recorder, seconds, nodes: [Self.node("new")]) }
    #expect(
      log.all.map(\.message) == [
        "tethys: node new joined",
        "tethys: node calypso changed from kubelet v1.33.4+k3s1 to v1.34.1+k3s1",
        "tethys: deployment apps/db: image r/db:1 is new",
        "tethys: deployment apps/web changed from image r/a:1 to r/a:2",
        "tethys: node calypso is gone",
        "tethys: deployment apps/db: image r/db:1 is gone",
        "tethys: deployment apps/web: image r/a:2 is gone",
      ])
  }

  @Test func changeWhileTheGuardWasDownIsRecordedAtItsNextPoll() throws {
    let first = recorder()
    poll(first, 0, nodes: [Self.node("calypso"), Self.node("gone")])
    poll(first, 60, nodes: [Self.node("calypso"), Self.node("gone")])
    first.save(at: Self.start + .seconds(61), isLast: true)
    let second = recorder()
    poll(second, 7200, nodes: [Self.node("calypso", "v1.34.1+k3s1")])
    #expect(
      log.all.map(\.message) == ["tethys: node calypso changed from kubelet v1.33.4+k3s1 to v1.34.1+k3s1"])
    let change = try #require(ChangeDocument(log.all[0], at: Self.start))
    #expect(change.formerSeenAt == Self.start + .seconds(60) && change.seenAt == Self.start + .seconds(7200))
    // A restart between the two polls that confirm a removal does not begin again.
    second.save(at: Self.start + .seconds(7201), isLast: true)
    poll(recorder(), 7215, nodes: [Self.node("calypso", "v1.34.1+k3s1")])
    #expect(log.all.map(\.message).last == "tethys: node gone is gone")
    let gone = try #require(log.all.last.flatMap { ChangeDocument($0, at: Self.start) })
    #expect(gone.formerSeenAt == Self.start + .seconds(60) && gone.seenAt == Self.start + .seconds(7200))
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"version":2,"listed":{},"names":[],"facts":[],"absences":[],"waiting":[]}"#,
    #"{"version":1,"listed":{"Node":"soon"},"names":[],"facts":[],"absences":[],"waiting":[]}"#,
  ])
  func damagedFileIsReportedAndIgnored(_ text: String) throws {
    try folder.write(text, to: "inventory-tethys")
    let recorder = recorder()
    #expect(log.all.count == 1 && log.all[0].event == nil && log.all[0].priority == .warning)
    #expect(log.all[0].message.contains("inventory-tethys can't be read"))
    #expect(try folder.read("inventory-tethys.unreadable") == text)
    poll(recorder, 0)
    poll(recorder, 15)
    #expect(log.events.isEmpty)
    #expect(try file.load().objects == recorder.inventory.objects)
  }

  /// A file may be valid JSON and have indices that do not exist.
  @Test func wrongIndicesAreIgnored() throws {
    try folder.write(
      #"""
      {"version":1,"listed":{},"names":[{"kind":"Node","namespace":"","names":["a"]}],"facts":[
      {"kind":"node","detail":"","value":"present","objects":[0,-1,7]},
      {"kind":"weight","detail":"","value":"heavy","objects":[0]}],"absences":[{"object":9}],"waiting":[]}
      """#, to: "inventory-tethys")
    #expect(recorder().inventory.objects.values.map(\.facts) == [[Fact(.node, Fact.present)]])
  }

  @Test func imageThatFlipsWithEveryPollDoesNotFloodTheJournal() throws {
    let recorder = recorder()
    let polls = 24 * 240
    for poll in 0..<polls {
      self.poll(recorder, Int64(poll) * 15, workloads: [Self.deployment("web", "r/a:\(poll % 2)")])
    }
    // A day has 5760 polls: 10 entries at once, then at most one per 10 minutes.
    #expect((11...(10 + 145)).contains(log.all.count), "\(log.all.count)")
    // Each entry begins where the former one ended, so that readers can fold them.
    for (former, next) in zip(log.all, log.all.dropFirst()) { #expect(former.to == next.from) }
    let steps = log.all.reduce(0) { $0 + (Int($1.extra[.steps] ?? "") ?? 0) }
    #expect(steps <= polls - 1)
  }

  @Test func manyChangesAreWrittenOverSeveralPolls() {
    let recorder = recorder()
    func workloads(_ tag: Int) -> [Workload] {
      (0..<300).map { Self.deployment("web\($0)", "r/a\($0):\(tag)") }
    }
    poll(recorder, 0, workloads: workloads(1))
    poll(recorder, 15, workloads: workloads(2))
    #expect(log.all.count == ChangeRecorder.entriesPerPoll)
    for index in 2..<4 { poll(recorder, Int64(index) * 15, workloads: workloads(2)) }
    #expect(log.all.count == 120)
    // Then two per minute; the rest is neither lost nor repeated.
    for index in 4..<500 { poll(recorder, Int64(index) * 15, workloads: workloads(2)) }
    #expect(log.all.count == 300)
    #expect(Set(log.all.map(\.subject)).count == 300)
    #expect(recorder.inventory.waiting.isEmpty)
  }

  /// Names that come and go for ever.
  @Test func pendingChangesAreBounded() {
    let recorder = recorder()
    for index in 0..<200 {
      poll(
        recorder, Int64(index) * 15,
        workloads: (0..<400).map { Self.deployment("job-\(index / 3)-\($0)", "r/a\($0):1") })
    }
    #expect(recorder.inventory.waiting.count <= Inventory.waitingLimit)
    #expect(log.all.count <= 120 + 101)
  }

  @Test func largeClusterHasASmallFileAndOneEntryPerCommit() throws {
    let recorder = recorder()
    let nodes = (0..<5000).map { Self.node("node-\($0).cluster.example") }
    func kustomizations(_ sha: Character) -> [FluxObject] {
      (0..<2000).map { Self.kustomization("tenant-\($0)", "main@sha1:\(String(repeating: sha, count: 40))") }
    }
    poll(recorder, 0, nodes: nodes, flux: kustomizations("a"))
    let size = try folder.read("inventory-tethys").utf8.count
    #expect(size < 400_000, "\(size) bytes")
    poll(recorder, 15, nodes: nodes, flux: kustomizations("b"))
    #expect(log.all.count == 1)
    let record = try #require(log.all.first)
    #expect(record.subject == "2000 objects" && record.extra[.count] == "2000")
    let entry = JournalLog.entry(record)
    let listed = try #require(entry.fields.first { $0.name == "OCEANID_NAMES" }).value
    #expect(listed.utf8.count <= JournalField.names.limit && !listed.hasSuffix("…"))
    #expect(entry.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } < 4096)
    #expect(try folder.read("inventory-tethys").utf8.count < 400_000)
    #expect(self.recorder().inventory.objects.count == recorder.inventory.objects.count)
  }

  /// Objects that do not fit are unknown after a restart, and do not count as new.
  @Test func fileThatIsTooLargeLeavesOutTheLargestKind() throws {
    let recorder = recorder()
    let nodes = (0..<1000).map { Self.node("node-\($0)") }
    poll(recorder, 0, nodes: nodes, flux: [Self.kustomization("apps", "main@sha1:a")])
    let small = try Inventory(file: recorder.inventory.file(limit: 20_000))
    #expect(small.listed["Node"] == nil && small.listed["Kustomization"] != nil)
    #expect(small.objects.count == 2)
    var next = small
    next.update(
      Snapshot(serverTime: Self.start, nodes: .seen(nodes)), fluxNamespace: "", at: Self.start)
    #expect(next.waiting.isEmpty)
    #expect(recorder.inventory.file(limit: 400).count <= 400)
  }

  @Test func withheldChangesSurviveARestart() throws {
    let recorder = recorder()
    func workloads(_ tag: Int) -> [Workload] {
      (0..<60).map { Self.deployment("web\($0)", "r/a\($0):\(tag)") }
    }
    poll(recorder, 0, workloads: workloads(1))
    poll(recorder, 15, workloads: workloads(2))
    #expect(log.all.count == 40)
    poll(self.recorder(), 30, workloads: workloads(2))
    #expect(Set(log.all.map(\.subject)).count == 60 && log.all.count == 60)
  }

  @Test func fileOfAClusterThatIsNotGuardedAnyMoreIsRemoved() throws {
    poll(recorder(), 0)
    let state = StateFolder(folder: folder.path)
    JournalStateFile.removeAll(except: ["tethys"], in: state)
    #expect(state.exists("inventory-tethys"))
    JournalStateFile.removeAll(except: ["dione"], in: state)
    #expect(!state.exists("inventory-tethys"))
  }

  /// A name of a hostile server can't end the list or imitate two names.
  @Test func namesAreData() throws {
    let recorder = recorder()
    poll(recorder, 0)
    poll(recorder, 15, nodes: [Self.node("calypso"), Self.node("a, node b\u{1B}[2J\nOCEANID_TO=x")])
    let record = try #require(log.all.first)
    let change = try #require(ChangeDocument(record, at: Self.start))
    #expect(change.names.count == 1)
    let entry = Dictionary(
      JournalLog.entry(record).fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let read = try #require(ChangeDocument(journal: entry, at: Self.start.microseconds))
    #expect(read.names == change.names)
    #expect(!(entry["OCEANID_NAMES"] ?? "\n").contains { $0 == "\n" || $0 == "\u{1B}" })
  }
}
