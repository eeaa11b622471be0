import Foundation
import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// The output of a command over the session of a tunnel, with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking,
  .timeLimit(.minutes(5)))
struct CommandOutputTests {
  /// A tunnel whose key has these options in authorized_keys.
  private func fixture(_ options: String, target: Int) throws -> Fixture {
    let server = try SSHServer(runsCommands: true)
    let key = try server.folder.read("user_key.pub")
    try server.folder.write("\(options) \(key)", to: "authorized_keys")
    // sshd runs as another user if the tests run as root.
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: server.folder.file("authorized_keys"))
    let fixture = try Fixture(server, target: target)
    try #require(fixture.waitUntil(.up))
    return fixture
  }

  private func output(_ fixture: Fixture, limit: Int = 64 << 10, timeout: Duration = .seconds(5)) -> String? {
    fixture.tunnel.output(of: ServiceReport.command, limit: limit, timeout: timeout)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func line(_ target: Int, _ command: String) -> String {
    "restrict,port-forwarding,permitopen=\"127.0.0.1:\(target)\",command=\"\(command)\""
  }

  @Test func aForcedCommandAnswersWhateverIsAsked() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(
      Self.line(
        echo.port, "printf 'LoadState=loaded\\nActiveState=failed\\nSubState=failed\\nResult=oom-kill\\n'"),
      target: echo.port)
    let client = try fixture.connect()
    for _ in 0..<3 {
      let report = try #require(output(fixture).flatMap { ServiceReport($0) })
      #expect(report.state == .failed("oom-kill"))
    }
    // Connections continue beside it.
    try client.send(Array("hello".utf8))
    client.finishSending()
    #expect(try client.receiveAll() == Array("hello".utf8))
    #expect(fixture.tunnel.status.state == .up)
    #expect(fixture.tunnel.status.forwards[0].refusal == nil)
  }

  @Test func theManualHasTheCommandOfTheProbe() throws {
    let manual = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/GuardClient/Manual/oceanid-guard.8").standardized
    let text = try String(contentsOf: manual, encoding: .utf8)
    #expect(text.contains("permitopen=\"localhost:6443\",command=\"\(ServiceReport.command)\" ssh-ed25519"))
  }

  @Test func theRecommendedLineIsNoReport() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(Self.line(echo.port, "/bin/false"), target: echo.port)
    #expect(output(fixture).flatMap { ServiceReport($0) } == nil)
    #expect(fixture.tunnel.status.state == .up)
  }

  @Test func endlessOutputIsNoAnswer() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(Self.line(echo.port, "cat /dev/zero"), target: echo.port)
    #expect(output(fixture) == nil)
    #expect(eventually { fixture.tunnel.status.state == .up })
    let client = try fixture.connect()
    try client.send([7])
    #expect(try client.receive() == [7])
  }

  @Test func aSilentCommandEndsAtTheDeadline() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(Self.line(echo.port, "sleep 60"), target: echo.port)
    let start = ContinuousClock.now
    #expect(output(fixture, timeout: .seconds(1)) == nil)
    #expect(ContinuousClock.now - start < .seconds(20))
    let client = try fixture.connect()
    try client.send([7])
    #expect(try client.receive() == [7])
  }

  @Test func aTunnelThatIsDownHasNoAnswer() throws {
    let fixture = try Fixture(SSHServer(options: ["AllowUsers nobody-at-all"]), target: 1)
    #expect(output(fixture) == nil)
  }
}
