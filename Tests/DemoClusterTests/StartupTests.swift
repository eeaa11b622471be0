import Testing

@testable import DemoCluster

/// The start-up of the demo's API server, as recorded from a real one.
@Suite struct StartupTests {
  let began = APITime(microseconds: 1_768_039_200_000_000)

  private func ask(_ target: String, milliseconds: Int64, of seconds: Int = 13) -> Answer {
    var state = ClusterState.oceanid(at: began)
    state.apply(.restarts(seconds: seconds), at: began)
    let now = APITime(microseconds: began.microseconds + milliseconds * 1000)
    return API(state: state, now: now).answer(
      Request(method: "GET", target: target, accept: "application/json", user: "somebody"))
  }

  private func groups(_ answer: Answer) -> Int {
    (answer.json ?? .null)["groups"].items.count { $0["name"].string?.hasSuffix("toolkit.fluxcd.io") == true }
  }

  @Test func customResourcesAreServedBeforeDiscoveryListsThem() {
    let kustomizations = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"
    var seen: [String] = []
    for milliseconds in stride(from: 1100 as Int64, through: 14_000, by: 100) {
      let line = [
        "readyz \(ask("/readyz", milliseconds: milliseconds).status)",
        "nodes \(ask("/api/v1/nodes", milliseconds: milliseconds).status)",
        "groups of Flux \(groups(ask("/apis", milliseconds: milliseconds)))",
        "kustomizations \(ask(kustomizations, milliseconds: milliseconds).status)",
      ].joined(separator: ", ")
      if seen.last != line { seen.append(line) }
    }
    #expect(
      seen == [
        "readyz 500, nodes 200, groups of Flux 0, kustomizations 404",
        "readyz 500, nodes 200, groups of Flux 0, kustomizations 503",
        "readyz 500, nodes 200, groups of Flux 0, kustomizations 200",
        "readyz 500, nodes 200, groups of Flux 5, kustomizations 200",
        "readyz 200, nodes 200, groups of Flux 5, kustomizations 200",
      ])
  }

  @Test func readyzNamesTheFailedCheck() {
    let answer = ask("/readyz", milliseconds: 5000)
    let text = String(decoding: answer.body, as: UTF8.self)
    #expect(text.contains("[-]poststarthook/crd-informer-synced failed: reason withheld\n"))
    #expect(text.contains("[+]etcd ok\n"))
    #expect(text.hasSuffix("readyz check failed\n"))
    #expect(ask("/livez", milliseconds: 5000).status == 200)
  }

  @Test func aDeletedDefinitionRemovesOnlyItsKind() {
    var state = ClusterState.oceanid(at: began)
    state.apply(.definitionDeleted("imagepolicies.image.toolkit.fluxcd.io"), at: began)
    let kinds = Discovery(state: state).kinds(of: "image.toolkit.fluxcd.io", "v1beta2").map(\.kind)
    #expect(kinds == ["ImageRepository", "ImageUpdateAutomation"])
    state.apply(.definitionBack("imagepolicies.image.toolkit.fluxcd.io"), at: began)
    #expect(Discovery(state: state).kinds(of: "image.toolkit.fluxcd.io", "v1beta2").count == 3)
  }

  @Test func startupFaultsAreParsed() throws {
    #expect(try Fault(line: "restarts") == .restarts(seconds: 13))
    #expect(try Fault(line: "restarts 40") == .restarts(seconds: 40))
    #expect(try Fault(line: "starting unnamed") == .starting(.unnamed))
    #expect(try Fault(line: "started") == .started)
    #expect(try Fault(line: "definition-deleted a.b") == .definitionDeleted("a.b"))
    #expect(try Fault(line: "group-stale pulumi.com") == .groupStale("pulumi.com"))
    #expect(throws: DemoError.self) { try Fault(line: "starting soon") }
    #expect(throws: DemoError.self) { try Fault(line: "restarts soon") }
  }

  @Test func additionalFailuresHaveLongMessages() {
    let state = ClusterState.oceanid(
      at: began, with: ExtraObjects(nodes: 0, kustomizations: 3, failureLength: 5000))
    let failing = state.objects(of: .kustomization, at: began).filter { $0.name.hasPrefix("tenant-") }
    #expect(failing.count == 3)
    for object in failing {
      let conditions = object.status["conditions"].items
      #expect(conditions.map { $0["message"].string?.utf8.count } == [5000, 5000])
    }
  }
}
