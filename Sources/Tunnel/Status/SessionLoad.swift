internal import Glibc
internal import Platform
internal import Synchronization

/// The load of a session: written by its thread and the thread that gives it a client, read by the one that places the
/// next one.
final class SessionLoad: Sendable {
  /// Clients that it was given and that have not ended.
  let clients = Atomic<Int>(0)
  /// Connections that move bulk.
  let bulk = Atomic<Int>(0)
  /// An open has waited for an answer for so long that later ones should use another session.
  let isStuck = Atomic<Bool>(false)
  /// Bytes carried, both ways.
  let bytes = Atomic<Int>(0)

  struct Reading: Hashable {
    var clients = 0
    var bulk = 0
    var isStuck = false

    /// A small request is better served by another session.
    var isBusy: Bool { bulk > 0 || isStuck }
  }

  var reading: Reading {
    .init(
      clients: clients.load(ordering: .relaxed), bulk: bulk.load(ordering: .relaxed),
      isStuck: isStuck.load(ordering: .relaxed))
  }
}

/// Distinguishes bulk from requests by the bytes of a connection, halved each second.
struct BulkMeter {
  /// About 0.7 MB/s over time, or a megabyte at once.
  static let threshold = 1_048_576.0

  private var score = 0.0
  private var last: MonotonicTime

  init(now: MonotonicTime) { self.last = now }

  mutating func add(_ bytes: Int, now: MonotonicTime) {
    score = faded(now) + Double(bytes)
    last = now
  }

  func isBulk(now: MonotonicTime) -> Bool { faded(now) >= BulkMeter.threshold }

  private func faded(_ now: MonotonicTime) -> Double { score * exp2(-((now - last) / .seconds(1))) }
}
