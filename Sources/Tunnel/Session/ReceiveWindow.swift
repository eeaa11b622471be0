internal import Platform
internal import Synchronization

/// The number of bytes in flight or waiting for slow readers, for all channels of a tunnel together.
///
/// Every channel gets a minimum, however many there are: with a window of 0 it could not receive anything.
final class WindowBudget: Sendable {
  static let floor = 64 << 10

  private let free: Atomic<Int>

  init(_ limit: Int) { self.free = Atomic(limit) }

  /// Reserves a share for a new channel: at most `wanted` and at most a quarter of the free budget, but at least
  /// `floor`.
  func reserve(_ wanted: Int) -> Int {
    let granted = max(WindowBudget.floor, min(wanted, free.load(ordering: .relaxed) / 4))
    free.subtract(granted, ordering: .relaxed)
    return granted
  }

  func extend(by bytes: Int) -> Bool {
    if free.subtract(bytes, ordering: .relaxed).newValue >= 0 { return true }
    free.add(bytes, ordering: .relaxed)
    return false
  }

  func release(_ bytes: Int) { free.add(bytes, ordering: .relaxed) }
}

/// The number of bytes that the far side may send ahead on one channel. It grows for bulk on a long path while the
/// local reader keeps up and the budget allows.
final class ReceiveWindow {
  typealias Instant = MonotonicTime

  static let initial = 2 << 20
  static let largest = 32 << 20

  private let budget: WindowBudget
  /// In bytes, including bytes that were not read yet.
  private(set) var size: Int
  private var since: Instant
  private var received = 0

  init(_ budget: WindowBudget, now: Instant) {
    self.budget = budget
    self.size = budget.reserve(ReceiveWindow.initial)
    self.since = now
  }

  deinit {
    budget.release(size)
  }

  /// Records bytes that were read and delivered at once. If half a window arrived within a round trip, the window is
  /// the limit, and it doubles.
  ///
  /// - Returns: true if the window grew.
  func record(_ bytes: Int, roundTrip: Duration, now: Instant) -> Bool {
    received += bytes
    let span = max(roundTrip, .milliseconds(1))
    guard now - since >= span else { return false }
    defer {
      received = 0
      since = now
    }
    let more = min(size, ReceiveWindow.largest - size)
    // Data that arrived with a pause proves nothing: it must have arrived within about one round trip.
    guard received >= size / 2, now - since < span * 2, more > 0, budget.extend(by: more) else {
      return false
    }
    size += more
    return true
  }
}
