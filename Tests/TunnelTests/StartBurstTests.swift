import Platform
import Testing

@testable import Tunnel

@Suite struct StartBurstTests {
  private let start = MonotonicTime.now

  private final class Life {
    var burst = StartBurst()

    func holds(
      carried: Int, isOpening: Bool = false, roundTrip: Duration? = nil, _ now: MonotonicTime
    ) -> Bool {
      burst.holds(carried: carried, isOpening: isOpening, roundTrip: roundTrip, now)
    }
  }

  @Test func connectionsThatMoveLittleAreServedAfterAMoment() {
    let life = Life()
    #expect(life.holds(carried: 1000, start))
    #expect(life.burst.deadline == start + StartBurst.shortestWatch)
    #expect(life.holds(carried: 2000, start + .milliseconds(19)))
    #expect(!life.holds(carried: 3000, start + .milliseconds(20)))
    // The next ones do not wait.
    #expect(!life.holds(carried: 4000, start + .milliseconds(500)))
    #expect(life.burst.deadline == nil)
    #expect(life.holds(carried: 5000, start + .milliseconds(1100)))
  }

  @Test func bulkWaitsForAFurtherSession() {
    let life = Life()
    #expect(life.holds(carried: 0, start))
    #expect(!life.burst.isProven(start))
    let proven = start + .milliseconds(5)
    #expect(life.holds(carried: StartBurst.proof, proven))
    #expect(life.burst.isProven(proven))
    #expect(life.holds(carried: 1 << 30, proven + .seconds(1)))
    // The session does not come.
    #expect(!life.holds(carried: 1 << 30, proven + StartBurst.timeLimit))
    #expect(!life.burst.isProven(proven + StartBurst.timeLimit))
  }

  @Test func theWatchBeginsWhenTheOpensAreAnswered() {
    let life = Life()
    for time in stride(from: 0, to: 900, by: 100) {
      #expect(life.holds(carried: 0, isOpening: true, start + .milliseconds(time)))
    }
    #expect(life.holds(carried: 0, start + .milliseconds(819)))
    #expect(!life.holds(carried: 0, start + .milliseconds(820)))
  }

  @Test func anOpenThatIsNeverAnsweredHoldsNobodyForLong() {
    let life = Life()
    #expect(life.holds(carried: 0, isOpening: true, start))
    #expect(!life.holds(carried: 0, isOpening: true, start + StartBurst.longestWatch))
  }

  @Test func aSlowStartIsWatchedForLonger() {
    let life = Life()
    var (now, carried) = (start, 0)
    #expect(life.holds(carried: carried, now))
    while carried < StartBurst.proof {
      now += StartBurst.shortestWatch
      carried += StartBurst.clue
      #expect(life.holds(carried: carried, now))
    }
    #expect(life.burst.isProven(now))
  }

  @Test func aLongPathHasTimeForTheProof() {
    let life = Life()
    #expect(life.holds(carried: 0, roundTrip: .milliseconds(100), start))
    #expect(life.holds(carried: 0, roundTrip: .milliseconds(100), start + .milliseconds(299)))
    #expect(!life.holds(carried: 0, roundTrip: .milliseconds(100), start + .milliseconds(300)))
    life.burst = StartBurst()
    #expect(life.holds(carried: 0, roundTrip: .seconds(9), start))
    #expect(!life.holds(carried: 0, roundTrip: .seconds(9), start + StartBurst.longestWatch))
  }

  @Test func requestsThatEndBeforeTheProofLetTheOthersPass() {
    let life = Life()
    #expect(life.holds(carried: 0, start))
    life.burst.release(start + .milliseconds(2))
    #expect(!life.holds(carried: 0, start + .milliseconds(3)))
  }

  @Test func afterABurstTheNextIsWatchedAgain() {
    let life = Life()
    #expect(life.holds(carried: 0, start))
    #expect(life.holds(carried: StartBurst.proof, start))
    life.burst.release(start + .seconds(1))
    #expect(life.burst.isProven(start + .seconds(1)))
    life.burst.release(start + StartBurst.timeLimit)
    #expect(!life.burst.isProven(start + StartBurst.timeLimit))
    #expect(life.holds(carried: StartBurst.proof, start + StartBurst.timeLimit))
    #expect(!life.burst.isProven(start + StartBurst.timeLimit))
  }
}
