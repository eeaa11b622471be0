import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// The main functions with the real programs.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct EndToEndTests {
  @Test func readsThreeReadyNodesThroughTheTunnel() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    let status = try installation.ctl("status")
    #expect(status.status == 0)
    #expect(status.output.contains("3 of 3 Ready"))
    let local = try installation.ctl(["status"], environment: ["TZ": "Asia/Tokyo"])
    #expect(local.output.contains("up since ") && !local.output.contains("Z ("))
    #expect(
      try installation.ctl(["status", "--utc"], environment: ["TZ": "Asia/Tokyo"]).output.contains("Z ("))
    let nodes = try installation.ctl("nodes")
    #expect(nodes.status == 0)
    for name in ["srv712429", "srv712695", "calypso"] { #expect(nodes.output.contains(name)) }
    for command in ["flux", "images", "tunnel", "check", "metrics"] {
      #expect(try installation.ctl(command).status == 0)
    }
    let cluster = try #require(try installation.status().clusters.first)
    #expect(cluster.flux.version == "v2.6.4")
    #expect(cluster.secrets.map(\.present) == [true])
    #expect(installation.cluster.requests.allSatisfy { $0.method == "GET" })
    #expect(!installation.cluster.requests.isEmpty)
  }

  @Test(.enabled(if: TestSupport.program("kubectl") != nil, "no kubectl here"))
  func kubectlReadsTheSameThroughTheForward() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let kubectl = try run(
      "kubectl", ["get", "nodes"],
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "KUBECONFIG": installation.kubeconfig,
        "HOME": installation.folder.path,
      ])
    #expect(kubectl.exit == .exited(0), "\(kubectl.errors)")
    func rows(_ text: String) -> Set<[Substring]> {
      Set(text.split(separator: "\n").map { $0.split(separator: " ").prefix(5).map(\.self) })
    }
    let ours = rows(try installation.ctl("nodes").output)
    #expect(rows(kubectl.output).isSubset(of: ours), "\(kubectl.output)")
  }

  @Test func nodeThatGoesDownIsOneProblemAndClears() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.nodeNotReady("calypso"))
    let down = try installation.waitFor { document, _ in document.verdict == .critical }
    #expect(down.document.problems.map(\.id) == ["tethys/node/calypso/not-ready"])
    #expect(down.document.problems.first?.command?.hasSuffix(" describe node calypso") == true)
    #expect(try installation.ctl("status").status == 2)
    #expect(try installation.ctl("nodes").status == 2)
    #expect(try installation.ctl("flux").status == 0)
    #expect(eventually { installation.log.contains("problem_opened") })
    installation.cluster.apply(.nodeReady("calypso"))
    #expect(try installation.waitUntilHealthy())
    #expect(eventually { installation.log.contains("problem_closed") })
  }

  @Test(.enabled(if: program("kubectl") != nil, "kubectl is not installed"))
  func nodesMatchKubectl() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.nodeNotReady("calypso"))
    installation.cluster.apply(.nodeCordoned("srv712695"))
    let seen = try installation.waitFor { _, cluster in
      cluster.nodes.map(\.status) == ["NotReady", "Ready", "Ready,SchedulingDisabled"]
    }
    #expect(seen.holds)
    let kubectl = try run(
      "kubectl", ["--kubeconfig", installation.kubeconfig, "get", "nodes"],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": installation.folder.path])
    #expect(kubectl.exit == .exited(0), "\(kubectl.errors)")
    let theirs = kubectl.output.split(separator: "\n").map { $0.split(separator: " ") }
    let ours = try installation.ctl("nodes").output.split(separator: "\n").prefix(4).map {
      $0.split(separator: " ")
    }
    #expect(ours == theirs)
  }

  /// Each state is one problem on the page, and disappears when it ends.
  @Test(arguments: [
    (
      "begins pods-crashing cloudflared/cloudflared", "workload/cloudflared/cloudflared/deployment",
      "--previous"
    ),
    ("lease-stopped srv712695", "node/srv712695/lease-stale", "get lease srv712695"),
    (
      "begins push-refused", "image/automation/flux-system/flux-system/failed",
      "logs --kind=ImageUpdateAutomation"
    ),
    (
      "begins controller-missing kustomize-controller", "flux/controller/kustomize-controller/missing",
      "get deployments"
    ),
    ("begins charts-refused", "flux/helmrepository/flux-system/jetstack/failed", "--name=jetstack"),
  ])
  func badStateIsOneProblemOnThePage(_ fault: String, _ id: String, _ remedy: String) throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(try Fault(line: fault))
    let seen = try installation.waitFor { document, _ in !document.problems.isEmpty }
    #expect(seen.document.problems.map(\.id) == ["tethys/\(id)"])
    let problem = try #require(seen.document.problems.first)
    #expect(problem.remedy.contains(remedy))
    #expect(problem.remedy.contains("--kubeconfig \(installation.kubeconfig) --context default "))
    let status = try installation.ctl("status")
    #expect(status.status == (problem.severity == .critical ? 2 : 1))
    let command = try #require(problem.command)
    #expect(status.output.contains("  next   \(command)\n"), "\(status.output)")
    #expect(!command.contains("#"))
    installation.cluster.apply(.healed)
    #expect(try installation.waitUntilHealthy())
  }

  @Test func updatedImagePolicyShowsWorkloadsBehind() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.policyMoved("cloudflared", tag: "2099.1.0"))
    let moved = try installation.waitFor { _, cluster in
      cluster.images.policies.contains { $0.behind == true }
    }
    let policy = try #require(moved.cluster.images.policies.first { $0.behind == true })
    #expect(policy.name == "cloudflared")
    #expect(policy.latest?.hasSuffix(":2099.1.0") == true)
    #expect(policy.running?.isEmpty == false)
    installation.cluster.apply(.rollout("cloudflared"))
    #expect(
      try installation.waitFor { _, cluster in cluster.images.policies.allSatisfy { $0.behind == false } }
        .holds)
  }

  @Test func waitingConnectionIsServedAfterARestartOfSSHD() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.server.stop()
    let down = try installation.waitFor { document, cluster in
      document.verdict == .critical && cluster.tunnel.lastError?.code == "connect_refused"
    }
    #expect(down.holds)
    #expect(down.document.problems.count == 1)
    #expect(down.cluster.nodes.count == 3)
    #expect(down.cluster.nodes.allSatisfy { $0.verdict == .unknown })
    let client = try LoopbackSocket(port: installation.port, timeout: .seconds(20))
    try installation.server.start()
    #expect(try installation.waitFor { _, cluster in cluster.tunnel.state == .up }.holds)
    // The guard accepted the waiting client, which now reaches the TLS server. That closes a connection without TLS.
    try client.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
    #expect((try? client.receive()) != nil)
    #expect(try installation.waitUntilHealthy())
    #expect(try installation.status().clusters.first?.tunnel.reconnects == 1)
  }

  @Test func stopSignalEndsItCleanly() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let client = try LoopbackSocket(port: installation.port)
    installation.daemon.terminate()
    #expect(installation.daemon.wait(within: .seconds(20)) == .exited(0))
    #expect(!FileManager.default.fileExists(atPath: installation.socket))
    #expect(throws: (any Error).self) { try LoopbackSocket(port: installation.port) }
    #expect(try installation.ctl("status").status == 69)
    _ = client
  }

  @Test func invalidConfigurationIsRejectedAndAValidOneApplied() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let good = try installation.folder.read("guard.yaml")
    try installation.folder.write(good + "color: blue\n", to: "guard.yaml")
    let mistake = "\(installation.configuration):\(good.split(separator: "\n").count + 1):1: "
    let rejected = try installation.ctl("reload")
    #expect(rejected.status == 78)
    #expect(rejected.errors.contains(mistake))
    #expect(eventually { installation.log.contains("config_rejected") })
    #expect(eventually { installation.log.contains(mistake) })
    let warned = try installation.ctl("status")
    #expect(warned.status == 1)
    #expect(warned.output.contains("the running configuration is older than the file"))
    #expect(try installation.status().configuration?.rejected?.message.hasPrefix(mistake) == true)
    let up = try installation.status().clusters.first?.tunnel.since
    try installation.folder.write(good, to: "guard.yaml")
    installation.daemon.signal(SIGHUP)
    #expect(eventually { installation.log.contains("config_reloaded") })
    #expect(try installation.ctl("status").status == 0)
    let reloaded = try installation.ctl("reload")
    #expect(reloaded.status == 0)
    #expect(reloaded.output.contains("1 of 1 clusters unchanged"))
    // The cluster's section did not change, so its tunnel is the same.
    #expect(try installation.status().clusters.first?.tunnel.since == up)
    try installation.folder.write(
      good.replacingOccurrences(of: "[srv712429, srv712695, calypso]", with: "[ghost]"), to: "guard.yaml")
    // A file that was cut off while it was written.
    for rest in ["", "# \n", "{}\n", "alerts: []\n"] {
      let running = try installation.folder.read("guard.yaml")
      try installation.folder.write(rest, to: "guard.yaml")
      let refused = try installation.ctl("reload")
      #expect(
        refused.status == 78 && refused.errors.contains("\(installation.configuration):1:1: has no key"))
      #expect(try installation.status().clusters.map(\.tunnel.since) == [up], "\(rest)")
      try installation.folder.write(running, to: "guard.yaml")
    }
    installation.daemon.signal(SIGHUP)
    let changed = try installation.waitFor { document, _ in
      document.problems.contains { $0.id == "tethys/node/ghost/missing" }
    }
    #expect(changed.holds)
  }

  @Test func invalidConfigurationStopsTheStartWithItsErrors() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "clusters:\n  - name: x\n    tunnel: { host: x, prot: 1 }\n", to: "guard.yaml")
    for arguments in [["--check-config", "--config", path], ["--config", path]] {
      let result = try run(Installation.guardProgram, arguments)
      #expect(result.exit == .exited(78))
      #expect(result.errors.contains("\(path):3:24: "))
    }
  }

  @Test func watchShowsEveryChange() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let watch = try ChildProcess(
      Installation.client, ["watch", "--socket", installation.socket], environment: ["PATH": "/usr/bin:/bin"])
    #expect(
      eventually { watch.output.contains("HEALTHY") || watch.output.contains("healthy") }, "\(watch.output)")
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(
      eventually { watch.output.contains("node calypso is NotReady") },
      "\(watch.output)")
    watch.kill()
  }

  @Test func watchedTableIsPrintedAgainAfterAChange() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let nodes = try ChildProcess(
      Installation.client, ["nodes", "-w", "--socket", installation.socket],
      environment: ["PATH": "/usr/bin:/bin"])
    defer { nodes.kill() }
    let status = try ChildProcess(
      Installation.client, ["status", "-w", "--socket", installation.socket],
      environment: ["PATH": "/usr/bin:/bin"])
    defer { status.kill() }
    #expect(eventually { nodes.output.contains("calypso") && status.output.contains("healthy") })
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(eventually { nodes.output.contains("NotReady") }, "\(nodes.output)")
    #expect(nodes.output.ranges(of: "NAME ").count >= 2)
    #expect(eventually { status.output.contains("node calypso is NotReady") }, "\(status.output)")
    #expect(try installation.ctl("nodes", "-w", "-o", "json").status == 64)
    #expect(try installation.ctl("status", "-w", "--format", "short").status == 64)
  }
}
