import Foundation
import Platform
import TestSupport
import Testing

@testable import GuardAlerts
@testable import Health
@testable import IncidentTracking

@Suite struct SpoolTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("a.spool") }

  init() throws { folder = try TemporaryFolder() }

  private func restored() throws -> (outbox: Outbox, unread: Int) {
    var spool = Spool(path: path)
    var outbox = Outbox()
    let unread = try spool.load(into: &outbox)
    return (outbox, unread)
  }

  /// The state after any number of steps is what a restart finds there.
  @Test func pendingAlertsSurviveARestartAtAnyPoint() throws {
    var spool = Spool(path: path)
    var outbox = Outbox()
    for index in 0..<200 {
      let id = "\(index % 17)"
      if index % 5 == 4 {
        _ = outbox.dequeue()
        // A message under way at the crash is delivered again: at least once.
        #expect(
          Set(try restored().outbox.waiting.keys) == Set(outbox.inFlight.keys).union(outbox.waiting.keys))
        try spool.done(outbox.recordDelivery(), of: outbox)
      } else {
        let notice = outbox.add(
          .init(index % 3 == 0 ? .ended : .opened, .sample(id, notices: index)), at: moment
        ).notice
        try spool.put([notice], of: outbox)
      }
      let found = try restored()
      #expect(found.unread == 0)
      #expect(found.outbox.waiting == outbox.waiting)
      #expect(found.outbox.announced == outbox.announced)
    }
  }

  @Test func fileHasTheNamesThatOlderGuardsRead() throws {
    try Data(#"{"told":["a","b"],"toldByNumber":["b"]}"#.utf8).write(to: URL(filePath: path))
    let found = try restored()
    #expect(found.unread == 0)
    #expect(found.outbox.announced == ["a", "b"] && found.outbox.announcedByCount == ["b"])
  }

  @Test func truncatedLineAffectsNoOther() throws {
    var spool = Spool(path: path)
    var outbox = Outbox()
    for id in ["a", "b", "c"] {
      try spool.put([outbox.add(.init(.opened, .sample(id)), at: moment).notice], of: outbox)
    }
    let whole = try Data(contentsOf: URL(filePath: path))
    for cut in stride(from: 0, to: whole.count, by: 97) {
      try whole.prefix(cut).write(to: URL(filePath: path))
      let found = try restored()
      #expect(found.unread <= 1)
      #expect(found.outbox.count <= 3)
    }
    try (whole.prefix(100) + Data("\n{\"put\":7}\nnonsense\n".utf8) + whole).write(to: URL(filePath: path))
    #expect(try restored().outbox.waiting.count == 3)
  }

  @Test func fileStaysSmall() throws {
    var spool = Spool(path: path)
    var outbox = Outbox()
    for index in 0..<4000 {
      try spool.put([outbox.add(.init(.opened, .sample("\(index)")), at: moment).notice], of: outbox)
      _ = outbox.dequeue()
      try spool.done(outbox.recordDelivery(), of: outbox)
      outbox.removeEnded(except: [])
    }
    let size = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(size <= 1 << 20)
    let mode = try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    #expect(mode == 0o600)
  }

  /// However long the details: a flood is appended and seldom written anew, and is read back whole.
  @Test func floodOfLongDetailsIsStoredEfficiently() throws {
    var spool = Spool(path: path)
    var outbox = Outbox()
    let detail = String(repeating: "\u{1b}日", count: 500)
    var (written, rewritten, size) = (0, 0, 0)
    for index in 0..<3000 {
      var incident = Incident.sample("\(index)")
      incident.detail = detail
      try spool.put([outbox.add(.init(.opened, incident), at: moment).notice], of: outbox)
      guard index % 20 == 0 else { continue }
      let now = try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
      if now != size { rewritten += 1 }
      (size, written) = (now, written + 1)
    }
    #expect(rewritten < 12)
    #expect(try restored().outbox.waiting == outbox.waiting)
    _ = outbox.dequeue()
    while !outbox.isEmpty {
      try spool.done(outbox.recordDelivery(), of: outbox)
      _ = outbox.dequeue()
    }
    try spool.done(outbox.recordDelivery(), of: outbox)
    outbox.removeEnded(except: [])
    try spool.put([outbox.add(.init(.opened, .sample("last")), at: moment).notice], of: outbox)
    let bytes = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(bytes <= 2 << 20)
  }

  @Test func diskErrorIsReportedOnceAndTheFileIsComplete() throws {
    // A file in the folder's place.
    try folder.write("", to: "full")
    let path = folder.file("full/a.spool")
    var state = ChannelState(
      configuration: .named("a"), channel: MemoryChannel(),
      delivery: DeliveryState(policy: DeliveryPolicy(), renewsEvery: nil, isHeartbeat: false),
      spool: Spool(path: path))
    let first = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment).notice
    let failures = [state.persist(.put([first])), state.persist(.put([first]))]
    #expect(failures.map { $0 == nil } == [false, true])
    try FileManager.default.removeItem(atPath: folder.file("full"))
    let second = state.delivery.outbox.add(.init(.opened, .sample("b")), at: moment).notice
    let failure = state.persist(.put([second]))
    #expect(failure == nil)
    var outbox = Outbox()
    var spool = Spool(path: path)
    _ = try spool.load(into: &outbox)
    #expect(Set(outbox.waiting.keys) == ["a", "b"])
  }
}
