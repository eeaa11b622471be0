import Foundation
import Health
import TestSupport
import Testing

@testable import Guard

@Suite struct MemoryFileTests {
  private static func problem(_ id: String, _ since: Int64) -> Problem {
    Problem(
      id: id, severity: .warning, cluster: "tethys", subject: "", title: "", detail: "",
      since: Timestamp(seconds: since), remedy: "")
  }

  @Test func sinceOutlivesARestart() throws {
    let folder = try TemporaryFolder()
    let environment = ["STATE_DIRECTORY": folder.path]
    let file = try #require(MemoryFile(cluster: "tethys", environment: environment))
    #expect(file.load() == Memory())
    file.save([Self.problem("tethys/node/a/cordoned", 1000), Self.problem("tethys/pods/pending", 2000)])
    let again = try #require(MemoryFile(cluster: "tethys", environment: environment))
    #expect(
      again.load().firstSeen == [
        "tethys/node/a/cordoned": Timestamp(seconds: 1000), "tethys/pods/pending": Timestamp(seconds: 2000),
      ])
    file.save([])
    #expect(again.load() == Memory())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["problems-tethys"])
  }

  @Test func whatCannotBeReadIsAsIfItWereNotThere() throws {
    let folder = try TemporaryFolder()
    try folder.write("yesterday a\n\nno-time\n2026-01-10T10:00:00Z tethys/b\n\u{0}", to: "problems-tethys")
    let file = try #require(MemoryFile(cluster: "tethys", environment: ["STATE_DIRECTORY": folder.path]))
    #expect(file.load().firstSeen == ["tethys/b": Timestamp(seconds: 1_768_039_200)])
  }

  @Test(arguments: [nil, "", "relative"])
  func withoutAFolderNothingIsKept(_ folder: String?) {
    let environment = folder.map { ["STATE_DIRECTORY": $0] } ?? [:]
    #expect(MemoryFile(cluster: "tethys", environment: environment) == nil)
  }

  @Test func aFolderThatIsGoneIsNoTrouble() {
    let file = MemoryFile(cluster: "tethys", environment: ["STATE_DIRECTORY": "/nowhere/at/all"])
    file?.save([Self.problem("a", 1)])
    #expect(file?.load() == Memory())
  }
}
