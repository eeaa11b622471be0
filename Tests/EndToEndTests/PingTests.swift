import Foundation
import TestSupport
import Testing

/// The pings of a real guard for a dead man's switch.
@Suite(
  .enabled(if: SSHServer.isAvailable && program("python3") != nil, "needs an sshd and python3"), .blocking,
  .timeLimit(.minutes(10)))
struct PingTests {
  @Test func noPingForAClusterThatWasNeverReached() throws {
    let receiver = try WebReceiver()
    let installation = try Installation { server, folder in
      server.stop()
      let yaml = try String(contentsOfFile: folder.file("guard.yaml"), encoding: .utf8)
      try folder.write(
        yaml + """
          alerts:
            - name: switch
              ping: { url: "http://127.0.0.1:\(receiver.port)/ping", interval: 10s }
          """ + "\n", to: "guard.yaml")
    }
    #expect(eventually(within: .seconds(120)) { !receiver.requests.isEmpty })
    #expect(Set(receiver.requests.map(\.path)) == ["/ping/fail"])
    #expect(try installation.ctl("alerts", "test", "switch").status == 0)
    #expect(receiver.requests.last?.path == "/ping/fail")
    try installation.server.start()
    #expect(try installation.waitUntilHealthy())
    #expect(eventually(within: .seconds(120)) { receiver.requests.last?.path == "/ping" })
    #expect(try installation.ctl("alerts").output.contains("delivering"))
  }
}
