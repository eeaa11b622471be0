import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// The commands for operators other than `status`.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct OperatorTests {
  @Test func commandRunsWithTheKubeconfigAndKeepsItsStatus() throws {
    let installation = try Installation()
    func run(_ arguments: String...) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
      let result = try TestSupport.run(
        Installation.client, ["run", "--socket", installation.socket] + arguments,
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
      return (result.exit, result.output, result.errors)
    }
    // The command waits for the tunnel and for the guard itself.
    let plain = try run("--", "sh", "-c", "echo $KUBECONFIG; exit 7")
    #expect(plain.exit == .exited(7))
    #expect(plain.output == installation.kubeconfig + "\n")
    #expect(try run("sh", "-c", "kill -TERM $$").exit == .signaled(SIGTERM))
    // A broken pipe kills the command as usual.
    #expect(try run("--", "sh", "-c", "kill -PIPE $$").exit == .signaled(SIGPIPE))
    #expect(try run("--", "/nonexistent/program").exit == .exited(127))
    #expect(try run("--", "/etc/passwd").exit == .exited(126))

    let refused = try run("--", "env", "X=1", "kubectl", "-n", "shop", "delete", "pod", "web-0")
    #expect(refused.exit == .exited(77))
    #expect(refused.errors.contains("kubectl delete changes the cluster manually"))
    #expect(refused.errors.contains("oceanid-ctl run --break-glass \"reason\" -- env …"))
    #expect(!installation.log.contains("break_glass"))
    let logged = try run(
      "--break-glass", "OPS-17: pod hangs", "--", "sh", "-c", "false && kubectl delete pod web-0; true")
    #expect(logged.exit == .exited(0))
    #expect(
      eventually {
        installation.log.contains("break_glass: kubectl delete run manually by uid \(getuid()), pid ")
      })
    #expect(eventually { installation.log.contains("OPS-17: pod hangs") })

    let env = try installation.ctl("env")
    #expect(env.output == "export KUBECONFIG='\(installation.kubeconfig)'\n")
    installation.daemon.terminate()
    _ = installation.daemon.wait(within: .seconds(20))
    let unlogged = try run("--timeout", "250ms", "--break-glass", "reason", "--", "echo", "it ran")
    #expect(unlogged.exit == .exited(69))
    #expect(!unlogged.output.contains("it ran"))
  }

  @Test func reportIsAPageOfTheIncidents() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let file = installation.folder.file("report.html")
    let result = try installation.ctl("report", "--since", "1h", "--output", file)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
    let page = try String(contentsOfFile: file, encoding: .utf8)
    for words in ["tunnel", "node calypso", "node srv712429", "ongoing", "Round-trip time of tethys"] {
      #expect(page.contains(words), "\(words)")
    }
    #expect(try installation.ctl("report", "--since", "1h", "--output", "-").output.hasSuffix("</html>\n"))
    for wrong in ["/nowhere/report.html", installation.folder.path] {
      let refused = try installation.ctl("report", "--output", wrong)
      #expect(refused.status == 64 && refused.errors.contains("cannot be written"), "\(refused.errors)")
    }
    #expect(try installation.ctl("report", "--since", "1h", "--until", "2h", "--output", file).status == 64)
  }

  @Test func historyShowsAnOutageWithItsLength() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.server.stop()
    #expect(
      try installation.waitFor { _, cluster in cluster.tunnel.lastError?.code == "connect_refused" }.holds)
    let late = try installation.ctl("wait", "--for", "tunnel", "--timeout", "250ms")
    #expect(late.status == 75)
    #expect(late.errors.contains("oceanid-ctl: after 250ms the tunnel is still not up: "), "\(late.errors)")
    try installation.server.start()
    #expect(try installation.waitUntilHealthy())
    let history = try installation.ctl("history", "--since", "1h", "--utc")
    #expect(history.status == 0, "\(history.errors)")
    #expect(
      history.output.contains(#/tunnel down until [0-9:]+Z, .*, peer_closed, .*[0-9]+ attempts?/#),
      "\(history.output)")
    #expect(history.output.contains("1 incident, last 1h; from the guard's memory"))
    let lines = try installation.ctl("history", "--json", "--event", "tunnel_up").output.split(
      separator: "\n")
    let changes = try lines.map { try JSONDecoder().decode(ChangeDocument.self, from: Data($0.utf8)) }
    #expect(changes.count == 2)
    #expect(changes.last?.attempts ?? 0 > 0)
    #expect(try installation.ctl("history", "--until", "1h").output.hasPrefix("no incident"))
  }
}
