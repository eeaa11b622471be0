import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// A user of this machine who opens all connections that the forwarded port allows.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ConnectionLimitTests {
  private static let crowd = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Faults/crowd").path

  private func fill(_ installation: Installation, as uid: UInt32, _ count: Int, bytes: Int = 0) throws
    -> ChildProcess
  {
    // Other users may have no access to the source tree, so the program is passed on standard input.
    try ChildProcess(
      "sh",
      [
        "-c",
        "ulimit -n 4096; exec setpriv --reuid=\(uid) --regid=\(uid) --clear-groups perl - \"$@\" < '\(Self.crowd)'",
        "crowd",
        "\(installation.port)", "\(count)", "\(bytes)",
      ])
  }

  @Test(arguments: [0, 1])
  func clientThatFillsThePortIsReportedAndBlocksNoOther(_ bytes: Int) throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy())
    let crowd = try fill(installation, as: 4711, 1200, bytes: bytes)
    defer { crowd.kill() }
    let seen = try installation.waitFor { document, _ in
      document.problems.contains { $0.id.hasSuffix("/crowded/uid-4711") }
    }
    #expect(seen.holds, "\(installation.log)")
    let problem = try #require(seen.document.problems.first { $0.id.hasSuffix("/crowded/uid-4711") })
    #expect(problem.severity == .warning)
    #expect(
      problem.title == "uid 4711 has reached its limit of connections to 127.0.0.1:\(installation.port)")
    #expect(problem.remedy.contains("ss -tnpe"))
    #expect(seen.document.verdict == .degraded)
    #expect(try installation.ctl("explain", problem.id).output.contains("its share"))
    // Two further polls, and requests of other users, succeed in the meantime.
    let before = seen.cluster.poll.at
    var polls: Set<String> = []
    let goesOn = try installation.waitFor { _, cluster in
      if cluster.poll.ok == true, let at = cluster.poll.at, at != before { polls.insert("\(at)") }
      return polls.count >= 2
    }
    #expect(goesOn.holds, "\(goesOn.testDescription)")
    #expect(goesOn.document.problems.allSatisfy { $0.severity == .warning })
    for uid in [0, 4712] as [UInt32] {
      let kubectl = try run(
        "setpriv",
        [
          "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "curl", "-sk", "-m", "20", "-o", "/dev/null",
          "-w", "%{http_code}", "https://127.0.0.1:\(installation.port)/version",
        ],
        environment: ["PATH": "/usr/bin:/bin"])
      #expect(kubectl.output.hasPrefix("4") || kubectl.output == "200", "uid \(uid): \(kubectl)")
    }
    #expect(goesOn.cluster.tunnel.forwards[0].refusedConnections > 0)
    #expect(eventually { installation.log.contains("uid 4711 has 448 connections open") })
  }

  @Test func clientsCannotExhaustASmallDescriptorLimit() throws {
    let installation = try Installation(descriptors: 256)
    try #require(try installation.waitUntilHealthy())
    let crowds = try [4711, 4712, 4713].map { try fill(installation, as: $0, 400) }
    defer { for crowd in crowds { crowd.kill() } }
    let seen = try installation.waitFor { document, cluster in
      document.problems.filter { $0.id.contains("/crowded/uid-") }.count == 3
    }
    #expect(seen.holds, "\(seen.testDescription)")
    _ = try installation.ctl("reconnect", "--force")
    let isBack = try installation.waitFor { _, cluster in
      cluster.tunnel.reconnects == 1 && cluster.tunnel.state == .up && cluster.poll.ok == true
    }
    #expect(isBack.holds, "\(isBack.testDescription), \(installation.log)")
  }

  @Test func refusedConnectionsThatWereClosedBeforeAreNoProblem() throws {
    let installation = try Installation(descriptors: 256)
    try #require(try installation.waitUntilHealthy())
    kill(installation.daemon.pid, SIGSTOP)
    // The limit of one owner is 48.
    for _ in 0..<200 { _ = try LoopbackSocket(port: installation.port) }
    kill(installation.daemon.pid, SIGCONT)
    // The status is fetched once more after the refusals, because the problem would be in a later one.
    var looks = 0
    let seen = try installation.waitFor { _, cluster in
      if cluster.tunnel.forwards[0].refusedConnections > 0 { looks += 1 }
      return looks == 2
    }
    #expect(seen.holds, "\(seen.testDescription)")
    #expect(seen.document.problems.isEmpty, "\(seen.document.problems.map(\.id))")
  }

  @Test func portThatAcceptsNoConnectionIsAProblem() throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy())
    func limit(_ number: Int) throws {
      let result = try run("prlimit", ["--pid", "\(installation.daemon.pid)", "--nofile=\(number):1024"])
      #expect(result.exit == .exited(0), "\(result.errors)")
    }
    // A quarter of a small limit is reserved. The rest is enough for the control socket, but not for other users. The
    // limit is adjusted in a loop, because polls open descriptors temporarily.
    var waiting: [LoopbackSocket] = []
    let seen = try installation.waitFor { document, _ in
      guard
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(installation.daemon.pid)/fd")
      else { return false }
      try? limit(open.count + 4)
      if let client = try? LoopbackSocket(port: installation.port) { waiting.append(client) }
      return document.problems.contains { $0.id.hasSuffix("/accepts-nobody") }
    }
    #expect(seen.holds, "\(seen.testDescription), \(installation.log)")
    #expect(seen.document.verdict == .critical)
    try limit(1024)
    #expect(try installation.waitFor { document, _ in document.verdict == .healthy }.holds)
    withExtendedLifetime(waiting) {}
  }
}
