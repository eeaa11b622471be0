import Platform
import TestSupport
import Testing

@testable import Tunnel

/// RFC 8305 in virtual time.
@Suite struct AddressRaceTests {
  private static let refused: Int32 = 111
  private static let unreachable: Int32 = 113

  private struct Course {
    var race: AddressRace
    var now: MonotonicTime

    init(_ count: Int, limit: Duration = .seconds(10)) {
      now = .now
      race = AddressRace(count: count, limit: limit, now: now)
    }

    mutating func handle(_ event: AddressRace.Event, after delay: Duration = .zero) -> [AddressRace.Action] {
      now += delay
      return race.handle(event, now: now)
    }
  }

  @Test(arguments: [
    (["a4", "b4", "c6", "d6", "e6"], ["a4", "c6", "b4", "d6", "e6"]),
    (["a6", "b6", "c4"], ["a6", "c4", "b6"]), (["a6", "b6"], ["a6", "b6"]),
    (["a4", "a4", "b6", "a4"], ["a4", "b6"]), ([], []),
  ])
  func familiesAlternateBeginningWithTheFirst(_ resolved: [String], _ ordered: [String]) {
    #expect(AddressRace.order(resolved) { $0.hasSuffix("6") ? 6 : 4 } == ordered)
  }

  @Test func theNextAddressStartsAfterTheHeadStart() {
    var course = Course(3)
    #expect(course.handle(.started) == [.connect(0)])
    #expect(course.race.wake == course.now + .milliseconds(250))
    #expect(course.handle(.timePassed, after: .milliseconds(249)) == [])
    #expect(course.handle(.timePassed, after: .milliseconds(1)) == [.connect(1)])
    #expect(course.handle(.timePassed, after: .milliseconds(250)) == [.connect(2)])
    #expect(course.race.wake == course.now + .milliseconds(9500))
  }

  @Test func aFailedAddressStartsTheNextAtOnce() {
    var course = Course(3)
    _ = course.handle(.started)
    #expect(course.handle(.failed(0, code: Self.refused), after: .milliseconds(3)) == [.connect(1)])
    #expect(course.race.wake == course.now + .milliseconds(250))
  }

  @Test func theFirstToConnectWinsAndTheOthersAreClosed() {
    var course = Course(4)
    _ = course.handle(.started)
    _ = course.handle(.timePassed, after: .milliseconds(250))
    _ = course.handle(.timePassed, after: .milliseconds(250))
    #expect(course.handle(.connected(1)) == [.close(0), .close(2), .won(1)])
    #expect(course.handle(.connected(0)) == [])
    #expect(course.handle(.timePassed, after: .seconds(20)) == [])
  }

  @Test func allRefusalsAreReported() {
    var course = Course(2)
    _ = course.handle(.started)
    _ = course.handle(.failed(0, code: Self.refused))
    #expect(
      course.handle(.failed(1, code: Self.unreachable))
        == [.lost([.failed(code: Self.refused), .failed(code: Self.unreachable)])])
  }

  @Test func theTimeLimitAppliesToAllAddressesTogether() {
    var course = Course(4, limit: .milliseconds(600))
    _ = course.handle(.started)
    _ = course.handle(.failed(0, code: Self.refused))
    _ = course.handle(.timePassed, after: .milliseconds(250))
    #expect(
      course.handle(.timePassed, after: .milliseconds(350))
        == [.close(1), .close(2), .lost([.failed(code: Self.refused), .unanswered, .unanswered, .untried])])
  }

  /// After the process was stopped, the missed starts do not all happen at once.
  @Test func aLateThreadStartsOneAddress() {
    var course = Course(5)
    _ = course.handle(.started)
    #expect(course.handle(.timePassed, after: .seconds(2)) == [.connect(1)])
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func anyOrderOfEventsEndsOnceAndLeavesNothingOpen(_ seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    var course = Course(Int.random(in: 1...6, using: &dice), limit: .seconds(2))
    var (open, started): (Set<Int>, Set<Int>) = ([], [])
    var ends = 0
    var event = AddressRace.Event.started
    for _ in 0..<100 {
      for action in course.handle(event, after: .milliseconds(Int.random(in: 0...300, using: &dice))) {
        #expect(ends == 0)
        switch action {
        case .connect(let index):
          #expect(started.insert(index).inserted)
          open.insert(index)
        case .close(let index): #expect(open.remove(index) != nil)
        case .won(let index):
          #expect(open == [index])
          ends += 1
        case .lost(let outcomes):
          #expect(open.isEmpty)
          #expect(outcomes.count { $0 == .untried } == outcomes.count - started.count)
          ends += 1
        }
      }
      if ends == 1 {
        open = []
        event = .connected(0)
        continue
      }
      switch (Int.random(in: 0..<10, using: &dice), open.sorted().randomElement(using: &dice)) {
      case (0, let index?): event = .connected(index)
      case (1..<4, let index?):
        open.remove(index)
        event = .failed(index, code: Self.refused)
      default: event = .timePassed
      }
    }
    #expect(ends == 1)
  }
}
