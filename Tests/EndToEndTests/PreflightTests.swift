import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(10))) struct PreflightTests {
  private struct Answer {
    let status: Int32
    let document: PreflightDocument
    let time: Duration
  }

  private func preflight(_ socket: String) throws -> Answer {
    let start = ContinuousClock.now
    let result = try run(
      Installation.client, ["preflight", "--json", "--socket", socket], environment: ["PATH": "/usr/bin:/bin"]
    )
    let time = ContinuousClock.now - start
    guard case .exited(let status) = result.exit else { throw FixtureError.failed("\(result.exit)") }
    let document = try DocumentCoding.decode(PreflightDocument.self, from: Data(result.output.utf8))
    return Answer(status: status, document: document, time: time)
  }

  @Test func itFollowsTheState() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let healthy = try preflight(installation.socket)
    #expect(healthy.status == 0 && healthy.document.ok && healthy.document.reason == nil, "\(healthy)")
    #expect(healthy.document.kubeconfig == installation.kubeconfig && healthy.document.context == "default")
    #expect(healthy.document.server == "https://127.0.0.1:\(installation.port)")
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let critical = try preflight(installation.socket)
    #expect(critical.status == 1 && !critical.document.ok && critical.document.verdict == .critical)
    #expect(critical.document.reason?.contains("calypso") == true && !critical.document.problems.isEmpty)
    installation.server.stop()
    #expect(try installation.waitFor { _, cluster in cluster.tunnel.state != .up }.holds)
    let down = try preflight(installation.socket)
    #expect(down.status == 1 && down.document.reason?.contains("tunnel") == true, "\(down)")
    let other = try installation.ctl("preflight", "--cluster", "nope")
    #expect(
      other.status == 1 && other.output.contains("not ok: the guard watches no cluster named nope"),
      "\(other)")
    #expect(try installation.ctl("preflight", "--bogus").status == 64)
    installation.stop(killing: true)
    #expect(try preflight(installation.socket).status == 1)
  }

  @Test func itDoesNotWaitForAGuardThatIsMissing() throws {
    let folder = try TemporaryFolder()
    let missing = try preflight(folder.file("none.sock"))
    #expect(missing.status == 1 && missing.document.verdict == .unknown, "\(missing)")
    #expect(missing.document.reason?.contains("the guard is not running") == true)
    #expect(missing.time < .seconds(4 * slowness), "\(missing.time)")
  }

  @Test(
    .enabled(if: program("python3") != nil, "needs python3"),
    arguments: [
      "time.sleep(600)",
      "c, _ = s.accept(); c.send(b'HTTP/1.1 200 OK\\r\\n'); time.sleep(600)",
      "c, _ = s.accept(); c.send(b'HTTP/1.1 200 OK\\r\\nContent-Length: 9999999\\r\\n\\r\\n'); [(c.send(b' '), time.sleep(0.05)) for _ in range(9999)]",
    ])
  func itDoesNotWaitForAGuardThatHangs(_ behavior: String) throws {
    let folder = try TemporaryFolder()
    let socket = folder.file("guard.sock")
    let hanging = try ChildProcess(
      "python3",
      [
        "-c",
        "import socket,time; s=socket.socket(socket.AF_UNIX); s.bind('\(socket)'); s.listen(); print('up',flush=True); \(behavior)",
      ])
    defer { hanging.kill() }
    try #require(eventually { hanging.output.contains("up") }, "\(hanging.errors)")
    let answer = try preflight(socket)
    #expect(answer.status == 1 && !answer.document.ok && answer.document.reason != nil)
    #expect(answer.time < .seconds(4 * slowness), "\(answer.time)")
  }

  @Test(arguments: ["bash", "zsh"]) func aShellGetsNothingIfTheKubeconfigDoesNotWork(_ shell: String) throws {
    guard program(shell) != nil else { return }
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let line =
      "eval \"$(\(Installation.client) env --socket \(installation.socket))\"; echo \"[${KUBECONFIG:-}]\""
    let environment = ["PATH": "/usr/bin:/bin", "HOME": installation.folder.path]
    let works = try run(shell, ["-c", line], environment: environment)
    #expect(works.output == "[\(installation.kubeconfig)]\n", "\(works)")
    try installation.cluster.writeKubeconfig(
      to: installation.kubeconfig, server: installation.port, as: .certificate(.expired))
    #expect(try installation.waitFor { _, cluster in cluster.poll.ok == false }.holds)
    let refused = try run(shell, ["-c", line], environment: environment)
    #expect(refused.output == "[]\n" && refused.errors.contains("does not work"), "\(refused)")
    #expect(try installation.ctl("env").status == 69)
  }

  @Test(.enabled(if: program("kubectl") != nil, "kubectl is not installed"))
  func kubectlRunsThroughTheGuardAsAPlugin() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let folder = try TemporaryFolder()
    symlink(Installation.client, folder.file("kubectl-oceanid"))
    func kubectl(_ arguments: String...) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
      try run(
        "kubectl", ["oceanid"] + arguments,
        environment: [
          "PATH": "\(folder.path):/usr/local/bin:/usr/bin:/bin", "HOME": folder.path,
          "OCEANID_SOCKET": installation.socket,
        ])
    }
    let nodes = try kubectl("get", "nodes")
    #expect(nodes.exit == .exited(0) && nodes.output.contains("calypso"), "\(nodes)")
    let refused = try kubectl("delete", "node", "calypso")
    #expect(
      refused.exit == .exited(77) && refused.errors.contains("kubectl delete changes the cluster"),
      "\(refused)")
  }
}
