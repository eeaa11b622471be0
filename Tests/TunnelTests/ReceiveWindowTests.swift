import Platform
import Testing

@testable import Tunnel

@Suite struct ReceiveWindowTests {
  private let start = MonotonicTime.now

  /// A stream that is limited by its window: each round trip brings a whole window.
  private func fill(_ window: ReceiveWindow, roundTrip: Duration, rounds: Int) {
    var now = start
    for _ in 0..<rounds {
      for _ in 0..<10 {
        now += roundTrip / 10
        _ = window.record(window.size / 10, roundTrip: roundTrip, now: now)
      }
    }
  }

  @Test func growsOnALongPathUpToTheMaximum() {
    let window = ReceiveWindow(WindowBudget(1 << 30), now: start)
    #expect(window.size == ReceiveWindow.initial)
    fill(window, roundTrip: .milliseconds(100), rounds: 12)
    #expect(window.size == ReceiveWindow.largest)
  }

  @Test func doesNotGrowIfTheReaderOrThePathIsTheLimit() {
    let window = ReceiveWindow(WindowBudget(1 << 30), now: start)
    var now = start
    for _ in 0..<1000 {
      now += .milliseconds(10)
      #expect(!window.record(20_000, roundTrip: .milliseconds(100), now: now))
    }
    #expect(window.size == ReceiveWindow.initial)
  }

  @Test func aBurstAfterAPauseDoesNotGrowTheWindow() {
    let window = ReceiveWindow(WindowBudget(1 << 30), now: start)
    #expect(!window.record(2 << 20, roundTrip: .milliseconds(50), now: start + .seconds(5)))
  }

  @Test func theBudgetIsSharedAndReturned() {
    let budget = WindowBudget(8 << 20)
    do {
      let first = ReceiveWindow(budget, now: start)
      fill(first, roundTrip: .milliseconds(100), rounds: 12)
      #expect(first.size <= 8 << 20)
      #expect(first.size >= 4 << 20)
      let crowd = (0..<500).map { _ in ReceiveWindow(budget, now: start) }
      #expect(crowd.allSatisfy { $0.size >= WindowBudget.floor })
      #expect(crowd.reduce(first.size) { $0 + $1.size } <= 8 << 20 + 500 * WindowBudget.floor)
    }
    #expect(budget.reserve(2 << 20) == 2 << 20)
  }
}
