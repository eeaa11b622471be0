import Health
import IncidentTracking
import Testing

/// More is wrong than a tracker has room for.
@Suite struct IncidentCapacityTests {
  private static func many(
    _ name: String, _ count: Int, _ severity: Problem.Severity = .critical
  ) -> [Problem] {
    (0..<count).map { Watched.problem("node \(name)\($0)", .node, severity) }
  }

  @Test func untrackedSubjectsAreCounted() {
    var world = Watched()
    world.problems = (0..<IncidentTracker.largest + 5).map { Watched.problem("node n\($0)") }
    world.look()
    #expect(world.tracker.open.count == IncidentTracker.largest)
    #expect(world.tracker.ignored == 5)
  }

  @Test func causeIsAlwaysTracked() {
    var world = Watched()
    world.problems = Self.many("n", IncidentTracker.largest)
    world.pass(40)
    #expect(world.news().count == IncidentTracker.largest)
    let kinds: [Problem.Kind] = [.alerts, .api, .configuration, .forward, .tunnel]
    world.problems += kinds.map { Watched.problem($0.rawValue, $0) }
    world.pass(50)
    #expect(world.news() == kinds.map { "opened \($0.rawValue)" })
    #expect(world.tracker.ignored == 0)
    #expect(world.tracker.open.count == IncidentTracker.largest + kinds.count)
  }

  @Test func guardsOwnProblemsAreAlwaysTracked() {
    var world = Watched()
    world.problems = Self.many("n", IncidentTracker.largest)
    world.look()
    let own = Problem(
      .node(.condition), id: "guard/node/x", severity: .warning, cluster: "", subject: "own", title: "t",
      detail: "",
      since: world.now, step: NextStep())
    world.tracker.observe(ProblemObservation(cluster: "", problems: [own]), at: world.now)
    #expect(world.tracker.open.contains { $0.subject == "own" })
  }

  @Test func causesAreLimited() {
    var world = Watched()
    world.problems = (0..<IncidentTracker.largest * 2).map { Watched.problem("api \($0)", .api) }
    world.look()
    #expect(world.tracker.open.count < IncidentTracker.largest * 11 / 10)
    #expect(world.tracker.open.count + world.tracker.ignored == IncidentTracker.largest * 2)
  }

  @Test func endedIncidentsAreEvictedOldestFirst() {
    var world = Watched()
    for name in ["a", "b"] {
      world.problems = Self.many(name, IncidentTracker.largest / 2)
      world.look()
      world.now = world.now + .seconds(1)
      world.problems = []
      world.look()
    }
    world.problems = Self.many("c", IncidentTracker.largest / 2)
    world.look()
    #expect(world.tracker.ignored == 0)
    #expect(world.tracker.open.count == IncidentTracker.largest / 2)
    // Those of the second round are remembered: that they come and go is found out.
    for _ in 0..<2 {
      world.problems = Self.many("c", IncidentTracker.largest / 2) + Self.many("b", 1)
      world.look()
      world.problems.removeLast()
      world.look()
    }
    #expect(world.tracker.open.filter(\.isFlapping).map(\.subject) == ["node b0"])
  }

  @Test func unnotifiedWarningIsEvictedForACriticalIncident() {
    var world = Watched()
    world.problems = Self.many("w", IncidentTracker.largest, .warning)
    world.look()
    #expect(world.tracker.open.count == IncidentTracker.largest - 1000)
    #expect(world.tracker.ignored == 1000)
    world.problems += Self.many("c", 3000)
    world.look()
    #expect(world.tracker.open.count { $0.severity == .critical } == 3000)
    #expect(world.tracker.open.count == IncidentTracker.largest)
    #expect(world.tracker.ignored == 3000)
    // The set is stable: no subject replaces another again.
    let ids = Set(world.tracker.open.map(\.id))
    world.look()
    #expect(Set(world.tracker.open.map(\.id)) == ids)
    #expect(world.tracker.ignored == 3000)
  }

  @Test func notifiedIncidentIsNotEvicted() {
    var world = Watched()
    world.problems = Self.many("w", IncidentTracker.largest - 1000, .warning)
    world.pass(60)
    #expect(world.news().count == IncidentTracker.largest - 1000)
    world.problems += Self.many("c", 3000)
    world.pass(60)
    #expect(world.news().count == 1000)
    #expect(world.tracker.ignored == 2000)
    world.problems = []
    world.pass(60)
    #expect(world.news().count == IncidentTracker.largest)
  }

  @Test func untrackedSubjectsAreCountedOverAllClusters() {
    var world = Watched()
    world.problems = Self.many("n", IncidentTracker.largest + 5)
    world.look()
    let other = Problem(
      .node(.condition), id: "b/node/x/broken", severity: .critical, cluster: "b", subject: "node x",
      title: "t", detail: "",
      since: world.now, step: NextStep())
    world.tracker.observe(ProblemObservation(cluster: "b", problems: [other]), at: world.now)
    #expect(world.tracker.ignored == 6)
    world.tracker.observe(ProblemObservation(cluster: "b", problems: []), at: world.now)
    #expect(world.tracker.ignored == 5)
    world.tracker.retain(clusters: ["b"], at: world.now)
    #expect(world.tracker.ignored == 0)
  }
}
