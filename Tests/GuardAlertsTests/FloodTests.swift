import Foundation
import GuardAPI
import Platform
import TestSupport
import Testing

@testable import GuardAlerts
@testable import Health
@testable import IncidentTracking

/// More changes at once than a person can read.
@Suite struct FloodTests {
  private static func flood(
    _ change: IncidentNotice.Change, _ count: Int, notices: Int = 1
  ) -> [IncidentNotice.Entry] {
    (0..<count).map { index in
      let incident = Incident.sample(
        "n\(index)", index % 4 == 0 ? .critical : .warning, notices: notices,
        endedAt: change == .ended ? moment : nil)
      return .init(change, incident)
    }
  }

  private func send(_ outbox: inout Outbox, _ date: Timestamp = moment) -> [IncidentNotice] {
    var notices: [IncidentNotice] = []
    while true {
      let (listed, counted) = outbox.dequeue(countsRest: true)
      guard !listed.isEmpty else { return notices }
      notices.append(IncidentNotice(at: date, cluster: "tethys", entries: listed, counted: counted))
      _ = outbox.recordDelivery()
    }
  }

  @Test func twelveHundredNodesAreOneNoticeWithCounts() throws {
    var outbox = Outbox()
    for entry in Self.flood(.opened, 1200) { _ = outbox.add(entry, at: moment) }
    let notices = send(&outbox)
    let notice = try #require(notices.first)
    #expect(notices.count == 1)
    #expect(notice.entries.count == 20 && notice.counted.count == 1180)
    #expect(notice.entries.allSatisfy { $0.incident.severity == .critical })
    let text = NoticeText(notice)
    #expect(text.headline.hasPrefix("CRITICAL tethys: 300 critical, 900 warning: node n"))
    #expect(
      text.body.hasPrefix("1200 in total: 300 critical, 900 warning, 0 ended. The first 20:\n\nCRITICAL"))
    #expect(text.body.hasSuffix("\nand 1180 more: oceanid-ctl incidents\n"))
    let document = try JSONDecoder().decode(
      NoticeDocument.self, from: Data(NoticeCoding.bytes(notice)))
    #expect(document.counts == .init(critical: 300, warning: 900, ended: 0))
    #expect(document.omitted == 1180 && document.entries.count == 20)

    // Their end is one notice as well, and names those that were named.
    for entry in Self.flood(.ended, 1200, notices: 2) { _ = outbox.add(entry, at: moment) }
    let ends = send(&outbox)
    let end = try #require(ends.first)
    #expect(ends.count == 1)
    #expect(NoticeText(end).headline == "ENDED tethys: 1200 incidents")
    #expect(Set(notice.entries.map(\.incident.id)).isSubset(of: Set(end.entries.map(\.incident.id))))
    #expect(outbox.isEmpty && outbox.announced.isEmpty && outbox.announcedByCount.isEmpty)
  }

  @Test func hundredIncidentsAreListedCompletely() {
    var outbox = Outbox()
    for entry in Self.flood(.opened, 100) { _ = outbox.add(entry, at: moment) }
    let notices = send(&outbox)
    #expect(notices.map(\.entries.count) == [100] && notices.map(\.counted.count) == [0])
  }

  /// A receiver that opened a ticket for each has to hear of each end.
  @Test func endsOfListedIncidentsAreAlwaysListed() {
    var outbox = Outbox()
    for part in 0..<3 {
      for entry in Self.flood(.opened, 300)[part * 100..<part * 100 + 100] {
        _ = outbox.add(entry, at: moment)
      }
      _ = send(&outbox)
    }
    for entry in Self.flood(.ended, 300, notices: 2) { _ = outbox.add(entry, at: moment) }
    let ends = send(&outbox)
    #expect(Set(ends.flatMap(\.entries).map(\.incident.id)).count == 300)
    #expect(ends.allSatisfy { $0.entries.count <= 100 && $0.counted.isEmpty })
  }

  @Test func programReceivesAllInSeveralMessages() {
    var outbox = Outbox()
    for entry in Self.flood(.opened, 1200) { _ = outbox.add(entry, at: moment) }
    var sizes: [Int] = []
    while case let batch = outbox.dequeue(), !batch.isEmpty {
      sizes.append(batch.count)
      _ = outbox.recordDelivery()
    }
    #expect(sizes == Array(repeating: 100, count: 12))
  }

  /// One entry that a server chokes on takes no other with it, also where most are only counted.
  @Test func refusedEntryOfAFloodIsFoundAndTheRestArrives() {
    var state = DeliveryState(policy: DeliveryPolicy(), renewsEvery: nil, isHeartbeat: false)
    for entry in Self.flood(.opened, 1200) { _ = state.outbox.add(entry, at: moment) }
    var arrived = 0
    var now = MonotonicClock.begin
    for _ in 0..<100 {
      switch state.next(at: now, moment) {
      case .wait(let next): now = next
      case .deliver(let notice):
        if notice.entries.contains(where: { $0.incident.id == "n0" }) {
          _ = state.fail(.malformed, at: now, moment, random: 1)
        } else {
          arrived += state.succeed().arrived.count
        }
      case .idle, .renew: break
      }
    }
    #expect(arrived + state.dropped == 1200 && state.dropped <= 1)
    #expect(state.outbox.isEmpty)
  }

  // MARK: - Over a kill

  private func restored(_ path: String) throws -> Outbox {
    var outbox = Outbox()
    var spool = Spool(path: path)
    #expect(try spool.load(into: &outbox) == 0)
    return outbox
  }

  @Test(arguments: [1, 3, 1200])
  func messageInFlightAtAKillIsSentAgainWithTheSameKey(_ count: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.spool")
    var spool = Spool(path: path)
    var outbox = Outbox()
    let notices = Self.flood(.opened, count).map { outbox.add($0, at: moment).notice }
    try spool.put(notices, of: outbox)
    let (listed, counted) = outbox.dequeue(countsRest: true)
    let batch = try #require(outbox.batch)
    try spool.sending(batch, of: outbox)
    let key = NoticeCoding.key(of: .init(at: moment, cluster: "tethys", entries: listed, counted: counted))
    // Killed; what happened since is another message.
    var next = try restored(path)
    _ = next.add(.init(.opened, .sample("later")), at: moment)
    let again = next.dequeue(countsRest: true)
    let notice = IncidentNotice(
      at: moment, cluster: "tethys", entries: again.listed, counted: again.counted)
    #expect(NoticeCoding.key(of: notice) == key)
    _ = next.recordDelivery()
    #expect(next.dequeue().map(\.incident.id) == ["later"])
    // Written that it arrived: nothing is left.
    try spool.done(outbox.recordDelivery(), of: outbox)
    #expect(try restored(path).isEmpty)
    #expect(try restored(path).announcedByCount.count == max(0, count - 20) * (count > 100 ? 1 : 0))
  }

  @Test func deliveredMessageIsNotRepeatedAfterAKill() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.spool")
    var spool = Spool(path: path)
    var outbox = Outbox()
    let opened = IncidentNotice.Entry(.opened, .sample("a"))
    let ended = IncidentNotice.Entry(.ended, .sample("a", notices: 2, endedAt: moment))
    for entry in [opened, ended] {
      try spool.put([outbox.add(entry, at: moment).notice], of: outbox)
      _ = outbox.dequeue()
      try spool.done(outbox.recordDelivery(), of: outbox)
      var next = try restored(path)
      let again = next.add(entry, at: moment)
      #expect(!again.isNew && next.isEmpty)
      // Also once the file was written anew.
      try spool.rewrite(outbox)
      next = try restored(path)
      #expect(!next.add(entry, at: moment).isNew)
    }
    // Saved elsewhere that all of it was handed over: nothing has to be remembered.
    outbox.removeEnded(except: [], isSaved: false)
    #expect(!outbox.marks.isEmpty)
    outbox.removeEnded(except: [], isSaved: true)
    #expect(outbox.marks.isEmpty)
  }
}

private enum MonotonicClock {
  static let begin = MonotonicTime.now
}
