import DemoPipeline
import Foundation
import TestSupport
import Testing

/// The simulated Pulumi Cloud, asked with curl.
@Suite(.blocking, .enabled(if: program("curl") != nil, "curl is not installed")) struct PulumiTests {
  let client: DemoClient
  let stack = "/stacks/oceanid/oceanid-cluster/prod"

  init() throws { client = DemoClient(pipeline: try DemoPipeline.start()) }

  @Test func theTokenIsRequired() throws {
    #expect(try client.pulumi("/user").object["githubLogin"] as? String == "oceanid-guard")
    #expect(try DemoClient(pipeline: client.pipeline, token: "wrong").pulumi("/user").status == 401)
    try client.apply("token-refused pulumi")
    #expect(try client.pulumi("/user").status == 401)
    try client.apply("token-accepted pulumi", "rate-limited pulumi")
    #expect(try client.pulumi("/user").status == 429)
  }

  @Test func deploymentsHavePagesAndTheThreeFormatsOfTimes() throws {
    let answer = try client.pulumi(stack + "/deployments?page=1&pageSize=2")
    #expect(answer.object["total"] as? Int == 4)
    let newest = try #require(answer.list("deployments").first)
    #expect(answer.list("deployments").count == 2)
    #expect(newest["version"] as? Int == 4)
    #expect((newest["created"] as? String)?.contains(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/) == true)
    let job = try #require((newest["jobs"] as? [[String: Any]])?.first)
    #expect((job["started"] as? String)?.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/) == true)
    let update = try #require((newest["updates"] as? [[String: Any]])?.first)
    #expect((update["startTime"] as? Int ?? 0) > 1_700_000_000)
    try client.apply("push cluster/", "deployment-accepted")
    let accepted = try #require((try client.deployments[0]["jobs"] as? [[String: Any]])?.first)
    #expect(accepted["started"] as? String == "0001-01-01T00:00:00Z")
  }

  @Test func theNewestUpdateNamesItsCommit() throws {
    let answer = try client.pulumi(stack + "/updates/latest")
    let info = try #require(answer.object["info"] as? [String: Any])
    let environment = try #require(info["environment"] as? [String: Any])
    #expect(environment["git.head"] as? String == client.pipeline.head)
    #expect(environment["git.dirty"] as? String == "false")
  }

  @Test func unknownStacksAndPathsAreNotFound() throws {
    for path in ["/stacks/oceanid/other/prod/deployments", stack + "/nothing", "/orgs/other/agent-pools"] {
      #expect(try client.pulumi(path).status == 404)
    }
  }

  @Test func theLastSightOfAPoolIsThatOfItsAgents() throws {
    func pool() throws -> [String: Any]? {
      try client.pulumi("/orgs/oceanid/agent-pools").list("agentPools").first
    }
    let now = Int(Date().timeIntervalSince1970)
    let online = try #require(try pool())
    #expect(online["status"] as? String == "online" && online["name"] as? String == "oceanid-cluster")
    let id = try #require(online["id"] as? String)
    #expect(try client.pulumi("/orgs/oceanid/agent-pools/\(id)").list("agents").count == 1)
    try client.apply("pool-offline 12")
    let offline = try #require(try pool())
    #expect(offline["status"] as? String == "offline")
    #expect(abs((offline["lastSeen"] as? Int ?? 0) - (now - 720)) < 10)
    try client.apply("pool-gone")
    #expect(try pool() == nil)
    try client.apply("pools-forbidden")
    #expect(try client.pulumi("/orgs/oceanid/agent-pools").status == 403)
  }
}
