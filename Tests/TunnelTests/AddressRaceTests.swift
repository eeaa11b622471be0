import Platform
import Testing

@testable import Tunnel

@Suite struct AddressRaceTests {
  private let start = MonotonicTime.now

  private func addresses(_ hosts: String...) throws -> [SocketAddress] {
    try hosts.map { try #require(SocketAddress(numericHost: $0, port: 22)) }
  }

  @Test func familiesAlternateBeginningWithTheFirst() throws {
    let race = AddressRace(try addresses("2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"), now: start)
    #expect(race.addresses.map(\.host) == ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"])
    let four = AddressRace(try addresses("192.0.2.1", "2001:db8::1"), now: start)
    #expect(four.addresses.map(\.host) == ["192.0.2.1", "2001:db8::1"])
  }

  @Test func theNextIsTriedAfterAQuarterOfASecond() throws {
    var race = AddressRace(try addresses("2001:db8::1", "192.0.2.1"), now: start)
    #expect(race.start(now: start)?.host == "2001:db8::1")
    #expect(race.start(now: start + .milliseconds(249)) == nil)
    #expect(race.nextStart == start + .milliseconds(250))
    #expect(race.start(now: start + .milliseconds(250))?.host == "192.0.2.1")
    #expect(race.nextStart == nil)
    #expect(race.start(now: start + .seconds(5)) == nil)
    #expect(!race.isLost)
  }

  @Test func aFailureStartsTheNextAtOnceAndTheLastOneLosesTheRace() throws {
    var race = AddressRace(try addresses("2001:db8::1", "192.0.2.1"), now: start)
    _ = race.start(now: start)
    race.fail(now: start + .milliseconds(10))
    #expect(race.start(now: start + .milliseconds(10))?.host == "192.0.2.1")
    #expect(!race.isLost)
    race.fail(now: start + .milliseconds(20))
    #expect(race.isLost)
  }

  @Test func nobodyToTryIsLostAtOnce() {
    var race = AddressRace([], now: start)
    #expect(race.start(now: start) == nil)
    #expect(race.isLost)
  }
}
