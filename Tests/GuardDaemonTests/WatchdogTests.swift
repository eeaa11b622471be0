import Dispatch
import Glibc
import GuardTypes
import Health
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardCluster
@testable import GuardDaemon

@Suite struct WatchdogFeedTests {
  @Test func watchdogIsNotifiedOnlyWhileEveryPartAnswers() {
    let fed = Counter()
    let part = WatchdogFeed.Part { { true } }
    let feed = WatchdogFeed(
      interval: .milliseconds(90), parts: { [part] }, feed: { fed.count.add(1, ordering: .relaxed) })
    #expect(eventually { fed.count.load(ordering: .relaxed) > 3 })
    withExtendedLifetime(feed) {}
    let starved = Counter()
    let looks = Counter()
    let dead = WatchdogFeed.Part {
      looks.count.add(1, ordering: .relaxed)
      return { false }
    }
    let hungry = WatchdogFeed(
      interval: .milliseconds(90), parts: { [part, dead] }, feed: { starved.count.add(1, ordering: .relaxed) }
    )
    #expect(eventually { looks.count.load(ordering: .relaxed) > 5 })
    withExtendedLifetime(hungry) {}
    // The first check has no earlier one to compare with.
    #expect(starved.count.load(ordering: .relaxed) <= 1)
  }

  private final class Counter: Sendable { let count = Atomic<Int>(0) }
}

@Suite(.blocking) struct QueuePulseTests {
  private let queue = DispatchQueue(label: "liveness")

  @Test func activeQueueIsHealthy() {
    let liveness = QueueLiveness(of: queue)
    for _ in 0..<3 {
      let hasAnswered = liveness.part.ask()
      queue.sync {}
      #expect(hasAnswered())
    }
  }

  @Test func queueIsStuckAfterTwoChecksWithoutProgress() {
    let liveness = QueueLiveness(of: queue)
    _ = liveness.part.ask()
    queue.sync {}
    let mayEnd = DispatchSemaphore(value: 0)
    queue.async { mayEnd.wait() }
    // A reload may take as long as from one look to the next.
    let first = liveness.part.ask()
    #expect(first())
    let second = liveness.part.ask()
    #expect(!second())
    mayEnd.signal()
    queue.sync {}
    #expect(second())
  }
}

@Suite struct PollerOverdueTests {
  @Test(.blocking) func pollThatDoesNotEndIsOverdue() {
    let (hasBegun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let poller = Poller(
      cluster: "tethys", interval: .seconds(15),
      ask: {
        hasBegun.signal()
        mayEnd.wait()
        return .failure(PollFailure(code: .timeout, message: "", remedy: ""))
      }, deliver: { _ in })
    poller.pollNow()
    hasBegun.wait()
    #expect(!poller.isOverdue(timeout: .seconds(10)))
    #expect(!poller.isOverdue(timeout: .seconds(10), at: .now + .seconds(45)))
    #expect(poller.isOverdue(timeout: .seconds(10), at: .now + .seconds(51)))
    mayEnd.signal()
    poller.stop()
  }

  @Test func pollThatDoesNotStartIsOverdue() {
    let poller = Poller(
      cluster: "tethys", interval: .seconds(3600),
      ask: { .failure(PollFailure(code: .timeout, message: "", remedy: "")) }, deliver: { _ in })
    #expect(!poller.isOverdue(timeout: .seconds(10), at: .now + .seconds(7200)))
    #expect(poller.isOverdue(timeout: .seconds(10), at: .now + .seconds(7231)))
    poller.stop()
  }
}

@Suite(.blocking) struct ControlProbeTests {
  private let folder: TemporaryFolder
  private var path: String { "\(folder.path)/guard.sock" }

  init() throws { folder = try TemporaryFolder() }

  @Test func noReportWithoutAWatchdog() {
    #expect(ControlProbe(path: path).isAnswered)
  }

  @Test func answerCountsAndSilenceDoesNot() throws {
    let listener = try ControlSocket.listen(path: path)
    let probe = ControlProbe(path: path)
    #expect(!probe.isAnswered)
    let peer = Descriptor(owning: accept(listener.raw, nil, nil))
    #expect(!probe.isAnswered)
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(peer.raw, &buffer, buffer.count)
    #expect(
      String(decoding: buffer[..<max(0, count)], as: UTF8.self).hasPrefix("GET /v1/healthz HTTP/1.1\r\n"))
    _ = Array("HTTP/1.1 200 OK\r\n\r\n".utf8).withUnsafeBytes { peer.send($0) }
    #expect(probe.isAnswered)
  }

  @Test func refusedConnectionCountsAsAnAnswer() throws {
    let listener = try ControlSocket.listen(path: path)
    let probe = ControlProbe(path: path)
    close(accept(listener.raw, nil, nil))
    #expect(probe.isAnswered)
  }

  @Test func fullAcceptQueueIsNoAnswer() throws {
    let listener = try ControlSocket.listen(path: path)
    // A queue of one; a Unix socket takes one more than asked for.
    #expect(Glibc.listen(listener.raw, 0) == 0)
    let probes = (0..<4).map { _ in ControlProbe(path: path) }
    #expect(probes.allSatisfy { !$0.isAnswered })
  }
}
