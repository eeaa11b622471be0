internal import Glibc
internal import Platform
internal import Synchronization

/// The load of a session. Written by its thread and by the thread that gives it a client, read by the thread that
/// places the next client.
final class SessionLoad: Sendable {
  /// The number of assigned clients that have not ended.
  let clients = Atomic<Int>(0)
  /// The number of connections with bulk traffic.
  let bulk = Atomic<Int>(0)
  /// True if an open has waited so long that later ones should use another session.
  let isStuck = Atomic<Bool>(false)
  /// The clients that were assigned lately.
  let recentClients = Mutex(RecentClients())
  /// Bytes carried, both ways.
  let bytes = Atomic<Int>(0)

  struct Reading: Hashable {
    var clients = 0
    var bulk = 0
    /// The clients whose traffic is not known yet.
    var recentClients = 0
    var isStuck = false

    /// True if another session is better for a small request.
    var isBusy: Bool { bulk > 0 || isStuck }
    /// The connections that carry bulk, or may do so.
    var streams: Int { bulk + recentClients }
  }

  /// The load without recent clients.
  var reading: Reading {
    .init(
      clients: clients.load(ordering: .relaxed), bulk: bulk.load(ordering: .relaxed),
      isStuck: isStuck.load(ordering: .relaxed))
  }

  func reading(at now: MonotonicTime) -> Reading {
    var reading = reading
    reading.recentClients = recentClients.withLock { $0.count(now) }
    return reading
  }

  /// Counts a client as assigned.
  func add(client number: UInt32, _ now: MonotonicTime) {
    clients.add(1, ordering: .relaxed)
    recentClients.withLock { $0.add(number, now) }
  }

  /// The client has ended, or another session gets it.
  func remove(client number: UInt32) {
    clients.subtract(1, ordering: .relaxed)
    recentClients.withLock { $0.remove(number) }
  }
}

/// The clients of a session whose traffic is not known yet: they are new, have not ended, and have not moved much.
struct RecentClients {
  /// A connection that has not become bulk after this time probably never will.
  static let age: Duration = .seconds(1)

  private var starts: [UInt32: MonotonicTime] = [:]

  mutating func add(_ number: UInt32, _ now: MonotonicTime) { starts[number] = now }
  mutating func remove(_ number: UInt32) { starts[number] = nil }

  mutating func count(_ now: MonotonicTime) -> Int {
    if !starts.isEmpty { starts = starts.filter { now - $0.value < RecentClients.age } }
    return starts.count
  }
}

/// Distinguishes bulk from requests by the number of bytes of a connection, halved each second.
struct BulkMeter {
  /// About 0.7 MB/s continuously, or a megabyte at once.
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
