import FoundationEssentials
import GuardTypes
import Health
import Testing

@testable import GuardAPI

@Suite struct ContractTests {
  /// The contract's example with values in it.
  static let example = """
    { "schema": "oceanid.status/1", "version": "0.1.0", "generatedAt": "2026-03-01T04:24:07Z",
      "verdict": "critical", "summary": "node calypso is not ready",
      "clusters": [ { "name": "tethys", "verdict": "critical", "summary": "node calypso is not ready",
        "tunnel": { "state": "up", "since": "2026-03-01T04:00:00Z", "host": "tethys", "peer": "192.0.2.7:22",
          "user": "root", "hostKey": "SHA256:abc", "cipher": "aes128-ctr", "roundTripMs": 41.2,
          "reconnects": 3, "attempt": 0, "nextAttemptAt": null,
          "lastError": { "code": "keepalive_timeout", "message": "15 s of silence", "at": "2026-03-01T03:59:58Z" },
          "forwards": [ { "listen": "127.0.0.1:16443", "target": "localhost:6443", "state": "port_busy",
            "holder": "ssh (pid 4242)", "openConnections": 2, "acceptedConnections": 91,
            "refusedConnections": 0, "bytesFromTarget": 5000000000, "bytesToTarget": 12 } ] },
        "poll": { "at": "2026-03-01T04:24:04Z", "ageSeconds": 3.1, "durationMs": 87, "ok": false,
          "error": { "code": "tunnel_down", "message": "no tunnel" } },
        "api": { "version": "v1.33.4+k3s1", "ready": true },
        "nodes": [ { "name": "calypso", "verdict": "critical", "status": "NotReady,SchedulingDisabled",
          "roles": ["gpu"], "version": "v1.33.4+k3s1", "age": "120d",
          "conditions": [ { "type": "Ready", "status": "False", "reason": "KubeletNotReady",
            "message": "PLEG", "lastTransitionTime": "2026-03-01T04:12:07Z" } ],
          "gpu": { "allocatable": 1 }, "expected": true } ],
        "flux": { "installed": true, "version": "v2.6.4", "objects": [ { "kind": "Kustomization",
          "namespace": "flux-system", "name": "apps", "verdict": "degraded", "status": "InProgress",
          "suspended": false, "reason": "Progressing", "message": "…", "revision": "main@sha1:abc",
          "since": "2026-03-01T04:12:07Z" } ] },
        "images": { "policies": [ { "namespace": "flux-system", "name": "cert-manager", "verdict": "degraded",
          "latest": "quay.io/x:v1.18.2", "running": [ { "image": "quay.io/x:v1.18.1", "workload": "deployment a/b" } ],
          "behind": true, "reason": "Succeeded", "message": "resolved" } ],
          "repositories": [], "automations": [] },
        "workloads": [], "certificates": [], "stacks": [],
        "secrets": [ { "namespace": "flux-system", "name": "github-token", "present": true } ] } ],
      "problems": [ { "id": "tethys/node/calypso/not-ready", "severity": "critical", "cluster": "tethys",
        "subject": "node calypso", "title": "not ready", "detail": "PLEG", "since": "2026-03-01T04:12:07Z",
        "remedy": "ssh calypso systemctl status k3s-agent" } ] }
    """

  @Test func readsTheExample() throws {
    let status = try DocumentCoding.decode(StatusDocument.self, from: Data(Self.example.utf8))
    #expect(status.verdict == .critical)
    let cluster = try #require(status.clusters.first)
    #expect(cluster.tunnel.state == .up)
    #expect(cluster.tunnel.lastError?.code == "keepalive_timeout")
    #expect(cluster.tunnel.forwards.first?.state == .portBusy)
    #expect(cluster.tunnel.forwards.first?.bytesFromTarget == 5_000_000_000)
    #expect(cluster.poll.ok == false)
    #expect(cluster.nodes.first?.gpu?.allocatable == 1)
    #expect(cluster.flux.objects.first?.status == .inProgress)
    #expect(cluster.images.policies.first?.running?.first?.workload == "deployment a/b")
    #expect(cluster.secrets.first?.present == true)
    #expect(status.problems.first?.severity == .critical)
  }

  /// Every name in the example is written again, whatever the values are.
  @Test func writesEveryFieldOfTheExample() throws {
    let status = try DocumentCoding.decode(StatusDocument.self, from: Data(Self.example.utf8))
    let written = try JSONDecoder().decode(Shape.self, from: DocumentCoding.encode(status))
    let expected = try JSONDecoder().decode(Shape.self, from: Data(Self.example.utf8))
    #expect(expected.paths.subtracting(written.paths) == [])
    #expect(expected.paths.contains("clusters[].tunnel.nextAttemptAt"))
  }

  @Test func writesWhatItReads() throws {
    let status = try DocumentCoding.decode(StatusDocument.self, from: Data(Self.example.utf8))
    #expect(try DocumentCoding.decode(StatusDocument.self, from: DocumentCoding.encode(status)) == status)
  }

  @Test func ignoresUnknownFields() throws {
    let text = Self.example
      .replacing("\"api\": {", with: "\"novelty\": [1, {}], \"api\": {\"color\": \"blue\", ")
      .replacing("\"state\": \"up\"", with: "\"state\": \"hovering\"")
      .replacing("\"status\": \"InProgress\"", with: "\"status\": \"Pondering\", \"ready\": \"Maybe\"")
      .replacing("\"verdict\": \"degraded\"", with: "\"verdict\": \"bemused\"")
      .replacing("\"code\": \"tunnel_down\"", with: "\"code\": \"eclipse\"")
      .replacing("\"severity\": \"critical\"", with: "\"severity\": \"apocalyptic\"")
    let status = try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
    let cluster = try #require(status.clusters.first)
    #expect(cluster.tunnel.state == nil)
    #expect(cluster.flux.objects.first?.status == .unknown)
    #expect(cluster.flux.objects.first?.verdict == .unknown)
    #expect(cluster.flux.objects.first?.ready == .unknown)
    #expect(cluster.poll.error?.code == "eclipse")
    #expect(status.problems.first?.severity == .critical)
  }

  @Test func toleratesMissingFields() throws {
    let text = """
      { "schema": "oceanid.status/1", "generatedAt": "2026-03-01T04:24:07Z", "clusters": [
        { "name": "tethys", "tunnel": {}, "poll": {}, "api": {}, "flux": {}, "images": {},
          "nodes": null } ] }
      """
    let status = try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
    #expect(status.verdict == .unknown)
    let cluster = try #require(status.clusters.first)
    #expect(cluster.nodes == [])
    #expect(cluster.tunnel.state == nil)
    #expect(cluster.poll.ok == nil)
  }

  @Test(arguments: [
    "{\"schema\": \"oceanid.status/2\", \"clusters\": 7}", "{\"schema\": \"somebody.else/1\"}",
    "{\"schema\": \"oceanid.status\"}",
  ])
  func refusesUnknownSchema(_ text: String) {
    let error = #expect(throws: DocumentError.self) {
      try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
    }
    guard case .unexpectedSchema? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["", "[]", "{", "{\"schema\": \"oceanid.status/1\"}", "{\"schema\": 1}"])
  func refusesOtherText(_ text: String) {
    let error = #expect(throws: DocumentError.self) {
      try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
    }
    guard case .malformed? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

/// The names in a JSON text as paths, without its values.
private struct Shape: Decodable {
  var paths: Set<String> = []

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Name.self) {
      for key in container.allKeys {
        paths.insert(key.stringValue)
        let inner = try container.decode(Shape.self, forKey: key)
        paths.formUnion(
          inner.paths.map { $0.hasPrefix("[") ? key.stringValue + $0 : "\(key.stringValue).\($0)" })
      }
    } else if var container = try? decoder.unkeyedContainer() {
      while !container.isAtEnd {
        paths.formUnion(try container.decode(Shape.self).paths.map { "[].\($0)" })
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
