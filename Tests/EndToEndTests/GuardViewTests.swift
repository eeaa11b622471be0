import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// The doctor with a running guard: the guard's view decides, and the difference to the caller's view is reported.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct GuardViewTests {
  private static func examine(
    _ installation: Installation, environment: [String: String] = [:]
  ) throws -> (status: Int32, findings: [FindingDocument]) {
    let result = try installation.ctl(
      ["doctor", "--json", "--guard", Installation.guardProgram], environment: environment)
    let document = try JSONDecoder().decode(DoctorDocument.self, from: Data(result.output.utf8))
    return (result.status, document.findings)
  }

  /// The user's key, encrypted on disk, and an agent that holds it.
  private static func lock(_ server: SSHServer) throws -> SSHAgent {
    let agent = try SSHAgent([server.userKey])
    _ = try run("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret", "-f", server.userKey])
    return agent
  }

  @Test func agentOfTheSessionIsNotTheServices() throws {
    var agent: SSHAgent?
    let installation = try Installation { server, _ in agent = try Self.lock(server) }
    let session = ["SSH_AUTH_SOCK": try #require(agent).socket]
    try #require(try installation.waitFor { _, cluster in cluster.tunnel.state == .blocked }.holds)
    let (status, findings) = try Self.examine(installation, environment: session)
    #expect(status == 2)
    let login = try #require(findings.first { $0.step == "login" })
    #expect(login.outcome == .failed)
    #expect(login.found.hasPrefix("works for you, not for the service, because no usable key for "))
    #expect(login.remedy?.contains("IdentityAgent") == true)
    #expect(findings.allSatisfy { $0.remedy?.contains("ssh-keygen") != true })
    #expect(findings.contains { $0.step == "service" && $0.found.contains("no agent (SSH_AUTH_SOCK)") })
  }

  @Test func serviceMayLogInWhereTheCallerMayNot() throws {
    let server = try SSHServer()
    let agent = try Self.lock(server)
    let installation = try Installation(
      environment: ["SSH_AUTH_SOCK": agent.socket],
      prepare: { other, folder in
        // The server of the installation gets the same key.
        for name in ["user_key", "user_key.pub"] {
          try other.folder.write(try server.folder.read(name), to: name)
        }
        chmod(other.userKey, 0o600)
        try other.folder.write(try server.folder.read("user_key.pub"), to: "authorized_keys")
        chmod(other.folder.file("authorized_keys"), 0o644)
      })
    #expect(try installation.waitUntilHealthy())
    let (status, findings) = try Self.examine(installation)
    #expect(findings.filter { $0.outcome == .failed } == [])
    #expect(status < 2)
    let login = try #require(findings.first { $0.step == "login" })
    #expect(login.outcome == .ok && login.found.hasPrefix("works for the service, not for you, because "))
  }

  /// Only the service has its credentials.
  @Test func onlyTheServiceReportsOnItsCredentials() throws {
    let credentials = try TemporaryFolder()
    let installation = try Installation(
      environment: ["CREDENTIALS_DIRECTORY": credentials.path],
      prepare: { server, folder in
        try credentials.write(try server.folder.read("user_key"), to: "guard-key")
        chmod(credentials.file("guard-key"), 0o600)
        let yaml = try String(contentsOfFile: folder.file("guard.yaml"), encoding: .utf8)
        try folder.write(
          yaml.replacing(
            "host: tethys\n", with: "host: tethys\n      identityFiles: [credential:guard-key]\n"),
          to: "guard.yaml")
      })
    #expect(try installation.waitUntilHealthy())
    let (status, findings) = try Self.examine(installation)
    #expect(findings.filter { $0.outcome == .failed || $0.outcome == .skipped } == [])
    #expect(status < 2)
    #expect(findings.contains { $0.step == "credentials" && $0.found == "guard-key" })
    #expect(findings.contains { $0.step == "API" && $0.outcome == .ok })
    // The service reaches the cluster with them.
    #expect(try installation.ctl("status").status == 0)
  }

  @Test func credentialThatTheProcessLacksChangesNothing() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let before = try installation.status()
    let yaml = try String(contentsOfFile: installation.configuration, encoding: .utf8)
    for line in [
      "identityFiles: [credential:guard-key]", "knownHostsFiles: [credential:guard-key]",
      "passphrase: { credential: guard-key }",
    ] {
      try installation.folder.write(
        yaml.replacing("host: tethys\n", with: "host: tethys\n      \(line)\n"), to: "guard.yaml")
      let reload = try installation.ctl("reload")
      #expect(reload.status == 78, "\(line): \(reload)")
      #expect(reload.errors.contains("guard.yaml:7:") && reload.errors.contains("LoadCredential=guard-key:"))
    }
    let kubeconfig = yaml.replacing(/kubeconfig: .*/, with: "kubeconfig: credential:guard-kubeconfig")
    try installation.folder.write(kubeconfig, to: "guard.yaml")
    #expect(try installation.ctl("reload").status == 78)
    let after = try installation.status()
    #expect(after.clusters.first?.tunnel.since == before.clusters.first?.tunnel.since)
    #expect(after.clusters.first?.tunnel.reconnects == before.clusters.first?.tunnel.reconnects)
    // The file is valid for the next start.
    let problem = try #require(after.problems.first)
    #expect(
      problem.command?.contains("restart oceanid-guard") == true && !problem.detail.contains("would fail"))
    try installation.folder.write(yaml, to: "guard.yaml")
    #expect(try installation.ctl("reload").status == 0)
    #expect(try installation.waitUntilHealthy())
  }

  @Test func keyThatIsAuthorizedLaterNeedsOnlyReconnect() throws {
    let installation = try Installation { server, _ in try server.folder.write("", to: "authorized_keys") }
    let blocked = try installation.waitFor { document, cluster in
      cluster.tunnel.state == .blocked && !document.problems.isEmpty
    }
    try #require(blocked.holds)
    #expect(blocked.document.problems.first?.remedy.hasSuffix("; then: oceanid-ctl reconnect") == true)
    let server = installation.server
    try server.folder.write(try server.folder.read("user_key.pub"), to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    let login = try #require(try Self.examine(installation).findings.first { $0.step == "login" })
    #expect(login.outcome == .failed && login.found.hasPrefix("works for you, not for the service, because "))
    #expect(login.command == "oceanid-ctl reconnect")
    #expect(try installation.ctl("reconnect").status == 0)
    #expect(try installation.waitUntilHealthy())
  }

  @Test func pageReportsAFailureWhileTheGuardIsCritical() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.nodeNotReady("calypso"))
    try #require(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let page = try installation.ctl(["doctor", "--guard", Installation.guardProgram], environment: [:])
    #expect(page.status == 2)
    #expect(page.output.contains("Failed: tethys, guard's view: tunnel up; critical: "), "\(page.output)")
    #expect(!page.output.contains("Connection works"))
  }

  @Test(arguments: [true, false]) func forbiddenForwardingIsReportedAsInTheStatus(_ hasGuard: Bool) throws {
    let installation = try Installation(options: ["AllowTcpForwarding no"], isStarted: hasGuard)
    if hasGuard {
      let seen = try installation.waitFor { document, _ in !document.problems.isEmpty }
      #expect(seen.document.problems.first?.code == "forward-target-refused")
      #expect(seen.document.problems.first?.detail.contains("sshd on tethys forbids forwarding") == true)
    }
    let result = try installation.ctl(
      ["doctor", "--json", "--config", installation.configuration, "--guard", Installation.guardProgram],
      environment: [:])
    let document = try JSONDecoder().decode(DoctorDocument.self, from: Data(result.output.utf8))
    let forward = try #require(document.findings.first { $0.step == "forward" })
    #expect(forward.outcome == .failed && forward.found.contains("sshd on tethys forbids forwarding"))
    #expect(forward.remedy?.contains("AllowTcpForwarding") == true)
    #expect(document.findings.allSatisfy { $0.remedy?.contains("k3s") != true })
  }
}

/// The kubeconfig that `env` and `run` provide connects through the forward.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct KubeconfigServerTests {
  @Test func kubeconfigThatMissesTheForwardIsAProblemAndIsNotProvided() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let right = try String(contentsOfFile: installation.kubeconfig, encoding: .utf8)
    let far = installation.cluster.port
    for server in [
      "127.0.0.1:\(far)", "localhost:\(far)", "[::1]:\(far)", "[::1]:\(installation.port)",
      "127.0.0.1:\(try freePort())", "k3s.invalid:6443",
    ] {
      try installation.folder.write(
        right.replacing("https://127.0.0.1:\(installation.port)", with: "https://\(server)"), to: "kubeconfig"
      )
      let seen = try installation.waitFor { document, cluster in
        document.verdict != .healthy && cluster.kubeconfigError?.message.contains(server) == true
      }
      #expect(seen.holds, "\(server): \(seen.testDescription)")
      #expect(try installation.ctl("status").status != 0)
      let fix = "--server=https://127.0.0.1:\(installation.port)"
      let env = try installation.ctl("env")
      #expect(env.status == 69 && env.output.isEmpty && env.errors.contains(fix), "\(server): \(env)")
      let ran = try run(
        Installation.client, ["run", "--socket", installation.socket, "--", "echo", "it ran"])
      #expect(ran.exit == .exited(69) && !ran.output.contains("it ran") && ran.errors.contains(fix))
    }
    // With the kubeconfig as K3s writes it, the guard itself reaches the cluster.
    try installation.folder.write(
      right.replacing("127.0.0.1:\(installation.port)", with: "127.0.0.1:\(far)"), to: "kubeconfig")
    let seen = try installation.waitFor { document, cluster in
      document.verdict == .degraded && cluster.kubeconfigError != nil
    }
    #expect(seen.document.problems.map(\.code) == ["api-kubeconfig-server"])
    // This is the effect of the problem's command.
    try installation.folder.write(right, to: "kubeconfig")
    #expect(try installation.waitUntilHealthy())
    #expect(try installation.ctl("env").output.hasPrefix("export KUBECONFIG="))
  }

  /// Programs that use the file as it is would reach another cluster, or none.
  @Test func kubeconfigWithAnotherCurrentContextIsNotProvided() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let right = try String(contentsOfFile: installation.kubeconfig, encoding: .utf8)
    let other = right.replacing(#/(?m)^current-context:.*$|"current-context":\s*"[^"]*"/#) {
      $0.output.hasPrefix("\"") ? "\"current-context\": \"other\"" : "current-context: other"
    }
    try #require(other != right)
    try installation.folder.write(other, to: "kubeconfig")
    let seen = try installation.waitFor { document, cluster in
      document.verdict == .healthy
        && cluster.kubeconfigError?.message.contains("current-context is other") == true
    }
    #expect(seen.holds, "\(seen.testDescription)")
    let env = try installation.ctl("env")
    #expect(env.status == 69 && env.output.isEmpty && env.errors.contains("config use-context default"))
    let ran = try run(Installation.client, ["run", "--socket", installation.socket, "--", "echo", "it ran"])
    #expect(ran.exit == .exited(69) && !ran.output.contains("it ran"))
    try installation.folder.write(right, to: "kubeconfig")
    #expect(try installation.waitFor { _, cluster in cluster.kubeconfigError == nil }.holds)
    #expect(try installation.ctl("env").output.hasPrefix("export KUBECONFIG="))
  }
}
