import Foundation
import GuardAPI
import GuardTypes
import TestSupport
import Testing

/// `reconnect`, and what the client says while it waits.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ReconnectTests {
  @Test func tunnelThatIsUpIsReconnectedOnlyWithForce() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let before = try installation.status()
    let refused = try installation.ctl("reconnect")
    #expect(refused.status == 64)
    #expect(refused.errors.contains("the tunnel of") && refused.errors.contains("reconnect --force"))
    #expect(try installation.status().clusters.first?.tunnel.since == before.clusters.first?.tunnel.since)

    let forced = try installation.ctl("reconnect", "--force")
    #expect(forced.status == 0, "\(forced)")
    #expect(forced.output.contains(": the tunnel to 127.0.0.1:"), "\(forced.output)")
    let after = try installation.status()
    #expect(after.clusters.first?.tunnel.state == .up)
    #expect(after.clusters.first?.tunnel.reconnects == 1)
    // It was requested, so it is not an incident.
    #expect(try installation.waitUntilHealthy())
    let history = try installation.ctl("history", "--since", "1h")
    #expect(history.output.contains("tunnel reconnects on request"), "\(history.output)")
    let events = try installation.ctl("history", "--since", "1h", "--json").output.split(separator: "\n").map
    {
      try JSONDecoder().decode(ChangeDocument.self, from: Data($0.utf8))
    }
    let start = try #require(events.lastIndex { $0.message.hasSuffix("tunnel reconnects on request") })
    #expect(events[start...].allSatisfy { $0.incident == nil }, "\(events[start...])")
  }

  @Test func blockedTunnelEndsAWaitAtOnceWithTheReason() throws {
    let installation = try Installation { server, _ in try server.folder.write("", to: "authorized_keys") }
    try #require(try installation.waitFor { _, cluster in cluster.tunnel.state == .blocked }.holds)
    for arguments in [["wait", "--for", "tunnel"], ["wait", "--for", "healthy"], ["reconnect"]] {
      let stuck = try installation.ctl(arguments + ["--timeout", "20s"], environment: [:])
      #expect(stuck.status == 2, "\(arguments): \(stuck)")
      #expect(stuck.errors.contains("does not become"), "\(stuck.errors)")
      #expect(stuck.errors.contains("ssh"), "\(stuck.errors)")
    }
    let command = try run(
      Installation.client, ["run", "--socket", installation.socket, "--timeout", "20s", "--", "true"])
    #expect(command.exit == .exited(75), "\(command.errors)")
    #expect(command.errors.contains("does not become up by itself"), "\(command.errors)")
    // The local port leads nowhere.
    let env = try installation.ctl("env")
    #expect(env.status == 69 && env.output.isEmpty && env.errors.contains("the tunnel is not up"), "\(env)")
  }

  @Test func waitTellsWhatItWaitsFor() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.server.stop()
    #expect(try installation.waitFor { _, cluster in cluster.tunnel.state == .backoff }.holds)
    let late = try installation.ctl("wait", "--for", "tunnel", "--timeout", "500ms")
    #expect(late.status == 75)
    #expect(late.errors.contains("oceanid-ctl: waiting until the tunnel is up: "), "\(late.errors)")
    let command = try run(
      Installation.client, ["run", "--socket", installation.socket, "--timeout", "500ms", "--", "true"])
    #expect(command.errors.contains("oceanid-ctl: waiting until the tunnel is up: "), "\(command)")
  }

  @Test func errorsUnderJSONAreADocumentOnStandardOutput() throws {
    let installation = try Installation(isStarted: false)
    for arguments in [
      ["status", "--json"], ["nodes", "-o", "json"], ["check", "--json"], ["status", "--jsn", "--json"],
    ] {
      let result = try installation.ctl(arguments, environment: [:])
      #expect(result.status != 0, "\(arguments)")
      let document = try JSONDecoder().decode(ErrorDocument.self, from: Data(result.output.utf8))
      #expect(!document.error.message.isEmpty && !document.error.code.isEmpty)
    }
  }

  @Test func barsNeverFail() throws {
    let installation = try Installation(isStarted: false)
    for format in ["waybar", "tmux", "starship"] {
      let result = try installation.ctl("status", "--format", format)
      #expect(result.status == 0 && result.output.contains("?"), "\(format): \(result)")
    }
    #expect(try installation.ctl("status", "--format", "short").status == 69)
    #expect(try installation.ctl("status", "--format", "short", "--json").status == 64)
  }

  @Test func promptDoesNotWaitForAStoppedGuard() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.daemon.pause()
    for format in ["starship", "short"] {
      let begin = ContinuousClock.now
      let result = try installation.ctl("status", "--format", format)
      #expect(result.output.contains("the guard does not answer"), "\(result)")
      #expect(ContinuousClock.now - begin < .seconds(4))
    }
    installation.daemon.resume()
  }

  @Test func versionNamesBothPrograms() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let both = try installation.ctl("version")
    #expect(both.status == 0)
    #expect(both.output.contains("oceanid-ctl ") && both.output.contains("oceanid-guard "))
    let short = try run(Installation.client, ["-v"])
    #expect(short.exit == .exited(0) && both.output.hasPrefix(short.output))
    installation.daemon.terminate()
    _ = installation.daemon.wait(within: .seconds(20))
    let alone = try installation.ctl("version")
    #expect(alone.status == 69 && alone.output.hasPrefix("oceanid-ctl ") && !alone.errors.isEmpty)
    #expect(try installation.ctl("version", "--client").status == 0)
    let document = try installation.ctl("version", "--json")
    let fields = try JSONSerialization.jsonObject(with: Data(document.output.utf8)) as? [String: Any]
    #expect(document.status == 69 && fields?["oceanid-ctl"] is String && fields?["error"] is [String: Any])
  }
}
