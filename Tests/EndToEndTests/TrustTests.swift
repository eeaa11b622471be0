import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// The client trusts neither a port nor a guard of another user.
@Suite(.blocking, .timeLimit(.minutes(10))) struct TrustTests {
  @Test(.enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)))
  func commandsRefuseAPortOfAnotherProgram() throws {
    let installation = try Installation(isStarted: false)
    let thief = try ChildProcess(
      "python3",
      [
        "-c",
        "import socket,time; s=socket.create_server(('127.0.0.1',\(installation.port))); print('up',flush=True); time.sleep(600)",
      ])
    defer { thief.kill() }
    try #require(eventually { thief.output.contains("up") })
    try installation.restart()
    try #require(
      try installation.waitFor { _, cluster in
        cluster.tunnel.state == .up && cluster.poll.ok == true
          && cluster.tunnel.forwards.first?.state == .portBusy
      }.holds)
    let reason = "127.0.0.1:\(installation.port) is in use by python3"
    for goal in ["api", "tunnel", "healthy"] {
      let waited = try installation.ctl("wait", "--for", goal, "--timeout", "250ms")
      #expect(waited.status == 75 && waited.errors.contains(reason), "\(goal): \(waited)")
    }
    let env = try installation.ctl("env")
    #expect(env.status == 69 && env.output.isEmpty && env.errors.contains(reason), "\(env)")
    let ran = try run(
      Installation.client,
      ["run", "--socket", installation.socket, "--timeout", "250ms", "--", "echo", "it ran"])
    #expect(ran.exit == .exited(75) && ran.output.isEmpty && ran.errors.contains(reason), "\(ran)")
    thief.kill()
    #expect(try installation.ctl("wait", "--for", "api", "--timeout", "60s").status == 0)
    #expect(try installation.ctl("env").output.hasPrefix("export KUBECONFIG="))
  }

  @Test(
    .enabled(
      if: geteuid() == 0 && program("setpriv") != nil && access("/usr/bin/python3", X_OK) == 0,
      "needs root, setpriv and python3"))
  func rootRefusesAGuardOfAnotherUser() throws {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o777)
    let socket = folder.file("guard.sock")
    let otherGuard = try ChildProcess(
      "setpriv",
      [
        "--reuid=4242", "--regid=4242", "--clear-groups", "python3", "-c",
        "import socket,time; s=socket.socket(socket.AF_UNIX); s.bind('\(socket)'); s.listen(); print('up',flush=True); time.sleep(600)",
      ], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    defer { otherGuard.kill() }
    try #require(eventually { otherGuard.output.contains("up") }, "\(otherGuard.errors)")
    let link = folder.file("link.sock")
    symlink(socket, link)
    for arguments in [["env"], ["env", "--kubeconfig", "/etc/hostname"], ["run", "--", "echo", "it ran"]] {
      for place in [socket, link] {
        let result = try run(
          Installation.client, arguments.prefix(1) + ["--socket", place] + arguments.dropFirst(),
          environment: ["PATH": "/usr/bin:/bin", "SUDO_UID": "4242", "SUDO_USER": "mallory"])
        #expect(result.exit == .exited(77), "\(arguments) \(result)")
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("is served by uid 4242"), "\(result.errors)")
      }
    }
  }

  @Test(arguments: [
    [], ["tunnel"], ["--cluster", "nope"], ["--bogus"], ["nonsense"], ["--cluster"], ["tunnel", "flux"],
    ["--socket", "/etc/passwd"], ["--socket", String(repeating: "x", count: 200)], ["--socket", ""],
  ])
  func checkHasThePluginsExitStatus(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    func check(_ arguments: [String]) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
      try run(
        Installation.client, arguments,
        environment: ["PATH": "/usr/bin:/bin", "OCEANID_SOCKET": folder.file("none.sock")])
    }
    let result = try check(["check"] + arguments)
    #expect(result.exit == .exited(3))
    #expect(result.output.hasPrefix("OCEANID"), "\(result)")
    #expect(result.output.contains(" UNKNOWN - "), "\(result)")
    #expect(result.output.split(separator: "\n").count == 1)
    // An option before the command is a usage error of `check`, with its exit status.
    let misplaced = try check(["--cluster", "nope", "check"])
    #expect(misplaced.exit == .exited(3) && misplaced.output.hasPrefix("OCEANID UNKNOWN - "))
    let json = try check(["check", "--json"])
    #expect(json.exit == .exited(3))
    #expect(DocumentCoding.decodeError(Data(json.output.utf8)) != nil, "\(json.output)")
    #expect(try check(["check", "--help"]).exit == .exited(0))
  }
}
