internal import Platform
internal import Synchronization

/// The bytes that all channels of a tunnel may together have in flight or waiting for a slow reader.
///
/// Every channel gets a floor, however many there are: a window of nothing would never carry anything.
final class WindowBudget: Sendable {
  static let floor = 64 << 10

  private let free: Atomic<Int>

  init(_ limit: Int) { self.free = Atomic(limit) }

  /// A share for a new channel: up to `wanted`, and never more than a quarter of what is left.
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

/// How much the far side may send ahead on one channel: grown for bulk on a long path, while the local reader
/// keeps up and the budget lasts.
final class ReceiveWindow {
  typealias Instant = MonotonicTime

  static let initial = 2 << 20
  static let largest = 32 << 20

  private let budget: WindowBudget
  /// In bytes; what was not yet read counts.
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

  /// Records bytes that were read and delivered at once. A round trip that brought half a window was limited by
  /// the window: it doubles.
  ///
  /// - Returns: true when the window grew.
  func record(_ bytes: Int, roundTrip: Duration, now: Instant) -> Bool {
    received += bytes
    let span = max(roundTrip, .milliseconds(1))
    guard now - since >= span else { return false }
    defer {
      received = 0
      since = now
    }
    let more = min(size, ReceiveWindow.largest - size)
    // A pause between two rounds proves nothing: the data has to have come within about one round trip.
    guard received >= size / 2, now - since < span * 2, more > 0, budget.extend(by: more) else {
      return false
    }
    size += more
    return true
  }
}
