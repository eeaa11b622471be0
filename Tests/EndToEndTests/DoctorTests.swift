import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// One fault for each step of the connection: doctor reports it as the first failure, with a remedy, and does not affect a
/// running guard.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct DoctorTests {
  private static func examine(
    _ installation: Installation, environment: [String: String] = [:]
  ) throws -> (status: Int32, document: DoctorDocument) {
    let result = try installation.ctl(
      ["doctor", "--json", "--config", installation.configuration, "--guard", Installation.guardProgram],
      environment: environment)
    return (result.status, try JSONDecoder().decode(DoctorDocument.self, from: Data(result.output.utf8)))
  }

  private static func first(_ document: DoctorDocument, _ outcome: FindingOutcome) -> FindingDocument? {
    document.findings.first { $0.outcome == outcome }
  }

  @Test func healthyConnectionBesideARunningGuard() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let before = try installation.status()
    let (status, document) = try Self.examine(
      installation, environment: ["KUBECONFIG": installation.kubeconfig])
    #expect(document.findings.filter { $0.outcome == .failed || $0.outcome == .skipped } == [])
    // This machine may or may not have a journal, which does not matter here.
    #expect(Set(document.findings.filter { $0.outcome == .warning }.map(\.step)).isSubset(of: ["journal"]))
    #expect(status == (document.outcome == .ok ? 0 : 1))
    for step in [
      "configuration", "ssh_config", "address", "connection", "host key", "keys", "login", "kubeconfig",
      "forward", "TLS", "API login", "API", "clock", "rights", "Flux", "your shell", "guard's socket",
      "guard's view", "port 127.0.0.1:\(installation.port)",
    ] { #expect(document.findings.contains { $0.step == step && $0.outcome == .ok }, "\(step)") }
    let after = try installation.status()
    #expect(after.clusters.first?.tunnel.since == before.clusters.first?.tunnel.since)
    #expect(after.verdict == .healthy)
    #expect(installation.cluster.requests.allSatisfy { $0.method == "GET" })
  }

  @Test func hangingGuardIsReportedWithoutSuggestingSetup() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.daemon.pause()
    defer { installation.daemon.resume() }
    let result = try installation.ctl("doctor", "--guard", Installation.guardProgram)
    #expect(result.status == 2)
    #expect(result.output.contains("Failed: guard's socket: "), "\(result)")
    #expect(!result.output.contains("no guard is set up") && !result.output.contains("oceanid-ctl setup"))
    let reload = try installation.ctl("reload")
    #expect(reload.status == 69 && reload.errors.contains("does not answer"), "\(reload)")
  }

  @Test func connectionIsCheckedWithoutAGuard() throws {
    let installation = try Installation(isStarted: false)
    let (status, document) = try Self.examine(installation)
    #expect(status == 2)
    #expect(document.findings.filter { $0.outcome == .skipped } == [])
    #expect(
      document.findings.filter { $0.outcome == .failed }.map(\.step) == [
        "port 127.0.0.1:\(installation.port)", "guard's socket",
      ])
    let text = try installation.ctl(
      ["doctor", "--config", installation.configuration, "--guard", Installation.guardProgram],
      environment: [:])
    #expect(text.status == 2)
    #expect(text.output.contains("Failed: tethys, port 127.0.0.1:\(installation.port): no process listens"))
    #expect(text.output.contains("next systemctl --user start oceanid-guard"))
  }

  /// An installed package without a configuration: nothing can be started before it is set up.
  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/etc/oceanid/guard.yaml")))
  func setupIsSuggestedWithoutAConfiguration() throws {
    let folder = try TemporaryFolder()
    let environment = [
      "PATH": "/usr/bin:/bin", "HOME": folder.path, "XDG_RUNTIME_DIR": folder.path,
    ]
    let doctor = try run(
      Installation.client, ["doctor", "--guard", Installation.guardProgram], environment: environment)
    #expect(doctor.exit == .exited(2))
    #expect(doctor.output.contains("Failed: configuration: no guard is set up"))
    #expect(doctor.output.contains("next oceanid-ctl setup\n"))
    #expect(!doctor.output.contains("systemctl"), "\(doctor.output)")
    let status = try run(Installation.client, ["status"], environment: environment)
    #expect(status.exit == .exited(69))
    #expect(status.errors.contains("oceanid-ctl setup") && !status.errors.contains("systemctl"))
  }

  enum BrokenStep: String, CaseIterable, Sendable {
    case names = "ssh_config"
    case address, connection
    case hostKey = "host key"
    case login
    case forward
    case kubeconfigAbsent, context, ended
    case tls = "TLS"
    case identity = "API login"

    var step: String {
      switch self {
      case .kubeconfigAbsent, .context, .ended: "kubeconfig"
      default: rawValue
      }
    }

    func prepare(_ server: SSHServer, _ folder: TemporaryFolder) throws {
      switch self {
      case .names: try server.folder.write("Host tethys\n  Nonsense yes\n", to: "ssh_config")
      case .address:
        try server.folder.write("Host tethys\n  HostName no-such-host.invalid\n", to: "ssh_config")
      case .connection: server.stop()
      case .hostKey: try server.restartWithNewHostKey()
      case .login: try server.folder.write("", to: "authorized_keys")
      case .kubeconfigAbsent: unlink(folder.file("kubeconfig"))
      case .context:
        let file = folder.file("guard.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing(/context: .*/, with: "context: elsewhere").write(
          toFile: file, atomically: true, encoding: .utf8)
      case .forward, .ended, .tls, .identity: break
      }
    }
  }

  @Test(arguments: BrokenStep.allCases)
  func firstFailedStepIsReportedWithItsRemedy(_ broken: BrokenStep) throws {
    let installation = try Installation(
      options: broken == .forward ? ["PermitOpen none"] : [], isStarted: false, prepare: broken.prepare)
    switch broken {
    case .tls: installation.cluster.apply(.presents(.foreign))
    case .ended:
      try installation.cluster.writeKubeconfig(
        to: installation.kubeconfig, server: installation.port, as: .certificate(.expired))
    case .identity:
      try installation.cluster.writeKubeconfig(
        to: installation.kubeconfig, server: installation.port, as: .certificate(.foreign))
    default: break
    }
    let (status, document) = try Self.examine(installation)
    #expect(status == 2)
    // Without a guard, no process holds the port, which is also reported.
    let failed = try #require(
      document.findings.first { $0.outcome == .failed && !$0.step.hasPrefix("port ") })
    #expect(failed.step == broken.step, "\(document.findings)")
    #expect(failed.remedy?.isEmpty == false)
    #expect(document.findings.last { $0.cluster != nil }?.outcome == .skipped || broken == .ended)
  }

  @Test func warningsAreShown() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.clockAhead(seconds: 120))
    installation.cluster.apply(.answersWrong(.forbidden, on: "/api/v1/nodes"))
    try #require(try installation.waitFor { document, _ in !document.problems.isEmpty }.holds)
    let wrong = installation.folder.file("wrong")
    try installation.cluster.writeKubeconfig(to: wrong, server: installation.cluster.port)
    let old = try ChildProcess(
      "/usr/bin/ssh",
      [
        "-F", installation.server.sshConfig, "-N", "-L",
        "127.0.0.1:\(installation.cluster.port):localhost:1", "tethys",
      ])
    defer { old.kill() }
    let (status, document) = try Self.examine(installation, environment: ["KUBECONFIG": wrong])
    #expect(status == 1)
    func warning(_ step: String) -> FindingDocument? {
      document.findings.first { $0.step == step && $0.outcome == .warning }
    }
    #expect(warning("old tunnels")?.remedy?.hasSuffix("kill \(old.pid)") == true)
    #expect(warning("clock")?.found.contains("behind the server's") == true)
    #expect(warning("rights")?.found.contains("nodes") == true)
    #expect(warning("your shell")?.found.contains("the port on the remote side") == true)
    // Here the far side is this machine, so the listener on the API's port is the cluster.
    #expect(warning("port \(installation.cluster.port)") == nil)
  }

  @Test func configurationErrorsAreReportedWithTheirPlace() throws {
    let installation = try Installation(isStarted: false)
    try installation.folder.write("clusters: [{ name: x, tunnel: { hots: y } }]\n", to: "guard.yaml")
    let (status, document) = try Self.examine(installation)
    #expect(status == 2)
    #expect(document.findings.first?.found.contains("guard.yaml:1:") == true)
    #expect(document.findings.first?.remedy?.contains("--check-config") == true)
  }

  @Test func remainingStepsAreCheckedWithoutTheProgram() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let result = try installation.ctl("doctor", "--guard", "/nowhere/oceanid-guard")
    #expect(result.status == 2)
    #expect(result.output.contains("/nowhere/oceanid-guard cannot be run"))
    #expect(result.output.contains("answers"))
  }
}
