import DemoCluster
import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

/// A silent API server, its port and its certificates, from the demo's API to the verdict.
@Suite(.serialized, .blocking) struct ControlPlaneTests {
  private static let certificates = Result {
    let folder = try TemporaryFolder()
    return (folder, try Certificates.make(in: folder.path + "/pki"))
  }

  /// A cluster whose kinds are asked for in every poll.
  private final class Watched {
    let demo: DemoCluster
    let client: ClusterClient
    private let folder: TemporaryFolder
    private var history = PollHistory()
    private var last: Snapshot?

    init() throws {
      folder = try TemporaryFolder()
      demo = try DemoCluster.start(certificates: try ControlPlaneTests.certificates.get().1)
      try demo.writeKubeconfig(to: folder.path + "/kubeconfig")
      client = ClusterClient(
        kubeconfig: try Kubeconfig.load(path: folder.path + "/kubeconfig"),
        dial: .tcp(host: "127.0.0.1", port: UInt16(demo.port)),
        limits: PollLimits(discoveryLifetime: .zero))
    }

    deinit {
      client.reconnect()
      demo.stop()
    }

    func look(after seconds: Int64 = 0, timeout: Duration = .seconds(20)) async -> ClusterReport {
      let result = await client.pollOnDedicatedThread(timeout: timeout)
      var failure: PollFailure?
      switch result {
      case .success(let snapshot): last = snapshot
      case .failure(let error): failure = error
      }
      let now = (last?.serverTime ?? Timestamp(seconds: 0)) + .seconds(seconds)
      let observation = Observation(
        cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k",
        tunnel: TunnelHealth(state: .up, since: now, host: "tethys"), snapshot: last,
        snapshotAt: last?.serverTime, pollFailure: failure, pollInterval: .seconds(15),
        expectations: Expectations())
      let (report, next) = judge(observation, history: history, now: now)
      history = next
      return report
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let begin: [Fault]
    let end: [Fault]
    let problem: String
    let title: String
    let remedy: String
    var timeout: Duration = .seconds(20)

    var testDescription: String { title }
  }

  static let rows = [
    Row(
      begin: [.starting(.down)], end: [.started], problem: "api/unreachable",
      title: "Kubernetes API is down: nothing answers on its port", remedy: "sudo systemctl status k3s"),
    Row(
      begin: [.begins(.apiServerNotReady)], end: [.ends(.apiServerNotReady)], problem: "api/unreachable",
      title: "Kubernetes API is starting", remedy: "k3s answers; its API server starts within minutes"),
    Row(
      begin: [.begins(.datastoreFailing)], end: [.ends(.datastoreFailing)], problem: "api/bad_response",
      title: "Kubernetes API is unhealthy: etcd failed", remedy: "df -h /var/lib/rancher"),
    Row(
      begin: [
        .answersWrong(.hangs, on: "/api"), .answersWrong(.hangs, on: "/readyz"),
        .answersWrong(.hangs, on: "/version"),
      ], end: [.answersRight], problem: "api/timeout",
      title: "Kubernetes API hangs: k3s answers, and its API server does not", remedy: "Slow SQL",
      timeout: .seconds(2)),
    Row(
      begin: [.answersWrong(.unauthorized, on: "/")], end: [.answersRight], problem: "api/unauthorized",
      title: "Kubernetes API rejects our credentials", remedy: "renew the credentials"),
    Row(
      begin: [.presents(.ending)], end: [.presents(.valid)], problem: "api/server-certificate-expiring",
      title: "the API server's certificate expires in", remedy: "k3s certificate check --output table"),
    Row(
      begin: [.begins(.nodeCertificatesExpiring("calypso"))],
      end: [.ends(.nodeCertificatesExpiring("calypso"))],
      problem: "node/calypso/certificates-expiring", title: "certificates of node calypso expire",
      remedy: "then restart k3s (or k3s-agent) there, and copy the kubeconfig again"),
  ]

  @Test(arguments: rows) func eachStateIsOneProblemThatResolves(_ row: Row) async throws {
    let cluster = try Watched()
    #expect(await cluster.look().problems.isEmpty)
    for fault in row.begin { cluster.demo.apply(fault) }
    cluster.client.reconnect()
    let report = await cluster.look(timeout: row.timeout)
    #expect(report.problems.map(\.id) == ["tethys/\(row.problem)"], "\(report.problems)")
    let problem = try #require(report.problems.first)
    #expect(problem.title.hasPrefix(row.title), "\(problem.title)")
    #expect(problem.remedy.contains(row.remedy), "\(problem.remedy)")
    for fault in row.end { cluster.demo.apply(fault) }
    cluster.client.reconnect()
    #expect(await cluster.look().problems.isEmpty)
  }

  @Test func aLongStartIsADatastoreThatIsWaitedFor() async throws {
    let cluster = try Watched()
    _ = await cluster.look()
    cluster.demo.apply(.begins(.apiServerNotReady))
    let first = await cluster.look()
    let later = await cluster.look(after: 301)
    #expect(first.problems.map(\.title) == ["Kubernetes API is starting"])
    #expect(later.problems.map(\.title) == ["Kubernetes API waits for its datastore"])
    #expect(later.problems.map(\.since) == first.problems.map(\.since))
    #expect(later.problems.first?.remedy.contains("database is locked") == true)
  }

  @Test func pingGetsNoCredential() async throws {
    let cluster = try Watched()
    cluster.demo.apply(.begins(.apiServerNotReady))
    _ = await cluster.look()
    let asked = cluster.demo.requests.filter { $0.target == "/ping" }
    #expect(asked.count == 1)
    #expect(asked.allSatisfy { $0.user == nil && $0.method == "GET" })
    cluster.demo.apply(.ends(.apiServerNotReady))
    cluster.demo.clearRequests()
    _ = await cluster.look()
    #expect(!cluster.demo.requests.contains { $0.target == "/ping" })
  }

  @Test func eventsThatMayNotBeReadAreNoProblem() async throws {
    let cluster = try Watched()
    cluster.demo.apply(.answersWrong(.forbidden, on: "/events"))
    #expect(await cluster.look().problems.isEmpty)
    cluster.demo.apply(.answersRight)
    cluster.demo.apply(.answersWrong(.wrongTypes, on: "/events"))
    cluster.demo.apply(.begins(.nodeCertificatesExpiring("calypso")))
    #expect(await cluster.look().problems.map(\.id) == ["tethys/node/calypso/certificates-expiring"])
  }
}
