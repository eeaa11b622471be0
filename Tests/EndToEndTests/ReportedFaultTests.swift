import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// Faults between the operator and the cluster: each has its own code and remedy in the status, in the log and in the
/// exit status, and the daemon keeps running.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ReportedFaultTests {
  enum TunnelFault: String, CaseIterable, Sendable {
    case hostKeyChanged = "host_key_changed"
    case hostKeyUnknown = "host_key_unknown"
    case authRefused = "auth_refused"
    case noUsableKey = "no_usable_key"
    case connectRefused = "connect_refused"
    case dns
    case config
    case forwardRefused = "forward_refused"

    func prepare(_ server: SSHServer, _ folder: TemporaryFolder) throws {
      switch self {
      case .hostKeyChanged: try server.restartWithNewHostKey()
      case .hostKeyUnknown: try server.folder.write("", to: "known_hosts")
      case .authRefused: try server.folder.write("", to: "authorized_keys")
      case .noUsableKey: unlink(server.userKey)
      case .connectRefused: server.stop()
      case .dns: try server.folder.write("Host tethys\n  HostName no-such-host.invalid\n", to: "ssh_config")
      case .config:
        try server.folder.write(
          "Host tethys\n  KnownHostsCommand /bin/true\n  HostName localhost\n", to: "ssh_config")
      case .forwardRefused: break
      }
    }
  }

  @Test(arguments: sampled(TunnelFault.allCases))
  func tunnel(_ fault: TunnelFault) throws {
    let installation = try Installation(
      options: fault == .forwardRefused ? ["PermitOpen none"] : [], hold: "1s", prepare: fault.prepare)
    let seen = try installation.waitFor { document, _ in document.verdict == .critical }
    #expect(seen.holds, "\(installation.log)")
    let blocked: Set<TunnelFault> = [.hostKeyChanged, .hostKeyUnknown, .authRefused, .noUsableKey, .config]
    if fault == .forwardRefused {
      #expect(seen.document.problems.contains { $0.id.hasSuffix("/target-refused") })
    } else {
      #expect(seen.cluster.tunnel.lastError?.code == fault.rawValue)
      #expect(seen.document.problems.map(\.id) == ["tethys/tunnel/\(fault.rawValue)"])
      if blocked.contains(fault) { #expect(seen.cluster.tunnel.state == .blocked) }
    }
    let problem = try #require(seen.document.problems.first)
    #expect(!problem.remedy.isEmpty)
    let status = try installation.ctl("status")
    #expect(status.status == 2)
    #expect(try installation.ctl("tunnel").status == 2)
    // The remedy is on the page with the words of the document, and in the log.
    let words = problem.remedy.split(separator: " ").prefix(3).joined(separator: " ")
    #expect(status.output.contains(words), "\(status.output)")
    #expect(eventually { installation.log.contains(words) }, "\(installation.log)")
    #expect(installation.daemon.isRunning)
  }

  @Test func holderOfABusyPortIsReported() throws {
    let holder = try TCPServer(.silent)
    let installation = try Installation(prepare: { _, folder in
      let text = try folder.read("guard.yaml")
      let line = text.split(separator: "\n").first { $0.contains("listen:") } ?? ""
      let listen = line.split(separator: "\"")[1]
      for name in ["guard.yaml", "kubeconfig"] {
        let moved = try folder.read(name).replacingOccurrences(of: listen, with: "127.0.0.1:\(holder.port)")
        try folder.write(moved, to: name)
      }
    })
    let seen = try installation.waitFor { _, cluster in cluster.nodes.count == 3 }
    // The guard's own polls do not use the port, so its holder cannot answer in place of the cluster.
    #expect(seen.document.problems.map(\.id) == ["tethys/forward/127.0.0.1:\(holder.port)/port-busy"])
    #expect(seen.cluster.tunnel.forwards.first?.state == .portBusy)
    #expect(seen.cluster.tunnel.forwards.first?.holder?.contains("(pid ") == true)
    #expect(try installation.ctl("status").status == 2)
    #expect(eventually { installation.log.contains("forward_port_busy") })
    holder.stop()
  }

  enum APIFault: String, CaseIterable, Sendable {
    case kubeconfigMissing, kubeconfigBroken, contextWrong, clientExpired, clientForeign, serverForeign,
      serverExpired
    case unauthorized, forbidden, hangs, html, truncated, closes

    var code: String {
      switch self {
      case .kubeconfigMissing, .kubeconfigBroken, .contextWrong: "kubeconfig"
      case .clientExpired, .serverForeign, .serverExpired: "tls"
      case .unauthorized, .clientForeign: "unauthorized"
      case .forbidden: "forbidden"
      case .hangs: "timeout"
      case .html, .truncated: "bad_response"
      case .closes: "unreachable"
      }
    }

    func prepare(_ folder: TemporaryFolder) throws {
      switch self {
      case .kubeconfigMissing: unlink(folder.file("kubeconfig"))
      case .kubeconfigBroken: try folder.write("clusters: [\n", to: "kubeconfig")
      case .contextWrong:
        let text = try folder.read("guard.yaml")
        try folder.write(
          text.replacingOccurrences(of: "context: default", with: "context: other"), to: "guard.yaml")
      default: break
      }
    }

    func apply(to installation: Installation) throws {
      switch self {
      case .clientExpired:
        try installation.cluster.writeKubeconfig(
          to: installation.kubeconfig, server: installation.port, as: .certificate(.expired))
      case .clientForeign:
        try installation.cluster.writeKubeconfig(
          to: installation.kubeconfig, server: installation.port, as: .certificate(.foreign))
      case .serverForeign:
        installation.cluster.apply(.presents(.foreign))
        try installation.restart()
      case .serverExpired:
        installation.cluster.apply(.presents(.expired))
        try installation.restart()
      case .unauthorized: installation.cluster.apply(.answersWrong(.unauthorized, on: "/"))
      case .forbidden: installation.cluster.apply(.answersWrong(.forbidden, on: "/"))
      case .hangs: installation.cluster.apply(.answersWrong(.hangs, on: "/"))
      case .html: installation.cluster.apply(.answersWrong(.html, on: "/"))
      case .truncated: installation.cluster.apply(.answersWrong(.truncatedJSON, on: "/"))
      case .closes: installation.cluster.apply(.answersWrong(.closes, on: "/"))
      case .kubeconfigMissing, .kubeconfigBroken, .contextWrong: break
      }
    }
  }

  @Test(arguments: sampled(APIFault.allCases))
  func api(_ fault: APIFault) throws {
    let installation = try Installation(prepare: { _, folder in try fault.prepare(folder) })
    try fault.apply(to: installation)
    let seen = try installation.waitFor { _, cluster in cluster.poll.error?.code == fault.code }
    #expect(seen.holds, "\(seen.cluster.poll) \(installation.log)")
    #expect(seen.document.problems.map(\.id) == ["tethys/api/\(fault.code)"])
    #expect(seen.document.verdict == .critical)
    #expect(seen.cluster.tunnel.state == .up)
    let problem = try #require(seen.document.problems.first)
    #expect(!problem.remedy.isEmpty && !problem.detail.isEmpty)
    #expect(try installation.ctl("status").status == 2)
    #expect(eventually { installation.log.contains("problem_opened") })
    #expect(installation.daemon.isRunning)
  }

  @Test func refusalOfOneResourceLeavesTheRest() throws {
    let installation = try Installation()
    installation.cluster.apply(.answersWrong(.forbidden, on: "/kustomizations"))
    let seen = try installation.waitFor { document, _ in
      document.verdict == .unknown && !document.problems.isEmpty
    }
    #expect(seen.holds, "\(seen.document.problems)")
    #expect(seen.document.problems.count == 1)
    #expect(seen.document.problems.first?.remedy.contains("kustomizations") == true)
    #expect(seen.cluster.nodes.count == 3)
    #expect(try installation.ctl("nodes").status == 0)
    installation.cluster.apply(.answersRight)
    #expect(try installation.waitUntilHealthy())
  }
}
