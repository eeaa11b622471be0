import Platform
import Testing

@testable import Tunnel

@Suite struct LivenessTests {
  private let start = MonotonicTime.now

  private func judge(_ liveness: inout Liveness, heard: Duration, now: Duration) -> Liveness.Verdict {
    liveness.judge(lastReceived: start + heard, now: start + now, quality: { nil })
  }

  @Test func probesAfterTheIntervalAndGivesUpAfterTheTimeout() {
    var liveness = Liveness(interval: .seconds(5), timeout: .seconds(15))
    #expect(judge(&liveness, heard: .zero, now: .seconds(4)) == .alive)
    #expect(judge(&liveness, heard: .zero, now: .seconds(5)) == .ask)
    #expect(judge(&liveness, heard: .zero, now: .seconds(14)) == .alive)
    #expect(judge(&liveness, heard: .zero, now: .seconds(15)) == .dead(silence: .seconds(15)))
  }

  @Test func anAnswerRestartsTheInterval() {
    var liveness = Liveness(interval: .seconds(5), timeout: .seconds(15))
    #expect(judge(&liveness, heard: .zero, now: .seconds(5)) == .ask)
    #expect(judge(&liveness, heard: .seconds(6), now: .seconds(10)) == .alive)
    #expect(liveness.nextCheck(lastReceived: start + .seconds(6)) == start + .seconds(11))
    #expect(judge(&liveness, heard: .seconds(6), now: .seconds(11)) == .ask)
  }

  /// After the process was stopped for a minute, its old timers do not count.
  @Test func afterAStopThePeerIsProbedAgain() {
    var liveness = Liveness(interval: .seconds(5), timeout: .seconds(15))
    #expect(judge(&liveness, heard: .zero, now: .seconds(5)) == .ask)
    liveness.restart()
    #expect(judge(&liveness, heard: .zero, now: .seconds(65)) == .ask)
    #expect(judge(&liveness, heard: .zero, now: .seconds(74)) == .alive)
    #expect(judge(&liveness, heard: .zero, now: .seconds(75)) == .dead(silence: .seconds(75)))
  }

  @Test func aChangedPathHasAShortTimeToAnswer() {
    var liveness = Liveness(interval: .seconds(5), timeout: .seconds(15))
    liveness.suspect()
    #expect(judge(&liveness, heard: .zero, now: .seconds(1)) == .ask)
    #expect(judge(&liveness, heard: .zero, now: .seconds(3)) == .alive)
    #expect(judge(&liveness, heard: .zero, now: .seconds(4)) == .dead(silence: .seconds(4)))
  }

  @Test func anAnswerEndsTheDoubt() {
    var liveness = Liveness(interval: .seconds(5), timeout: .seconds(15))
    liveness.suspect()
    #expect(judge(&liveness, heard: .seconds(1), now: .seconds(1)) == .ask)
    #expect(judge(&liveness, heard: .seconds(2), now: .seconds(5)) == .alive)
  }
}
