import FoundationEssentials
import Health
import IncidentTracking
import Testing

/// The clock is wrong for a while, and is set right: nothing waits for a time that is far off.
@Suite struct IncidentClockTests {
  private static let day: Duration = .seconds(86_400)
  private static let year = day * 365

  /// The future times in the saved state. The end of a silence may be one; a poll is distinguished from
  /// another by its time, whatever its value.
  private static func future(_ world: Watched) throws -> [Substring] {
    let kept = String(decoding: try JSONEncoder().encode(world.tracker), as: UTF8.self)
    return kept.replacing(#/"(poll|expiresAt)":"[^"]*"/#, with: "").matches(of: #/[0-9-]+T[0-9:.]+Z/#).map(
      \.output
    )
    .filter { Timestamp(rfc3339: $0).map { $0 > world.now } ?? true }
  }

  @Test func clockSetBackDelaysNothing() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(5)
    world.now = world.now - .seconds(86400)
    world.pass(60)
    #expect(world.notified == ["opened node calypso"])
  }

  @Test func incidentSavedWithAFutureTimeFiresAndEnds() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso"), Watched.problem("node atlas")]
    world.pass(16)
    world.problems.removeLast()
    world.pass(60)
    world.problems.append(Watched.problem("node atlas"))
    world.pass(16)
    _ = world.news()
    world.now = world.now - Self.day
    try world.restart()
    world.look()
    #expect(try Self.future(world) == [])
    world.pass(60)
    #expect(world.news() == ["opened node atlas"])
    world.problems = []
    world.pass(60)
    #expect(world.news().sorted() == ["ended node atlas", "ended node calypso"])
    #expect(try Self.future(world) == [])
  }

  @Test func correctedTimesAreSaved() throws {
    var world = Watched()
    world.silence("x", for: Self.day)
    world.problems = [Watched.problem("node calypso"), Watched.problem("node atlas")]
    world.pass(60)
    world.problems.removeLast()
    world.pass(60)
    #expect(world.tracker.past.count == 1)
    world.now = world.now - Self.day
    let before = world.tracker.revision
    _ = world.tracker.advance(to: world.now)
    #expect(world.tracker.revision > before)
    #expect(try Self.future(world) == [])
    let after = world.tracker.revision
    _ = world.tracker.advance(to: world.now)
    #expect(world.tracker.revision == after)
  }

  @Test(arguments: [false, true])
  func silenceKeepsItsLengthAfterAClockChange(isRestarted: Bool) throws {
    var world = Watched()
    world.now = world.now + Self.year
    world.silence("node *", for: .seconds(7200))
    world.now = world.now - Self.year
    if isRestarted { try world.restart() }
    world.problems = [Watched.problem("node calypso")]
    world.pass(7100)
    #expect(world.news() == [])
    world.pass(200)
    #expect(world.news() == ["opened node calypso"])
    #expect(world.tracker.silences.isEmpty)
  }

  /// Between two looks: no step back is ever seen.
  @Test func silenceWithAFutureStartKeepsItsLength() {
    var world = Watched()
    world.pass(10)
    world.now = world.now + Self.year
    world.silence("node *", for: .seconds(7200))
    world.now = world.now - Self.year
    world.pass(10)
    #expect(world.tracker.silences.map(\.expiresAt) == [Watched.start + .seconds(10 + 5 + 7200)])
  }

  @Test(arguments: [false, true])
  func remindersContinueAfterClockJumps(isRestarted: Bool) throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.now = world.now + Self.year
    world.pass(60)
    #expect(world.news() == ["opened node calypso", "reminder node calypso"])
    world.now = world.now - Self.year
    if isRestarted { try world.restart() }
    world.pass(3600)
    #expect(world.news() == ["reminder node calypso"])
    world.pass(8 * 3600)
    #expect(world.news() == ["reminder node calypso", "reminder node calypso"])
  }

  @Test func smallStepBackRepeatsNoReminder() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(1860)
    #expect(world.news() == ["opened node calypso", "reminder node calypso"])
    world.now = world.now - .seconds(100)
    world.pass(600)
    #expect(world.news() == [])
  }

  /// Changes of hours ago are not all of this moment.
  @Test func stepBackIsNotFlapping() {
    var world = Watched()
    world.now = world.now + Self.year
    for _ in 0..<2 {
      world.problems = [Watched.problem("node calypso")]
      world.pass(1800)
      world.problems = []
      world.pass(1800)
    }
    world.now = world.now - Self.year
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(!world.notified.contains("flapping node calypso"))
  }
}
