import Foundation
import Platform
import TestSupport
import Testing

@testable import Guard
@testable import Health

/// What a channel keeps over a disk that is full for a while.
@Suite struct ChannelStateTests {
  private static let begin = MonotonicTime.now
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["a look at how things are", "an attempt that fails"])
  func whatAFullDiskDidNotTakeIsWrittenOnceThereIsSpace(_ occasion: String) throws {
    let path = folder.file("full/a.spool")
    var state = ChannelState(
      configuration: .named("a"), channel: MemoryChannel(),
      delivery: DeliveryState(pace: AlertPace(), renewsEvery: nil, isHeartbeat: false),
      spool: Spool(path: path))
    let parcel = state.delivery.outbox.add(.init(.opened, .sample("a")), at: moment).parcel
    let failures = [state.keep(.put([parcel])), state.keep(.put([]))]
    #expect(failures.map { $0 == nil } == [false, true])
    try FileManager.default.createDirectory(atPath: folder.file("full"), withIntermediateDirectories: false)
    if occasion == "an attempt that fails" {
      _ = state.delivery.next(at: Self.begin, moment)
      let outcome = state.delivery.fail(.down, at: Self.begin, moment, random: 1)
      _ = state.keep(.done(outcome.givenUp))
    } else {
      _ = state.keep(.put([]))
    }
    // What a kill at this moment leaves.
    var (spool, outbox) = (Spool(path: path), Outbox())
    _ = try spool.load(into: &outbox)
    #expect(outbox.waiting.keys.sorted() == ["a"])
  }
}
