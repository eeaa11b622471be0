import Health
import Pipeline
import Platform
import TestSupport
import Testing

@testable import PipelineSources

private let sha = String(repeating: "a", count: 40)

@Suite struct PulumiClientTests {
  private static func client(_ body: String, status: String = "200 OK") throws -> (RawServer, PulumiClient) {
    let server = try RawServer { _ in
      .bytes(
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    }
    let client = PulumiClient(
      try APIClient(
        .pulumi, at: APIAddress(isEncrypted: false, host: "127.0.0.1", port: server.port, path: "/base"),
        token: TokenSource(
          place: "/t", stamp: { SmallFile.Stamp(of: "/") }, read: { .success("pul-secret") }),
        cancellation: APICancellation(), clock: { Timestamp(seconds: 1_800_000_000) }),
      organization: "o", project: "p", stack: "s")
    return (server, client)
  }

  @Test func requestHasTheHeadersOfPulumi() throws {
    let (server, client) = try Self.client(
      #"{"paused":true,"organizationPaused":true,"drift":{"driftDetected":true}}"#)
    let state = try client.state()
    #expect(state.isOrganizationPaused && !state.isStackPaused && state.hasDrift)
    let head = try #require(server.requests.first)
    #expect(head.hasPrefix("GET /base/api/stacks/o/p/s/deployments/metadata HTTP/1.1\r\n"))
    for line in [
      "Authorization: token pul-secret", "Accept: application/vnd.pulumi+8", "Content-Type: application/json",
    ] {
      #expect(head.contains("\r\n\(line)\r\n"), "\(line)")
    }
  }

  @Test func deploymentsWithTimesOfThreeForms() throws {
    let (server, client) = try Self.client(
      """
      {"total":12,"deployments":[{"version":"x"},{"version":12,"status":"failed","pulumiOperation":"update",
       "created":"2023-09-19 05:49:43.002","modified":"2023-09-19 06:00:00.000","requestedBy":{"githubLogin":"ada"},
       "jobs":[{"started":"0001-01-01T00:00:00Z","steps":[{"name":"Get source","status":"failed"}]}],
       "updates":[{"version":8,"kind":"update","result":"succeeded","endTime":1695103200,
         "environment":{"git.head":"\(sha)","git.dirty":"true","git.author.email":"x@example.org"}}]}]}
      """)
    let list = try client.deployments()
    let deployment = try #require(list.deployments.first)
    #expect(list.deployments.count == 1 && !list.isWhole)
    #expect(deployment.createdAt == Timestamp(rfc3339: "2023-09-19T05:49:43.002Z"))
    #expect(deployment.startedAt == nil && deployment.failedStep == "Get source")
    #expect(deployment.updates.first?.endedAt == Timestamp(seconds: 1_695_103_200))
    #expect(deployment.updates.first?.commit?.description == sha && deployment.updates.first?.isDirty == true)
    #expect(!"\(list)".contains("x@example.org"))
    #expect(server.requests.count == 1)
  }

  @Test func noUpdateIsNoFailure() throws {
    let (server, client) = try Self.client("{}", status: "404 Not Found")
    #expect(try client.latestUpdate() == nil)
    #expect(server.requests.count == 1)
  }

  @Test func limitLastsFiveMinutes() throws {
    let (server, client) = try Self.client("{}", status: "429 Too Many Requests")
    #expect(throws: SourceFailure.self) { try client.state() }
    #expect(client.api.pausedUntil == Timestamp(seconds: 1_800_000_300))
    #expect(throws: SourceFailure.self) { try client.deployments() }
    #expect(server.requests.count == 1)
  }
}
