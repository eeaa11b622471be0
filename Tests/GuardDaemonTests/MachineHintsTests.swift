import GuardAPI
import Testing

@testable import GuardDaemon
@testable import GuardJournal

@Suite struct MachineHintsTests {
  @Test(arguments: [
    (Duration.seconds(10_920), "3 h 2 min"), (.seconds(125), "2 min 5 s"), (.milliseconds(40_900), "40 s"),
  ])
  func sleepIsDescribed(_ duration: Duration, _ words: String) {
    let record = MachineHints.record(asleep: duration)
    #expect(record.event == .resumed)
    #expect(record.message == "resumed after \(words) asleep")
    #expect(record.extra[.asleepSeconds] == "\(duration.components.seconds)")
  }
}
