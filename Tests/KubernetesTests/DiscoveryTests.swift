import Health
import Testing

@testable import Kubernetes

@Suite struct DiscoveryTests {
  private func groups(_ items: String) throws -> [Discovery.Group] {
    try Discovery.groups(Array(#"{"kind":"APIGroupDiscoveryList","items":[\#(items)]}"#.utf8))
  }

  @Test func takesTheServersFirstVersionThatWeKnow() throws {
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

  @Test func looksAtNoOtherGroup() throws {
    let groups = try groups(
      """
      {"metadata":{"name":"elsewhere.example"},"versions":[
        {"version":"v1","resources":[{"resource":"certificates","responseKind":{"kind":"Certificate"}}]}]},
      {"metadata":7}, 7, null
      """)
    #expect(groups.isEmpty)
  }

  @Test func aKindUnderAnotherPluralIsNotOurs() throws {
    let groups = try groups(
      """
      {"metadata":{"name":"pulumi.com"},"versions":[
        {"version":"v1","resources":[{"resource":"stacks/status","responseKind":{"kind":"Stack"}}]}]}
      """)
    #expect(Discovery(groups).kinds.isEmpty)
  }

  @Test func aStaleGroupIsNotAnAbsentOne() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = .json(
      #"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"cert-manager.io"},"versions":[{"version":"v1","freshness":"Stale","resources":[]}]}]}"#
    )
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let snapshot = try await client.pollOnItsThread().get()
    #expect(snapshot.certificates.failure?.code == .unreachable)
    #expect(snapshot.flux == .notServed)
  }

  @Test func withoutDiscoveryNothingIsTakenForAbsent() async throws {
    var cluster = SmallCluster()
    cluster.answers["/apis"] = .json(403, SmallCluster.status(403, "Forbidden", "no"))
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    let snapshot = try await client.pollOnItsThread().get()
    #expect(snapshot.nodes.value?.count == 2)
    #expect(snapshot.flux.failure?.code == .forbidden)
    #expect(snapshot.stacks.failure?.remedy.contains("{nonResourceURLs: [/apis], verbs: [get]}") == true)
  }

  @Test func otherDocumentsAreRefused() {
    for text in ["{}", "[]", "", #"{"kind":"Status"}"#] {
      #expect(throws: ObjectPage.Fault.self) { try Discovery.groups(Array(text.utf8)) }
    }
  }
}
