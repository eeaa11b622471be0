import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

@Suite(.blocking) struct DiscoveryTests {
  private func groups(_ items: String) throws -> [Discovery.Group] {
    try Discovery.groups(Array(#"{"kind":"APIGroupDiscoveryList","items":[\#(items)]}"#.utf8))
  }

  @Test func selectsTheServersFirstSupportedVersion() throws {
    let groups = try groups(
      """
      {"metadata":{"name":"image.toolkit.fluxcd.io"},"versions":[
        {"version":"v7","resources":[{"resource":"imagepolicies","responseKind":{"kind":"ImagePolicy"}}]},
        {"version":"v1beta2","resources":[{"resource":"imagepolicies","responseKind":{"kind":"ImagePolicy"}}]},
        {"version":"v1beta1","resources":[{"resource":"imagepolicies","responseKind":{"kind":"ImagePolicy"}},
          {"resource":"imageupdateautomations","responseKind":{"kind":"ImageUpdateAutomation"}}]}]}
      """)
    let kinds = Discovery(groups).kinds
    #expect(kinds.map(\.kind.name) == ["ImagePolicy", "ImageUpdateAutomation"])
    #expect(kinds.map(\.version) == ["v1beta2", "v1beta1"])
  }

  @Test func ignoresOtherGroups() throws {
    let groups = try groups(
      """
      {"metadata":{"name":"elsewhere.example"},"versions":[
        {"version":"v1","resources":[{"resource":"certificates","responseKind":{"kind":"Certificate"}}]}]},
      {"metadata":7}, 7, null
      """)
    #expect(groups.isEmpty)
  }

  @Test func aKindWithAnotherPluralIsIgnored() throws {
    let groups = try groups(
      """
      {"metadata":{"name":"pulumi.com"},"versions":[
        {"version":"v1","resources":[{"resource":"stacks/status","responseKind":{"kind":"Stack"}}]}]}
      """)
    #expect(Discovery(groups).kinds.isEmpty)
  }

  @Test func aStaleGroupIsNotAbsent() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = .json(
      #"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"cert-manager.io"},"versions":[{"version":"v1","freshness":"Stale","resources":[]}]}]}"#
    )
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let snapshot = try await client.pollOnDedicatedThread().get()
    #expect(snapshot.certificates.failure?.code == .unreachable)
    #expect(snapshot.flux == .notServed)
  }

  /// Servers without the aggregated document are queried version by version.
  @Test func anUnreadableVersionMayContainKindsThatNoOtherHas() async throws {
    var cluster = SmallCluster()
    let group = "source.toolkit.fluxcd.io"
    cluster.answers["/apis"] = .json(
      #"{"kind":"APIGroupList","groups":[{"name":"\#(group)","versions":[{"version":"v1"},{"version":"v1beta2"}]}]}"#
    )
    cluster.answers["/apis/\(group)/v1"] = .json(
      #"{"kind":"APIResourceList","resources":[{"name":"gitrepositories","kind":"GitRepository"}]}"#)
    cluster.answers["/apis/\(group)/v1beta2"] = .json(500, SmallCluster.status(500, "InternalError", "no"))
    cluster.answers["/apis/\(group)/v1/gitrepositories"] = .json(SmallCluster.list("GitRepository", []))
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    for _ in 1...3 {
      let snapshot = try await client.pollOnDedicatedThread().get()
      #expect(snapshot.failedFluxKinds.keys.contains("OCIRepository"))
      #expect(!snapshot.failedFluxKinds.keys.contains("GitRepository"))
      // Only v1 has this kind, and v1 was read.
      #expect(!snapshot.failedFluxKinds.keys.contains("ExternalArtifact"))
      #expect(snapshot.kinds?.absent.contains("OCIRepository") != true)
    }
  }

  @Test func withoutDiscoveryNoKindIsAbsent() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = .json(403, SmallCluster.status(403, "Forbidden", "no"))
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let snapshot = try await client.pollOnDedicatedThread().get()
    #expect(snapshot.nodes.value?.count == 2)
    #expect(snapshot.flux.failure?.code == .forbidden)
    #expect(snapshot.stacks.failure?.remedy.contains("{nonResourceURLs: [/apis], verbs: [get]}") == true)
  }

  @Test func aCachedResponseIsRevalidatedByETag() async throws {
    let script: TestServer.Script = { request in
      guard request.path == "/apis" else { return SmallCluster().script(request) }
      guard request.headers["if-none-match"] == nil else {
        return .answer(304, headers: ["ETag": #""abc""#], body: [])
      }
      return .json(200, SmallCluster.aggregated, headers: ["ETag": #""abc""#])
    }
    let server = try await TestServer(script: script)
    var limits = PollLimits()
    limits.discoveryLifetime = .zero
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port),
      limits: limits)
    for _ in 0..<2 { #expect(try await client.pollOnDedicatedThread().get().flux.value?.count == 1) }
    let asked = server.requests.filter { $0.path == "/apis" }
    #expect(asked.map { $0.headers["if-none-match"] } == [nil, #""abc""#])
  }

  /// The API versions in each Flux release's custom resource definitions, the preferred one first.
  @Test(arguments: [
    ("2.0", "v1beta2 v1beta1", "v2beta1", "v1beta2 v1beta1", "v1beta2"),
    ("2.2", "v1beta2 v1beta1", "v2beta2 v2beta1", "v1beta3 v1beta2 v1beta1", "v1beta2"),
    ("2.6", "v1beta2 v1beta1", "v2 v2beta2 v2beta1", "v1beta3 v1beta2 v1beta1", "v1beta2"),
    ("2.7", "v1 v1beta2", "v2 v2beta2", "v1beta3 v1beta2", "v1"),
    ("a later one", "v3 v2 v1", "v4 v2", "v2 v1beta3", "v1"),
  ]) func everyFluxVersionIsSupported(
    flux: String, image: String, helm: String, notification: String, chosen: String
  ) throws {
    func group(_ name: String, _ versions: String, _ plural: String, _ kind: String) -> String {
      let versions = versions.split(separator: " ").map {
        #"{"version":"\#($0)","resources":[{"resource":"\#(plural)","responseKind":{"kind":"\#(kind)"}}]}"#
      }
      return
        #"{"metadata":{"name":"\#(name).toolkit.fluxcd.io"},"versions":[\#(versions.joined(separator: ","))]}"#
    }
    let groups = try groups(
      [
        group("image", image, "imagepolicies", "ImagePolicy"),
        group("helm", helm, "helmreleases", "HelmRelease"),
        group("notification", notification, "alerts", "Alert"),
      ].joined(separator: ","))
    let kinds = Discovery(groups).kinds
    #expect(kinds.count == 3)
    for served in kinds {
      let offered = ["image": image, "helm": helm, "notification": notification].first {
        served.kind.group.hasPrefix($0.key)
      }
      #expect(offered?.value.split(separator: " ").contains(Substring(served.version)) == true)
    }
    #expect(kinds.first { $0.kind.name == "ImagePolicy" }?.version == chosen)
  }

  @Test func otherDocumentsAreRejected() {
    for text in ["{}", "[]", "", #"{"kind":"Status"}"#] {
      #expect(throws: JSONDocument.Fault.self) { try Discovery.groups(Array(text.utf8)) }
    }
  }
}
