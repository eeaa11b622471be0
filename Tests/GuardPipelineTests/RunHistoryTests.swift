import Health
import Testing

@testable import GuardPipeline
@testable import Pipeline

private let start = Timestamp(seconds: 1_800_000_000)

/// Lists of runs that are old, that start again, and that end before the runs of the branch.
@Suite struct RunHistoryTests {
  private static func run(
    _ number: Int64, _ conclusion: String = "success", branch: String = "main", id: Int64? = nil
  ) -> WorkflowRun {
    WorkflowRun(
      id: id ?? number * 10, number: number, branch: branch, status: "completed", conclusion: conclusion)
  }

  /// A history with its GitHub, which has some runs by their ids.
  private struct World {
    var history = RunHistory()
    var existing: [WorkflowRun] = []
    var asked = 0

    mutating func list(
      _ runs: [WorkflowRun], isWhole: Bool = true, after seconds: Int64 = 0
    ) throws(SourceFailure) -> String? {
      let existing = existing
      var asked = 0
      defer { self.asked += asked }
      return try history.record(runs, isWhole: isWhole, branch: "main", at: start + .seconds(seconds)) {
        id throws(SourceFailure) in
        asked += 1
        return existing.first { $0.id == id }
      }
    }

    var numbers: [Int64] { history.runs.map(\.number) }
  }

  @Test func listThatLagsIsStaleAndSaysSo() throws {
    var world = World(existing: [Self.run(58)])
    #expect(try world.list([Self.run(58), Self.run(57)]) == nil)
    #expect(
      try world.list([Self.run(57)], after: 60)
        == "GitHub's list of runs is stale: it ends at run 57, and run 58 was seen before")
    #expect(world.numbers == [58, 57] && world.asked == 0)
    // From the second time on, the highest run is asked for.
    #expect(try world.list([Self.run(57)], after: 120) != nil)
    #expect(world.numbers == [58, 57] && world.asked == 1)
    #expect(try world.list([Self.run(58), Self.run(57)], after: 180) == nil)
    // After an hour, the list is believed all the same.
    #expect(try world.list([Self.run(57)], after: 240) != nil)
    #expect(try world.list([Self.run(57)], after: 240 + 3601) == nil)
    #expect(world.numbers == [57] && world.history.highest == 57)
  }

  @Test(arguments: [
    // The repository was created again; all runs were deleted; the failed run was deleted.
    [run(2, id: 9002), run(1, id: 9001)], [], [run(57), run(56)],
  ])
  func deletedHighestRunMakesTheListRight(_ runs: [WorkflowRun]) throws {
    var world = World()
    #expect(try world.list([Self.run(58, "failure"), Self.run(57), Self.run(56)]) == nil)
    #expect(try world.list(runs, after: 60) != nil)
    #expect(try world.list(runs, after: 120) == nil)
    #expect(world.numbers == runs.map(\.number))
  }

  @Test func highestOfBeforeARestartIsBelievedForAnHour() throws {
    var world = World(history: RunHistory(highest: 58))
    #expect(throws: SourceFailure.self) { try world.list([Self.run(57)]) }
    #expect(throws: SourceFailure.self) { try world.list([Self.run(57)], after: 3599) }
    #expect(try world.list([Self.run(57)], after: 3601) == nil)
    #expect(world.numbers == [57])
  }

  @Test func runOfTheBranchStaysWhenOthersFillTheList() throws {
    let others = (59...178).map { Self.run($0, branch: "feature") }
    var world = World(existing: [Self.run(58, "failure")])
    _ = try world.list([Self.run(58, "failure"), Self.run(57)])
    #expect(
      try world.list(others, isWhole: false, after: 60) == "none of the newest 120 runs is of main")
    #expect(world.numbers == [58, 57] && world.history.runs.first?.conclusion == "failure")
    // Another attempt of the run succeeds.
    world.existing = [Self.run(58)]
    _ = try world.list(others, isWhole: false, after: 120)
    #expect(world.history.runs.first?.isSuccess == true)
    // The whole list is right.
    #expect(try world.list(others, isWhole: true, after: 180) == nil)
    #expect(world.numbers.isEmpty)
  }

  @Test func lastSuccessStaysBelowALongListOfFailures() throws {
    var world = World()
    _ = try world.list([Self.run(58), Self.run(57)])
    #expect(
      try world.list([Self.run(61, "failure"), Self.run(60, "failure")], isWhole: false, after: 60) == nil)
    #expect(world.numbers == [61, 60, 58])
    #expect(try world.list([Self.run(62)], isWhole: false, after: 120) == nil)
    #expect(world.numbers == [62])
  }
}
