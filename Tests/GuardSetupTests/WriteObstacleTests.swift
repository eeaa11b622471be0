import Foundation
import GuardClientDoctor
import TestSupport
import Testing

@testable import GuardSetup

/// The reason why this machine's files cannot be written.
@Suite struct WriteObstacleTests {
  @Test func placeThatIsNoFolderIsOne() throws {
    let folder = try TemporaryFolder()
    let system = try #require(LocalSystem(guardProgram: GuardProgram(named: "oceanid-guard")))
    func kind(_ path: String) -> WriteObstacle.Kind? { system.obstacle(toWriting: folder.file(path))?.kind }
    #expect(kind("a/b/c") == nil)
    try folder.write("", to: "file")
    #expect(kind("file/b") == .occupied)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("broken"), withDestinationPath: folder.file("nothing"))
    #expect(kind("broken/b") == .occupied)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.path)
    #expect(kind("link/b") == nil)
  }
}
