import Foundation
import Platform
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import Health
@testable import IncidentTracking

/// The notices that a channel accepts, keeps and drops, in virtual time.
@Suite struct ChannelStateTests {
  private static let begin = MonotonicTime.now
  private let folder: TemporaryFolder
  private var path: String { folder.file("a.spool") }

  init() throws { folder = try TemporaryFolder() }

  private func state(
    _ filter: Configuration.AlertChannel.Filter = .init(), _ channel: MemoryChannel = MemoryChannel(),
    spool: Spool? = nil, isNew: Bool = false
  ) -> ChannelState {
    ChannelState(
      configuration: .named("a", filter), channel: channel,
      delivery: DeliveryState(
        policy: DeliveryPolicy(), renewsEvery: channel.renewsEvery, isHeartbeat: !channel.hearsNotices),
      spool: spool, isNew: isNew)
  }

  private func kept(at path: String? = nil) throws -> (outbox: Outbox, failing: Retry.Failing?) {
    var spool = Spool(path: path ?? self.path)
    var outbox = Outbox()
    _ = try spool.load(into: &outbox)
    return (outbox, spool.failing)
  }

  private func deliver(_ state: inout ChannelState) -> [String] {
    guard case .deliver(let notice) = state.delivery.next(at: Self.begin, moment) else { return [] }
    let arrived = state.delivery.succeed().arrived
    _ = state.persist(.done(arrived))
    return notice.words
  }

  // MARK: - A disk that is full for a while

  @Test(arguments: ["a look at how things are", "an attempt that fails", "before the ledger's pass"])
  func spoolIsWrittenAfterTheDiskHasSpaceAgain(_ occasion: String) throws {
    // A file in the folder's place.
    try folder.write("", to: "full")
    let path = folder.file("full/a.spool")
    var state = state(spool: Spool(path: path))
    let notice = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment).notice
    let failure = state.persist(.put([notice]))
    #expect(failure != nil)
    // Still full: nothing new to say of it.
    let again = state.refresh(.init(firing: [.sample("a")]), at: Self.begin, moment).failure
    #expect(again == nil)
    try FileManager.default.removeItem(atPath: folder.file("full"))
    switch occasion {
    case "a look at how things are":
      _ = state.refresh(.init(firing: [.sample("a")]), at: Self.begin, moment)
    case "an attempt that fails":
      _ = state.delivery.next(at: Self.begin, moment)
      let outcome = state.delivery.fail(.down, at: Self.begin, moment, random: 1)
      _ = state.persist(.done(outcome.givenUp))
    default: _ = state.persist(.put([]))
    }
    #expect(!state.isSpoolBroken)
    // The file after a kill at this moment.
    #expect(try kept(at: path).outbox.waiting.keys.sorted() == ["a"])
  }

  // MARK: - A restart while it fails

  @Test func failureIsKeptOverARestartUntilARetry() throws {
    var state = state(spool: Spool(path: path))
    let notice = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment).notice
    _ = state.persist(.put([notice]))
    #expect(try kept().failing == nil)
    _ = state.delivery.next(at: Self.begin, moment)
    _ = state.delivery.fail(.unauthorized, at: Self.begin, moment, random: 1)
    _ = state.persist(.done([]))
    let expected = Retry.Failing(since: moment, message: "HTTP 401", remedy: "check the token")
    #expect(try kept().failing == expected)
    // Written anew as well.
    _ = state.persist(.everything)
    let (outbox, failing) = try kept()
    #expect(failing == expected)

    var next = DeliveryState(
      policy: DeliveryPolicy(), renewsEvery: nil, isHeartbeat: false, outbox: outbox, failing: failing)
    #expect(next.retry.isFailing && next.retry.since == moment && next.retry.notBefore == nil)
    guard case .deliver = next.next(at: Self.begin, moment) else {
      Issue.record("it is not tried at once")
      return
    }
    let isNews = next.fail(.down, at: Self.begin, moment + .seconds(9), random: 1).isNew
    #expect(!isNews)
    #expect(next.retry.failing?.since == moment)
    _ = next.next(at: Self.begin + .seconds(5), moment)
    let isRecovered = next.succeed().isRecovered
    #expect(isRecovered)
    state.delivery = next
    _ = state.persist(.done([]))
    #expect(try kept().failing == nil)
  }

  @Test func changedChannelIsAProblemUntilARetry() {
    var state = state()
    _ = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment)
    _ = state.delivery.next(at: Self.begin, moment)
    _ = state.delivery.fail(.unauthorized, at: Self.begin, moment, random: 1)
    state.delivery.change(renewsEvery: nil, isHeartbeat: false)
    #expect(state.delivery.retry.isFailing)
    #expect(state.delivery.failed == 1)
    // At once, not after the quarter of an hour of a refusal.
    #expect(deliver(&state) == ["opened a/1"])
    #expect(!state.delivery.retry.isFailing)
  }

  // MARK: - Incidents that it receives

  @Test func newChannelReceivesFiringIncidentsOnce() throws {
    var state = state(.init(least: .critical), spool: Spool(path: path), isNew: true)
    let context = AlertContext(firing: [
      .sample("a", notices: 3), .sample("b", .warning), .sample("c").notified(.warning),
    ])
    _ = state.refresh(context, at: Self.begin, moment)
    _ = state.refresh(context, at: Self.begin, moment)
    // c became critical during a silence, so no critical notice was sent.
    #expect(state.delivery.outbox.waiting.keys.sorted() == ["a"])
    #expect(try kept().outbox.waiting.keys.sorted() == ["a"])
    #expect(deliver(&state) == ["opened a/3"])
    _ = state.refresh(context, at: Self.begin, moment)
    #expect(state.delivery.outbox.isEmpty)
    #expect(state.wants(.sample("a", .warning, endedAt: moment)))
    // The file exists even if there was nothing to send, so the channel is not new after a restart.
    var quiet = self.state(spool: Spool(path: folder.file("quiet.spool")), isNew: true)
    _ = quiet.refresh(.init(firing: []), at: Self.begin, moment)
    #expect(Spool(path: folder.file("quiet.spool")).exists)
  }

  @Test func endIsSentOnlyAfterTheStart() {
    let state = state(.init(least: .critical))
    // Told as a warning, critical under a silence, and over.
    #expect(!state.wants(.sample("a", .critical, endedAt: moment).notified(.warning)))
    // Told as critical, a warning by now, and over.
    #expect(state.wants(.sample("a", .warning, endedAt: moment).notified(.critical)))
  }

  @Test func alertsOutsideANewFilterAreDroppedAndCounted() throws {
    var state = state(spool: Spool(path: path))
    _ = state.delivery.outbox.add(.init(.opened, .sample("told", .warning)), at: moment)
    #expect(deliver(&state) == ["opened told/1"])
    for (id, severity) in [("a", Problem.Severity.critical), ("b", .warning)] {
      _ = state.delivery.outbox.add(.init(.opened, .sample(id, severity)), at: moment)
    }
    _ = state.delivery.outbox.add(.init(.ended, .sample("told", .warning, notices: 2)), at: moment)
    state.configuration.filter = .init(least: .critical)
    let dropped = state.applyFilter()
    #expect(dropped == 1)
    #expect(state.delivery.dropped == 1)
    #expect(deliver(&state) == ["opened a/1", "ended told/2"])
  }

  @Test func pingDoesNotSendAlertsOfAnEarlierChannel() {
    let ping = MemoryChannel(renewsEvery: .seconds(60), hearsNotices: false)
    var state = state(.init(), ping)
    _ = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment)
    let dropped = state.applyFilter()
    #expect(dropped == 1)
    #expect(deliver(&state) == [])
  }
}

extension Incident {
  /// - Parameter severity: the highest that was notified.
  fileprivate func notified(_ severity: Problem.Severity) -> Incident {
    var incident = self
    incident.notifiedSeverity = severity
    return incident
  }
}
