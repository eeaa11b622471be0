import DemoPipeline
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// How a commit gets stuck, with the real programs: each row of the tables is one problem with one next step, or a state
/// without a problem, and it clears.
@Suite(
  .enabled(if: PipelineWorld.isAvailable, "needs an sshd and a C compiler"), .serialized, .blocking,
  .timeLimit(.minutes(15)))
struct PipelineTests {
  @Test func runsOfTheWorkflow() throws { try check(PipelineRow.workflow) }

  @Test func answersOfTheAPIs() throws { try check(PipelineRow.access) }

  @Test func deploymentsOfTheStack() throws { try check(PipelineRow.deployments) }

  @Test func markersInGit() throws { try check(PipelineRow.markers) }

  @Test func fluxAndItsToken() throws { try check(PipelineRow.flux) }

  @Test func controlPlane() throws { try check(PipelineRow.controlPlane) }

  @Test func aPushGoesThroughAllStages() throws {
    let world = try PipelineWorld()
    #expect(try wait(for: nil, in: world))
    try world.apply(["push cloud/ cluster/ apps/"])
    let head = world.pipeline.head
    let stages = ["cloud", "cluster", "source/flux-system/flux-system", "kustomization/flux-system/apps"]
    let seen = try world.waitFor { document, pipeline in
      document.problems.isEmpty
        && stages.allSatisfy { id in
          pipeline.stages.contains { $0.id == id && $0.state == .current && $0.commit == head }
        }
    }
    #expect(seen.holds, "\(seen.cluster.pipeline?.stages.map(\.summary) ?? [])")
    for stage in stages { #expect(try world.place(of: head, at: stage)?.state == .has) }
    #expect(world.pipeline.requests.allSatisfy { $0.method == "GET" })
  }

  // MARK: - Rows

  private func check(_ rows: [PipelineRow]) throws {
    let world = try PipelineWorld()
    #expect(try wait(for: nil, in: world), "\(world.installation.log)")
    for row in sampled(rows) { try check(row, in: world) }
    #expect(world.pipeline.requests.allSatisfy { $0.method == "GET" })
  }

  private func check(_ row: PipelineRow, in world: PipelineWorld) throws {
    try world.apply(row.begin)
    if let first = row.first {
      let seen = try world.waitFor(polls: 1) { _, pipeline in first.isSeen(in: pipeline) }
      #expect(seen.holds, "\(row), at first: \(shown(seen))")
      #expect(row.later == 0 || seen.document.problems.isEmpty, "\(row), too early: \(shown(seen))")
      try world.shiftClock(by: row.later)
      try world.apply(row.then)
    }
    let seen = try world.waitFor { document, pipeline in
      document.problems.count == (row.problem == nil ? 0 : 1) && document.problems.allSatisfy(row.isMeant)
        && row.sight?.isSeen(in: pipeline) ?? true
    }
    #expect(seen.holds, "\(row): \(shown(seen))")
    if row.problem != nil, let problem = seen.document.problems.first {
      #expect(problem.severity == row.severity, "\(row)")
      #expect(row.title.isEmpty || problem.title.contains(row.title), "\(row): \(problem.title)")
      for words in row.detail { #expect(problem.detail.contains(words), "\(row): \(problem.detail)") }
      #expect(contains(problem.command, row.command), "\(row): \(problem.command ?? "no command")")
      #expect(contains(problem.note, row.note), "\(row): \(problem.note ?? "no note")")
      #expect(problem.command != nil || problem.note != nil, "\(row): no next step")
    } else {
      #expect(seen.document.verdict == .healthy, "\(row): \(seen.document.verdict)")
    }
    if let place = row.place, case .stage(let id, _, _)? = row.sight {
      let found = try #require(try world.place(of: world.pipeline.head, at: id), "\(row)")
      #expect(found.state == place, "\(row): \(found)")
      #expect(found.problem == (place == .stuck ? seen.document.problems.first?.id : nil), "\(row)")
      #expect(place != .stuck || found.command != nil || found.note != nil, "\(row): no next step")
    }
    try world.shiftClock(by: 0)
    try world.apply(row.end)
    try world.writeTokens()
    #expect(try wait(for: row, in: world), "\(world.installation.log.suffix(2000))")
  }

  private func contains(_ text: String?, _ part: String?) -> Bool {
    part.map { text?.contains($0) ?? false } ?? true
  }

  /// Waits for the end of the last row: no problem, and every stage has the newest commit.
  private func wait(for row: PipelineRow?, in world: PipelineWorld) throws -> Bool {
    let seen = try world.waitFor(within: .seconds(40), polls: 1) { document, pipeline in
      document.verdict == .healthy && pipeline.verdict == .healthy
        && pipeline.stages.allSatisfy { $0.state == .current } && pipeline.stages.count == 6
        && pipeline.sources.allSatisfy { $0.state == "ok" }
        && pipeline.markers.allSatisfy { $0.state == "good" }
    }
    #expect(seen.holds, "after \(row?.meaning ?? "the start"): \(shown(seen))")
    return seen.holds
  }

  private func shown(_ seen: Installation.Seen) -> String {
    let pipeline = seen.cluster.pipeline
    let stages = pipeline?.stages.map { "\($0.id) \($0.state.rawValue): \($0.summary)" } ?? []
    let sources = pipeline?.sources.map { "\($0.name) \($0.state) \($0.message ?? "")" } ?? []
    let markers = pipeline?.markers.map { "\($0.policy) \($0.state)" } ?? []
    return
      "\(seen.document.verdict), \(seen.document.problems.map { "\($0.id): \($0.title)" }), \(stages), \(sources), \(markers)"
  }
}
