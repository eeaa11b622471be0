import Testing

@testable import DemoCluster

/// Responses of the API, without a socket.
@Suite struct APITests {
  let now = APITime(microseconds: 1_768_039_200_123_456)

  func ask(
    _ target: String, method: String = "GET", accept: String = "application/json", user: String? = "somebody",
    after faults: [Fault] = []
  ) -> Answer {
    var state = ClusterState.oceanid(at: now.advanced(seconds: -600))
    for fault in faults { state.apply(fault, at: now.advanced(seconds: -60)) }
    return API(state: state, now: now).answer(
      Request(method: method, target: target, accept: accept, user: user))
  }

  func names(_ answer: Answer) -> [String] {
    (answer.json ?? .null)["items"].items.compactMap { $0["metadata"]["name"].string }
  }

  @Test func timesHaveTheAPIsFormats() {
    #expect(now.time == "2026-01-10T10:00:00Z")
    #expect(now.microTime == "2026-01-10T10:00:00.123456Z")
    #expect(now.httpDate == "Sat, 10 Jan 2026 10:00:00 GMT")
  }

  @Test func nodesAreSortedByName() {
    let answer = ask("/api/v1/nodes")
    #expect(answer.status == 200)
    #expect(answer.json?["kind"] == "NodeList")
    #expect(names(answer) == ["calypso", "srv712429", "srv712695"])
  }

  @Test func leasesAreAlwaysRecent() {
    let lease = ask("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/calypso").json
    #expect(lease?["spec"]["renewTime"] == "2026-01-10T09:59:57.123456Z")
  }

  @Test(arguments: ["/api/v1/nodes", "/version", "/apis", "/readyz", "/nowhere"])
  func anonymousRequestsAreUnauthorized(path: String) {
    #expect(ask(path, user: nil).status == 401)
  }

  @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
  func onlyGETIsAllowed(method: String) {
    let answer = ask("/api/v1/nodes/calypso", method: method)
    #expect(answer.status == 405)
    #expect(answer.json?["reason"] == "MethodNotAllowed")
  }

  @Test(arguments: [
    "/api/v1/nodes/none", "/api/v1/things", "/apis/nobody.example/v1/things", "/api/v2/nodes",
    "/apis/image.toolkit.fluxcd.io/v1/imagepolicies", "/api/v1/namespaces/default/nodes",
    "/apis/apps/v1/deployments/coredns",
  ])
  func missingObjectsAreNotFound(path: String) {
    let answer = ask(path)
    #expect(answer.status == 404)
    #expect(answer.json?["kind"] == "Status")
  }

  @Test func listsArePaginated() {
    let first = ask("/api/v1/nodes?limit=2")
    #expect(names(first) == ["calypso", "srv712429"])
    #expect(first.json?["metadata"]["remainingItemCount"] == 1)
    let token = first.json?["metadata"]["continue"].string ?? ""
    let second = ask("/api/v1/nodes?limit=2&continue=\(token)")
    #expect(names(second) == ["srv712695"])
    #expect(second.json?["metadata"]["continue"] == .null)
    #expect(ask("/api/v1/nodes?limit=2&continue=\(token)", after: [.nodeCordoned("calypso")]).status == 410)
    #expect(ask("/api/v1/nodes?limit=2&continue=nonsense").status == 410)
  }

  @Test func listsAreFilteredByNamespaceAndSelectors() {
    let path = "/apis/apps/v1/namespaces/flux-system/deployments"
    #expect(names(ask(path)).count == 6)
    #expect(names(ask("/apis/apps/v1/deployments")).count > 6)
    #expect(
      names(ask("/apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fpart-of%3Dflux")).count == 6)
    #expect(names(ask("\(path)?fieldSelector=metadata.name%3Dhelm-controller")) == ["helm-controller"])
    #expect(ask("\(path)?fieldSelector=spec.replicas%3D1").status == 400)
  }

  @Test func secretsHaveNoValues() {
    let answer = ask("/api/v1/namespaces/flux-system/secrets/github-token")
    #expect(answer.status == 200)
    #expect(answer.json?["data"] == .null)
    let form = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
    let metadata = ask("/api/v1/namespaces/flux-system/secrets/github-token", accept: form)
    #expect(metadata.json?["kind"] == "PartialObjectMetadata")
    #expect(metadata.json?["metadata"]["name"] == "github-token")
  }

  @Test func discoveryIsAggregatedOnRequest() {
    let form =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    let groups = ask("/apis", accept: form)
    #expect(groups.json?["kind"] == "APIGroupDiscoveryList")
    #expect(groups.contentType.contains("as=APIGroupDiscoveryList"))
    let image = groups.json?["items"].items.first { $0["metadata"]["name"] == "image.toolkit.fluxcd.io" }
    #expect(image?["versions"].items.map { $0["version"] } == ["v1beta2", "v1beta1"])
    #expect(ask("/apis").json?["kind"] == "APIGroupList")
    #expect(ask("/apis/image.toolkit.fluxcd.io/v1beta2").json?["resources"].items.count == 3)
  }

  @Test func theOlderImageAPILacksTheNewerFields() {
    let path = "namespaces/flux-system/imagepolicies/cloudflared"
    let new = ask("/apis/image.toolkit.fluxcd.io/v1beta2/\(path)").json
    let old = ask("/apis/image.toolkit.fluxcd.io/v1beta1/\(path)").json
    #expect(new?["status"]["latestRef"]["tag"] == "2025.8.1")
    #expect(old?["status"]["latestRef"] == .null)
    #expect(old?["status"]["latestImage"] == new?["status"]["latestImage"])
  }

  @Test func unsupportedMediaTypesAreNotAcceptable() {
    #expect(ask("/api/v1/nodes", accept: "application/vnd.kubernetes.protobuf").status == 406)
    #expect(ask("/api/v1/nodes", accept: "application/vnd.kubernetes.protobuf,*/*").status == 200)
  }

  @Test func tablesContainKubectlsColumns() {
    let form = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    let table = ask(
      "/api/v1/nodes", accept: form, after: [.nodeNotReady("calypso"), .nodeCordoned("calypso")])
    #expect(
      table.json?["rows"].items.first?["cells"].items.prefix(2) == ["calypso", "NotReady,SchedulingDisabled"])
  }

  @Test func jsonIsEncoded() {
    let json: JSON = ["b": [1, true, .array([])], "a": "x\"\\\n\u{1}é", "none": .null]
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"a":"x\"\\\n\u0001é","b":[1,true,[]]}"#)
  }
}
