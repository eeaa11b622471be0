import DemoCluster
import Foundation
import GuardAPI
import GuardConfiguration
import GuardIncidents
import GuardStatus
import Health
import TestSupport
import Testing
import Tunnel

@testable import GuardCluster

/// Why K3s is silent, asked over a real sshd with a forced command: from the unit's state to the status document.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ServiceProbeTests {
  /// A guarded cluster whose key may do what the manual recommends. The forced command prints a file.
  private final class Guarded {
    let demo: DemoCluster
    let cluster: GuardedCluster
    private let server: SSHServer
    private let board = StatusBoard()

    init(probes: Bool = true) throws {
      server = try SSHServer(runsCommands: true)
      let folder = server.folder
      let certificates = try Certificates.make(in: folder.path + "/pki")
      demo = try DemoCluster.start(certificates: certificates)
      // As kubectl needs it: with the local end of the forward.
      let port = try freePort()
      try certificates.writeKubeconfig(to: folder.file("kubeconfig"), port: port, as: .certificate(.valid))
      let key = try folder.read("user_key.pub")
      try folder.write(
        "restrict,port-forwarding,permitopen=\"127.0.0.1:\(demo.port)\",command=\"cat \(folder.file("unit"))\" \(key)",
        to: "authorized_keys")
      // sshd runs as another user if the tests run as root.
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: folder.file("authorized_keys"))
      let text = """
        clusters:
          - name: tethys
            tunnel:
              host: tethys
              sshConfig: \(server.sshConfig)
              forwards: [{ listen: "127.0.0.1:\(port)", target: "127.0.0.1:\(demo.port)" }]
            kubernetes: { kubeconfig: \(folder.file("kubeconfig")), poll: { interval: 60s, timeout: 10s } }
        """
      let configuration = try Configuration.parse(
        text, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/nonexistent"))
      board.setOrder(["tethys"])
      cluster = try GuardedCluster(
        #require(configuration.clusters.first), board: board,
        ledger: IncidentLedger(file: nil, log: LogMemory()), log: LogMemory(),
        environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil),
        state: nil,
        socketFolder: folder.path, adopted: [:], probesService: probes, socketStep: { _ in nil }, observed: {}
      )
    }

    deinit {
      _ = cluster.stop(timeout: .seconds(5))
      demo.stop()
    }

    /// Sets what systemd says of the unit.
    func setUnit(_ values: String) throws {
      try server.folder.write(
        values.split(separator: " ").joined(separator: "\n") + "\n", to: "unit")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: server.folder.file("unit"))
    }

    var problems: [(title: String, detail: String, remedy: String)] {
      board.statusDocument().problems.filter { !$0.id.contains("kubeconfig-server") }
        .map { ($0.title, $0.detail, $0.remedy) }
    }

    func poll() { cluster.poller.pollNow() }

    func waitUntilHealthy() -> Bool {
      eventually(within: .seconds(60)) {
        self.board.statusDocument().clusters.first?.poll.ok == true && self.problems.isEmpty
      }
    }
  }

  struct Row: Sendable {
    let unit: String
    let title: String
    let remedy: String
  }

  static let rows = [
    Row(
      unit:
        "LoadState=loaded ActiveState=activating SubState=auto-restart Result=exit-code NRestarts=7 ExecMainCode=1 ExecMainStatus=1",
      title: "Kubernetes API is down: k3s crashes again and again", remedy: "journalctl -u k3s -n 100"),
    Row(
      unit: "LoadState=loaded ActiveState=activating SubState=start Result=success",
      title: "Kubernetes API waits for its datastore: k3s does not finish its start", remedy: "Slow SQL"),
    Row(
      unit: "LoadState=loaded ActiveState=failed SubState=failed Result=oom-kill",
      title: "Kubernetes API is down: k3s ran out of memory", remedy: "grep -i oom"),
    Row(
      unit:
        "LoadState=loaded ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=255",
      title: "Kubernetes API is down: k3s has failed", remedy: "above its last exit"),
    Row(
      unit: "LoadState=loaded ActiveState=inactive SubState=dead Result=success",
      title: "Kubernetes API is down: k3s was stopped", remedy: "sudo systemctl start k3s"),
    Row(
      unit: "LoadState=loaded ActiveState=active SubState=running Result=success",
      title: "Kubernetes API hangs: k3s runs, and its API server does not answer",
      remedy: "df -h /var/lib/rancher"),
  ]

  @Test func eachStateIsOneProblemThatResolves() throws {
    let guarded = try Guarded()
    try #require(guarded.waitUntilHealthy(), "\(guarded.problems)")
    for row in Self.rows {
      try guarded.setUnit(row.unit)
      guarded.demo.apply(.starting(.down))
      guarded.poll()
      #expect(
        eventually(within: .seconds(30)) { guarded.problems.map(\.title) == [row.title] },
        "\(guarded.problems)")
      #expect(guarded.problems.first?.remedy.contains(row.remedy) == true, "\(guarded.problems)")
      guarded.demo.apply(.started)
      guarded.poll()
      #expect(guarded.waitUntilHealthy(), "\(guarded.problems)")
    }
  }

  @Test func withoutAnAnswerThePortTells() throws {
    let guarded = try Guarded()
    try #require(guarded.waitUntilHealthy(), "\(guarded.problems)")
    try guarded.setUnit("it-ran")
    guarded.demo.apply(.starting(.down))
    guarded.poll()
    let title = "Kubernetes API is down: nothing answers on its port"
    #expect(
      eventually(within: .seconds(30)) { guarded.problems.map(\.title) == [title] }, "\(guarded.problems)")
  }

  @Test func nothingIsAskedWithoutTheSetting() throws {
    let guarded = try Guarded(probes: false)
    try #require(guarded.waitUntilHealthy(), "\(guarded.problems)")
    try guarded.setUnit(Self.rows[2].unit)
    guarded.demo.apply(.starting(.down))
    guarded.poll()
    let title = "Kubernetes API is down: nothing answers on its port"
    #expect(eventually(within: .seconds(30)) { guarded.problems.map(\.title) == [title] })
    #expect(!eventually(within: .seconds(3)) { guarded.problems.map(\.title) != [title] })
  }
}
