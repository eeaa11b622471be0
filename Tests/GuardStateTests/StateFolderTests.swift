import Foundation
import Health
import Platform
import Synchronization
import Systemd
import TestSupport
import Testing

@testable import GuardState

private let moment = Timestamp(seconds: 1_800_000_000)

@Suite struct StateFolderTests {
  private final class Clock: Sendable {
    private let seconds = Mutex<Int64>(0)
    var now: Timestamp { moment + .seconds(seconds.withLock { $0 }) }
    func pass(_ more: Int64) { seconds.withLock { $0 += more } }
  }

  private let folder: TemporaryFolder
  private let clock = Clock()
  private var path: String { folder.file("state") }

  init() throws { folder = try TemporaryFolder() }

  private func state() -> StateFolder { StateFolder(folder: path) { [clock] in clock.now } }

  @Test func unwritableFolderIsDetectedWithoutAWrite() throws {
    try folder.write("no folder", to: "state")
    let state = state()
    #expect(state.problem == nil)
    state.check()
    let problem = try #require(state.problem)
    #expect(problem.id == "guard/state/unwritable" && problem.kind == .state && problem.since == moment)
    #expect(problem.title.contains(path) && problem.remedy.contains("df -h \(path)"))
    clock.pass(100)
    state.check()
    #expect(state.problem?.since == moment)
    unlink(path)
    state.check()
    #expect(state.problem == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test func workingFolderIsCheckedOncePerMinute() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let state = state()
    state.check()
    try FileManager.default.removeItem(atPath: path)
    try folder.write("no folder", to: "state")
    clock.pass(59)
    state.check()
    #expect(state.problem == nil)
    clock.pass(1)
    state.check()
    #expect(state.problem != nil)
  }

  @Test func removedFolderIsCreatedAgain() throws {
    let state = state()
    try state.replace("alerts/a.spool", with: [1])
    try FileManager.default.removeItem(atPath: path)
    try state.replace("alerts/a.spool", with: [2])
    #expect(try state.read("alerts/a.spool", limit: 10) == [2])
    #expect(state.problem == nil)
  }

  /// One file is in the way, and the others are written.
  @Test(arguments: ["a directory", "a directory in the draft's place"])
  func unwritableFileIsNamedUntilItCanBeWritten(_ kind: String) throws {
    let obstacle = kind == "a directory" ? "\(path)/problems-tethys" : "\(path)/problems-tethys.new"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
    let state = state()
    state.persist("problems-tethys", [1])
    try state.replace("incidents.json", with: [2])
    state.check()
    #expect(state.problem?.detail.contains("problems-tethys") == true)
    try FileManager.default.removeItem(atPath: obstacle)
    state.check()
    #expect(state.problem == nil)
    #expect(try state.read("problems-tethys", limit: 10) == [1])
  }

  @Test func delayedWriteDoesNotReplaceANewerOne() throws {
    try folder.write("no folder", to: "state")
    let state = state()
    state.persist("a", [1])
    unlink(path)
    state.persist("a", [2])
    state.check()
    #expect(try state.read("a", limit: 10) == [2])
  }

  @Test func unreadableFileIsSetAside() throws {
    let state = state()
    try state.replace("incidents.json", with: [1])
    state.setAside("incidents.json")
    #expect(try state.read("incidents.json", limit: 10) == nil)
    #expect(try state.read("incidents.json.unreadable", limit: 10) == [1])
  }
}
