import Foundation
import TestSupport
import Testing

/// Fixtures that tests of other modules use.
@Suite(.blocking) struct FixtureTests {
  @Test func aTemporaryFolderIsRemovedWithItsOwner() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(try folder?.write("text", to: "file"))
    #expect(try folder?.read("file") == "text")
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aChildHasInputOutputAndAnExitStatus() throws {
    let child = try ChildProcess(
      "sh", ["-c", "read line; echo \"got $line\"; echo no >&2; exit 3"], takesInput: true)
    #expect(child.isRunning)
    child.send("this\n")
    #expect(child.wait() == .exited(3))
    #expect(child.output == "got this\n")
    #expect(child.errors == "no\n")
  }

  @Test func aChildIsPausedAndKilled() throws {
    let child = try ChildProcess("sleep", ["60"])
    func state() -> Character? {
      let stat = try? String(contentsOfFile: "/proc/\(child.pid)/stat", encoding: .utf8)
      return stat?.split(separator: ") ").last?.first
    }
    child.pause()
    #expect(eventually { state() == "T" })
    child.resume()
    #expect(eventually { state() == "S" })
    child.terminate()
    #expect(child.wait() == .signaled(SIGTERM))
  }

  @Test func aMissingProgramIsAnError() {
    #expect(throws: FixtureError.self) { try ChildProcess("/no/such/program") }
  }

  @Test func servicesRespond() throws {
    let echo = try TCPServer(.echo)
    let client = try LoopbackSocket(port: echo.port)
    try client.send(Array("hello".utf8))
    client.finishSending()
    #expect(try client.receiveAll() == Array("hello".utf8))
    #expect(echo.acceptedConnections == 1)
    #expect(eventually { echo.openConnections == 0 })

    let source = try TCPServer(.source(200_000))
    #expect(try LoopbackSocket(port: source.port).receiveAll() == (0..<200_000).map(TCPServer.pattern))

    let discard = try TCPServer(.discard)
    let sender = try LoopbackSocket(port: discard.port)
    try sender.send([UInt8](repeating: 7, count: 100_000))
    sender.finishSending()
    #expect(try sender.receiveAll() == Array("100000\n".utf8))
  }

  @Test func aStoppedServiceRefusesConnections() throws {
    let server = try TCPServer(.echo)
    server.stop()
    #expect(eventually { (try? LoopbackSocket(port: server.port, timeout: .seconds(1))) == nil })
  }

  @Test(.enabled(if: SSHServer.isAvailable, "\(SSHServer.reason)"))
  func sshdForwardsAndCanBeRestarted() throws {
    let server = try SSHServer()
    let echo = try TCPServer(.echo)
    let port = try freePort()
    func forward() throws -> ChildProcess {
      try ChildProcess(
        "ssh", ["-F", server.sshConfig, "-N", "-L", "127.0.0.1:\(port):127.0.0.1:\(echo.port)", "tethys"])
    }
    func isCarried() -> Bool {
      guard let client = try? LoopbackSocket(port: port), (try? client.send([42])) != nil else {
        return false
      }
      return (try? client.receive(exactly: 1)) == [42]
    }
    let first = try forward()
    #expect(eventually { isCarried() }, "\(server.log) \(first.errors)")
    #expect(server.sessionCount > 0)
    server.killSessions()
    #expect(first.wait() == .exited(255))
    let second = try forward()
    #expect(eventually { isCarried() }, "\(server.log) \(second.errors)")
    server.stop()
    #expect(second.wait() == .exited(255))

    try server.start()
    let third = try forward()
    #expect(eventually { isCarried() }, "\(server.log) \(third.errors)")
    try server.restartWithNewHostKey()
    let fourth = try forward()
    #expect(fourth.wait() == .exited(255))
    #expect(fourth.errors.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
  }
}
