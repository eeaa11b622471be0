import GuardTypes
import Health
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

@Suite(.blocking) struct ClusterClientTests {
  private func poll(
    _ cluster: SmallCluster, limits: PollLimits = PollLimits(), timeout: Duration = .seconds(10),
    secrets: [Expectations.Name] = []
  ) async throws -> (Result<Snapshot, PollFailure>, TestServer) {
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port),
      limits: limits)
    return (await client.pollOnDedicatedThread(timeout: timeout, secrets: secrets), server)
  }

  @Test func pollsASmallCluster() async throws {
    let (result, server) = try await poll(SmallCluster())
    let snapshot = try result.get()
    #expect(snapshot.version == "v1.33.4+k3s1")
    #expect(snapshot.isReady == true)
    #expect(snapshot.serverTime == Timestamp(rfc3339: "2026-01-10T10:00:00Z"))
    #expect(snapshot.nodes.value?.map(\.name) == ["alpha", "beta"])
    #expect(snapshot.nodes.value?.first?.leaseRenewTime == Timestamp(rfc3339: "2026-01-10T09:59:57.123Z"))
    #expect(snapshot.nodes.value?.last?.leaseRenewTime == nil)
    #expect(snapshot.flux.value?.map(\.resource.name) == ["apps"])
    #expect(snapshot.imagePolicies == .seen([]))
    #expect(snapshot.certificates == .notServed)
    #expect(snapshot.stacks == .notServed)
    #expect(snapshot.workloads == .seen([]))
    #expect(Set(server.requests.map(\.method)) == ["GET"])
  }

  @Test func reusesConnectionsAndDiscoveryBetweenPolls() async throws {
    let server = try await TestServer(script: SmallCluster().script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    _ = try await client.pollOnDedicatedThread().get()
    let first = server.connections
    let snapshot = try await client.pollOnDedicatedThread().get()
    // The number of additional connections depends on timing; without reuse it would double.
    #expect(server.connections < 2 * first)
    let connections = server.connections
    #expect(server.requests.filter { $0.path == "/apis" }.count == 1)
    #expect(snapshot.flux.value?.count == 1)
    client.reconnect()
    _ = try await client.pollOnDedicatedThread().get()
    #expect(server.connections > connections)
  }

  @Test func repeatsDiscoveryAfterA404() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis/image.toolkit.fluxcd.io/v1beta2/imagepolicies"] = nil
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    // Only discovery decides that a kind is removed: a kind whose version changes also returns 404.
    let policies = try await client.pollOnDedicatedThread().get().imagePolicies
    #expect(policies.failure?.code == .badResponse)
    #expect(policies.failure?.message.contains("returned 404 for version v1beta2") == true)
    #expect(
      policies.failure?.remedy.hasSuffix("api-resources --api-group=image.toolkit.fluxcd.io") == true)
    _ = try await client.pollOnDedicatedThread().get()
    #expect(server.requests.filter { $0.path == "/apis" }.count == 2)
  }

  @Test func supportsUnaggregatedDiscovery() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = .json(
      #"{"kind":"APIGroupList","groups":[{"name":"kustomize.toolkit.fluxcd.io","versions":[{"groupVersion":"kustomize.toolkit.fluxcd.io/v1","version":"v1"}]},{"name":"pulumi.com","versions":[{"version":"v1"}]}]}"#
    )
    cluster.answers["/apis/kustomize.toolkit.fluxcd.io/v1"] = .json(
      #"{"kind":"APIResourceList","resources":[{"name":"kustomizations/status","kind":"Kustomization"},{"name":"kustomizations","kind":"Kustomization"}]}"#
    )
    cluster.answers["/apis/pulumi.com/v1"] = .json(
      503, SmallCluster.status(503, "ServiceUnavailable", "later"))
    let snapshot = try await poll(cluster).0.get()
    #expect(snapshot.flux.value?.count == 1)
    #expect(snapshot.stacks.failure?.code == .unreachable)
    #expect(snapshot.certificates == .notServed)
  }

  @Test func followsPages() async throws {
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      return request.query == "limit=500"
        ? .json(SmallCluster.list("Node", [SmallCluster.node("alpha")], next: "a+b/c"))
        : .json(SmallCluster.list("Node", [SmallCluster.node("beta")]))
    }
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    #expect(try await client.pollOnDedicatedThread().get().nodes.value?.map(\.name) == ["alpha", "beta"])
    #expect(server.requests.contains { $0.uri == "/api/v1/nodes?limit=500&continue=a%2Bb%2Fc" })
  }

  @Test func restartsAListOnceWhenAPageExpired() async throws {
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      return request.query == "limit=500"
        ? .json(SmallCluster.list("Node", [SmallCluster.node("alpha")], next: "t"))
        : .json(410, SmallCluster.status(410, "Expired", "too old"))
    }
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let failure = try await client.pollOnDedicatedThread().get().nodes.failure
    #expect(failure?.code == .badResponse)
    #expect(server.requests.filter { $0.path == "/api/v1/nodes" }.count == 4)
  }

  @Test(arguments: [(false, 3), (true, 2)]) func anEndlessListIsLimited(isSameToken: Bool, count: Int)
    async throws
  {
    let tokens = Mutex(0)
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      let number = tokens.withLock { count in
        count += 1
        return isSameToken ? 0 : count
      }
      return .json(SmallCluster.list("Node", [], next: "again-\(number)"))
    }
    let server = try await TestServer(script: script)
    var limits = PollLimits()
    limits.pages = 3
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port),
      limits: limits)
    #expect(try await client.pollOnDedicatedThread().get().nodes.failure?.code == .badResponse)
    #expect(server.requests.filter { $0.path == "/api/v1/nodes" }.count == count)
  }

  /// A list that expires twice is continued with the token of the 410 response. Objects that changed in the meantime
  /// are listed again.
  @Test func aListThatExpiresTwiceContinuesWithTheServersToken() async throws {
    let expired =
      #"{"kind":"Status","metadata":{"continue":"inconsistent"},"status":"Failure","reason":"Expired","code":410}"#
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      switch request.query {
      case "limit=500": return .json(SmallCluster.list("Node", [SmallCluster.node("alpha")], next: "t"))
      case "limit=500&continue=inconsistent":
        return .json(
          SmallCluster.list(
            "Node",
            [SmallCluster.node("beta"), SmallCluster.node("alpha", #","spec":{"unschedulable":true}"#)]))
      default: return .json(410, expired)
      }
    }
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let nodes = try await client.pollOnDedicatedThread().get().nodes.value
    #expect(nodes?.map { "\($0.name) \($0.isUnschedulable)" } == ["beta false", "alpha true"])
    #expect(server.requests.filter { $0.path == "/api/v1/nodes" }.count == 5)
  }

  @Test func retriesAfterTheRetryAfterDelay() async throws {
    let refused = Mutex<[ContinuousClock.Instant]>([])
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      let isFirst = refused.withLock { times in
        times.append(.now)
        return times.count == 1
      }
      guard isFirst else { return SmallCluster().script(request) }
      return .json(429, SmallCluster.status(429, "TooManyRequests", "later"), headers: ["Retry-After": "1"])
    }
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    #expect(try await client.pollOnDedicatedThread().get().nodes.value?.count == 2)
    let times = refused.withLock { $0 }
    try #require(times.count == 2)
    #expect(times[1] - times[0] >= .seconds(1))
  }

  @Test func retryAfterAppliesAcrossPolls() async throws {
    var cluster = SmallCluster()
    cluster.answers["/api/v1/nodes"] = .json(
      429, SmallCluster.status(429, "TooManyRequests", "later"), headers: ["Retry-After": "60"])
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    for _ in 0..<3 {
      let snapshot = try await client.pollOnDedicatedThread().get()
      #expect(snapshot.nodes.failure?.message.contains("retry after 60 s") == true)
      #expect(snapshot.flux.value?.count == 1)
    }
    #expect(server.requests.filter { $0.path == "/api/v1/nodes" }.count == 1)
  }

  @Test func aBrokenConnectionIsReplacedOnce() async throws {
    let asked = Mutex(0)
    let script: TestServer.Script = { request in
      guard request.path == "/api/v1/nodes" else { return SmallCluster().script(request) }
      let isFirst = asked.withLock { count in
        count += 1
        return count == 1
      }
      return isFirst ? .cutShort(Array("{".utf8)) : SmallCluster().script(request)
    }
    let server = try await TestServer(script: script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    #expect(try await client.pollOnDedicatedThread().get().nodes.value?.count == 2)
  }

  @Test func missingServerInformationIsAGap() async throws {
    var cluster = SmallCluster()
    cluster.answers["/readyz"] = .json(403, SmallCluster.status(403, "Forbidden", "no"))
    cluster.answers["/version"] = .json(503, SmallCluster.status(503, "ServiceUnavailable", "no"))
    let snapshot = try await poll(cluster).0.get()
    #expect(snapshot.isReady == nil)
    #expect(snapshot.gaps["readiness"]?.remedy.contains("{nonResourceURLs: [/readyz], verbs: [get]}") == true)
    #expect(snapshot.gaps["version"]?.code == .unreachable)
    cluster.answers["/readyz"] = .answer(500, type: "text/plain", body: Array("[-]etcd failed".utf8))
    #expect(try await poll(cluster).0.get().isReady == false)
  }

  @Test func aRefusedListIsAFailedPart() async throws {
    var cluster = SmallCluster()
    let message =
      #"nodes is forbidden: User "guard" cannot list resource "nodes" in API group "" at the cluster scope"#
    cluster.answers["/api/v1/nodes"] = .json(403, SmallCluster.status(403, "Forbidden", message))
    let snapshot = try await poll(cluster).0.get()
    let failure = try #require(snapshot.nodes.failure)
    #expect(failure.code == .forbidden)
    #expect(failure.message.contains(message))
    #expect(failure.remedy.contains(#"{apiGroups: [""], resources: [nodes], verbs: [list]}"#))
    #expect(snapshot.flux.value?.count == 1)
  }

  @Test func leasesAreNotRequired() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis/coordination.k8s.io/v1/leases"] = .json(
      403, SmallCluster.status(403, "Forbidden", "no"))
    let snapshot = try await poll(cluster).0.get()
    #expect(snapshot.nodes.value?.map(\.leaseRenewTime) == [nil, nil])
    #expect(snapshot.gaps["node-leases"]?.remedy.contains("a ClusterRole") == true)
  }

  @Test(arguments: [
    (401, "Unauthorized", PollErrorCode.unauthorized), (403, "forbidden", .forbidden),
    (403, #"User "system:anonymous" cannot list"#, .unauthorized), (503, "starting", .unreachable),
    (429, "slow down", .unreachable), (500, "broken", .badResponse), (302, "", .badResponse),
  ]) func aPollFailsIfEveryRequestIsRefused(status: Int, message: String, code: PollErrorCode) async throws {
    let server = try await TestServer { _ in
      .json(
        status, SmallCluster.status(status, "", message),
        headers: ["Retry-After": "70", "Location": "http://127.0.0.1:1/"])
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == code)
    if status == 429 { #expect(failure.message.contains("retry after 70 s")) }
    #expect(!failure.remedy.isEmpty)
  }

  /// The text of Go's net/http.
  @Test func plainHTTPToATLSPortIsAFaultOfTheKubeconfig() async throws {
    let server = try await TestServer { _ in
      .answer(400, type: "text/plain", body: Array("Client sent an HTTP request to an HTTPS server.\n".utf8))
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .kubeconfig)
    #expect(
      failure.message.hasSuffix(
        "has the server http://127.0.0.1:\(server.port), and that port requires https"))
    #expect(failure.remedy.contains("write https:// in"))
  }

  @Test func aHangingListDoesNotDelayOthers() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"] = .silence
    let snapshot = try await poll(cluster, timeout: .seconds(10)).0.get()
    #expect(snapshot.nodes.value?.count == 2)
    #expect(snapshot.imagePolicies == .seen([]))
    #expect(snapshot.failedFluxKinds["Kustomization"]?.code == .timeout)
    #expect(snapshot.failedFluxKinds["Kustomization"]?.message.contains("kustomizations.kustomize") == true)
    #expect(snapshot.flux == .seen([]))
  }

  @Test func aSilentServerIsATimeout() async throws {
    let server = try await TestServer { _ in .silence }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread(timeout: .milliseconds(500)) else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .timeout)
  }

  @Test func cancelStopsPollsUntilReconnect() async throws {
    let (asked, ask) = AsyncStream.makeStream(of: Void.self)
    let server = try await TestServer { _ in
      ask.yield()
      return .silence
    }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    async let result = client.pollOnDedicatedThread(timeout: .seconds(60))
    for await _ in asked { break }
    client.cancel()
    guard case .failure(let failure) = await result else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .unreachable)
    client.reconnect()
    guard case .failure(let next) = await client.pollOnDedicatedThread(timeout: .milliseconds(300)) else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(next.code == .timeout)
  }

  @Test func aClosedConnectionIsUnreachable() async throws {
    let server = try await TestServer { _ in .hangUp }
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .unreachable)
  }

  @Test func aPortWithoutListenerIsUnreachable() async throws {
    let client = ClusterClient(
      kubeconfig: try kubeconfig(), dial: .abstractSocket("oceanid-nobody-\(UInt64.random(in: 0 ... .max))"))
    guard case .failure(let failure) = await client.pollOnDedicatedThread() else {
      Issue.record("the poll did not fail")
      return
    }
    #expect(failure.code == .unreachable)
  }

  @Test func secretsAreRequestedAsMetadataOnly() async throws {
    var cluster = SmallCluster()
    let path = "/api/v1/namespaces/flux-system/secrets/github-token"
    cluster.answers[path] = .json(#"{"kind":"PartialObjectMetadata","metadata":{"name":"github-token"}}"#)
    let names = ["github-token", "gone"].map { Expectations.Name(namespace: "flux-system", name: $0) }
    let (result, server) = try await poll(cluster, secrets: names)
    #expect(try result.get().secrets.value?.map(\.isPresent) == [true, false])
    let accept = server.requests.first { $0.path == path }?.headers["accept"]
    #expect(accept == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")

    cluster.answers[path] = .json(#"{"kind":"Secret","data":{"token":"c2VjcmV0"}}"#)
    let failure = try #require(try await poll(cluster, secrets: names).0.get().secrets.value?.first?.failure)
    #expect(failure.code == .badResponse)
    #expect(!failure.message.contains("c2VjcmV0"))
  }
}
