import GuardTypes
import Health
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

/// Responses that need a second request before a verdict, and refused requests.
@Suite(.blocking) struct ConfirmedAnswerTests {
  private static let secret = Expectations.Name(namespace: "flux-system", name: "github-token")
  private static let secretPath = "/api/v1/namespaces/flux-system/secrets/github-token"

  private func client(_ script: @escaping TestServer.Script) async throws -> (ClusterClient, TestServer) {
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    return (client, server)
  }

  private func poll(_ script: @escaping TestServer.Script) async throws -> (Snapshot, TestServer) {
    let (client, server) = try await client(script)
    return (try await client.pollOnDedicatedThread(secrets: [Self.secret]).get(), server)
  }

  private func judged(_ snapshot: Snapshot, _ expectations: Expectations = Expectations()) -> ClusterReport {
    let now = snapshot.serverTime
    return judge(
      Observation(
        cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k",
        tunnel: TunnelHealth(state: .up, since: now, host: "tethys"), snapshot: snapshot, snapshotAt: now,
        pollFailure: nil, pollInterval: .seconds(15), expectations: expectations),
      history: PollHistory(), now: now
    ).report
  }

  private static let forbidden = TestServer.Reply.json(403, SmallCluster.status(403, "Forbidden", "no rule"))

  // MARK: Secrets

  /// K3s on SQLite with a stale watch cache.
  @Test func aSecretMissingOnlyFromTheCacheExists() async throws {
    let base = SmallCluster().script
    let (snapshot, server) = try await poll { request in
      guard request.path == Self.secretPath else { return base(request) }
      return request.query.contains("resourceVersion=0")
        ? base(request) : .json(#"{"kind":"PartialObjectMetadata","metadata":{"name":"github-token"}}"#)
    }
    #expect(snapshot.secrets.value?.map(\.isPresent) == [true])
    let asked = server.requests.filter { $0.path == Self.secretPath }
    #expect(asked.map(\.query) == ["resourceVersion=0", ""])
    #expect(asked.allSatisfy { $0.headers["accept"]?.contains("as=PartialObjectMetadata") == true })
  }

  @Test func aSecretMissingFromCacheAndEtcdIsMissing() async throws {
    let (snapshot, _) = try await poll(SmallCluster().script)
    #expect(snapshot.secrets.value?.map(\.isPresent) == [false])
  }

  @Test(arguments: [
    TestServer.Reply.answer(404, type: "text/html", body: Array("<h1>404</h1>".utf8)),
    .json(404, "404 page not found"), .json(404, #"{"kind":"Status","reason":"Other"}"#), forbidden,
    .json(500, SmallCluster.status(500, "InternalError", "etcdserver: request timed out")), .hangUp,
  ])
  func anUnconfirmedSecretIsNotMissing(_ second: TestServer.Reply) async throws {
    let base = SmallCluster().script
    let (snapshot, _) = try await poll { request in
      request.path == Self.secretPath && request.query.isEmpty ? second : base(request)
    }
    let secret = try #require(snapshot.secrets.value?.first)
    #expect(secret.isPresent == nil)
    #expect(secret.failure != nil)
    #expect(!judged(snapshot).problemIDs.contains { $0.hasSuffix("/missing") })
  }

  @Test func workloadsOfAFailedListAreNotMissing() async throws {
    var cluster = SmallCluster()
    for plural in ["deployments", "statefulsets", "daemonsets"] {
      cluster.answers["/apis/apps/v1/\(plural)"] = nil
    }
    let (snapshot, _) = try await poll(cluster.script)
    let expected = Expectations(workloads: [.init(namespace: "apps", name: "web")])
    let report = judged(snapshot, expected)
    #expect(!report.problemIDs.contains { $0.hasSuffix("web/missing") })
    #expect(report.problems.contains { $0.detail.contains("returned 404") })
  }

  // MARK: Readiness

  private static let checks =
    "[+]ping ok\n[-]etcd failed: reason withheld\n[-]informer-sync failed: reason withheld\nreadyz check failed\n"

  @Test(arguments: [true, false])
  func failedReadinessChecksAreReported(_ saysSoAtOnce: Bool) async throws {
    let base = SmallCluster().script
    let (snapshot, server) = try await poll { request in
      guard request.path == "/readyz" else { return base(request) }
      let body = saysSoAtOnce || request.query == "verbose" ? Self.checks : "not ok"
      return .answer(500, type: "text/plain", body: Array(body.utf8))
    }
    #expect(snapshot.isReady == false)
    #expect(snapshot.failedChecks == ["etcd", "informer-sync"])
    let asked = server.requests.filter { $0.path == "/readyz" }.map(\.query)
    #expect(asked == (saysSoAtOnce ? [""] : ["", "verbose"]))
    let problem = judged(snapshot).problems.first { $0.id.hasSuffix("api/not-ready") }
    #expect(problem?.detail == "failed checks of /readyz: etcd, informer-sync")
  }

  @Test func failedReadinessChecksAreReportedWithoutOtherResponses() async throws {
    let (client, server) = try await client { request in
      request.path == "/readyz"
        ? .answer(500, type: "text/plain", body: Array(Self.checks.utf8))
        : .json(500, SmallCluster.status(500, "InternalError", "etcdserver: no leader"))
    }
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.message.contains("failed checks of /readyz: etcd, informer-sync"))
    #expect(server.requests.contains { $0.path == "/readyz" })
  }

  /// etcd is down: /readyz returns 200 for a while, and every list hangs.
  @Test func aHangingListSuggestsCheckingEtcd() async throws {
    let base = SmallCluster().script
    let (client, server) = try await client { request in
      ["/version", "/readyz", "/apis"].contains(request.path) ? base(request) : .silence
    }
    guard case .failure(let failure) = await client.pollOnDedicatedThread(timeout: .seconds(1)) else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .timeout)
    #expect(failure.remedy.contains("get --raw /livez/etcd"))
    #expect(failure.remedy.contains("get nodes -A --request-timeout=20s"))
    #expect(server.requests.contains { $0.path == "/api/v1/nodes" })
  }

  // MARK: Missing rules

  @Test func everyMissingRuleIsReportedOnce() async throws {
    var cluster = SmallCluster()
    for plural in ["deployments", "statefulsets", "daemonsets"] {
      cluster.answers["/apis/apps/v1/\(plural)"] = Self.forbidden
    }
    cluster.answers["/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"] = Self.forbidden
    let (snapshot, _) = try await poll(cluster.script)
    let remedies = judged(snapshot).problems.filter { $0.id.hasSuffix("forbidden") }.map(\.remedy)
    for plural in ["deployments", "statefulsets", "daemonsets", "kustomizations"] {
      #expect(remedies.count { $0.contains("resources: [\(plural)]") } == 1, "\(plural): \(remedies)")
    }
    #expect(remedies.count == 4)
  }

  @Test func aForbiddenKindDoesNotAffectOthers() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis/apps/v1/daemonsets"] = Self.forbidden
    cluster.answers["/apis/apps/v1/deployments"] = .json(
      SmallCluster.list(
        "Deployment", [#"{"metadata":{"name":"web","namespace":"apps"},"spec":{"replicas":1}}"#]))
    let (snapshot, _) = try await poll(cluster.script)
    let names = ["web", "agent"].map { Expectations.Name(namespace: "apps", name: $0) }
    let report = judged(snapshot, Expectations(workloads: names))
    #expect(report.workloads.map(\.verdict) == [.critical])
    // The missing workload may be a DaemonSet, which is not visible.
    #expect(!report.problemIDs.contains("tethys/workload/apps/agent/missing"))
    #expect(report.problemIDs.contains("tethys/api/DaemonSet/forbidden"))
    #expect(!report.problemIDs.contains("tethys/api/Deployment/forbidden"))
  }

  @Test func missingDiscoveryAtStartIsOneProblem() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = Self.forbidden
    let (snapshot, _) = try await poll(cluster.script)
    let refused = judged(snapshot).problems.filter { $0.remedy.contains("nonResourceURLs: [/apis]") }
    #expect(refused.count == 1, "\(refused.map(\.id))")
    #expect(judged(snapshot).flux.isEmpty)
  }

  @Test func laterLossOfDiscoveryIsReported() async throws {
    let isLost = Flag()
    let base = SmallCluster().script
    let server = try await TestServer { request in
      request.path == "/apis" && isLost.value ? Self.forbidden : base(request)
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port),
      limits: PollLimits(discoveryLifetime: .zero))
    #expect(try await client.pollOnDedicatedThread().get().gaps.isEmpty)
    isLost.set()
    let snapshot = try await client.pollOnDedicatedThread().get()
    #expect(snapshot.flux.value?.count == 1)
    #expect(snapshot.gaps["discovery"]?.code == .forbidden)
    #expect(judged(snapshot).problems.contains { $0.remedy.contains("nonResourceURLs: [/apis]") })
  }

  // MARK: Undecodable objects

  @Test func anUndecodableNodeIsNotMissing() async throws {
    var cluster = SmallCluster()
    cluster.answers["/api/v1/nodes"] = .json(
      SmallCluster.list(
        "Node",
        [
          SmallCluster.node("alpha"),
          #"{"metadata":{"name":"calypso"},"status":{"conditions":[{"type":"Ready","status":true}]}}"#,
        ]))
    let (snapshot, _) = try await poll(cluster.script)
    let report = judged(snapshot, Expectations(nodes: ["alpha", "calypso"]))
    #expect(!report.problemIDs.contains { $0.hasSuffix("/missing") && $0.contains("node") })
    #expect(report.nodes.map(\.node.name) == ["alpha", "calypso"])
    #expect(report.nodes.map(\.verdict) == [.healthy, .unknown])
    #expect(report.problems.contains { $0.detail.contains("status.conditions[0].status has the wrong type") })
    #expect(report.unseenSubjects == ["node calypso"])
  }
}

/// Set once, from another thread than the reader's.
private final class Flag: Sendable {
  private let state = Mutex(false)
  var value: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}

extension ClusterReport {
  fileprivate var problemIDs: [String] { problems.map(\.id) }
}
