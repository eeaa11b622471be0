import DemoPipeline
import Foundation
import TestSupport
import Testing

/// The simulated GitHub, asked with curl.
@Suite(.blocking, .enabled(if: program("curl") != nil, "curl is not installed")) struct GitHubTests {
  let client: DemoClient

  init() throws { client = DemoClient(pipeline: try DemoPipeline.start()) }

  @Test func everyAnswerHasTheLimitsAndAnETag() throws {
    let answer = try client.github("/actions/workflows/deploy.yaml")
    #expect(answer.status == 200)
    #expect(answer.object["state"] as? String == "active")
    #expect(answer.field("x-ratelimit-limit") == "5000")
    #expect(answer.field("x-ratelimit-remaining") == "4999")
    #expect(answer.field("x-ratelimit-resource") == "core")
    #expect(answer.field("etag")?.hasPrefix("W/\"") == true)
    #expect(answer.field("github-authentication-token-expiration") == nil)
  }

  @Test func aKnownETagIsAnsweredWith304AndDoesNotCount() throws {
    let path = "/actions/workflows/deploy.yaml/runs"
    let tag = try #require(try client.github(path).field("etag"))
    let again = try client.github(path, ["-H", "If-None-Match: \(tag)"])
    #expect(again.status == 304)
    #expect(again.body.isEmpty)
    #expect(try client.github(path).field("x-ratelimit-used") == "2")
    try client.apply("push cloud/")
    #expect(try client.github(path, ["-H", "If-None-Match: \(tag)"]).status == 200)
    #expect(client.pipeline.requests.map(\.isConditional) == [false, true, false, true])
  }

  @Test func anETagBelongsToItsToken() throws {
    let tag = try #require(try client.github("").field("etag"))
    try client.apply("token-replaced github another")
    let other = DemoClient(pipeline: client.pipeline, token: "another")
    #expect(try other.github("", ["-H", "If-None-Match: \(tag)"]).status == 200)
  }

  @Test func theNewestCommitHasItsSHAAsETag() throws {
    let head = try client.head
    #expect(head == client.pipeline.head && head.count == 40)
    let options = ["-H", "Accept: application/vnd.github.sha", "-H", "If-None-Match: \"\(head)\""]
    #expect(try client.github("/commits/main", options).status == 304)
    try client.apply("push apps/")
    let moved = try client.github("/commits/main", options)
    #expect(moved.status == 200 && moved.body != head)
  }

  @Test func aFilteredListOfRunsLagsBehindTheWholeOne() throws {
    try client.apply("push cloud/")
    let newest = try #require(try client.newestRun["run_number"] as? Int)
    let filtered = try client.github("/actions/workflows/deploy.yaml/runs?branch=main").list("workflow_runs")
    #expect(!filtered.isEmpty)
    #expect(filtered.allSatisfy { ($0["run_number"] as? Int ?? 0) < newest })
  }

  @Test func theListHasPagesAndCanBeOldOrUnsorted() throws {
    let path = "/actions/workflows/deploy.yaml/runs"
    let page = try client.github(path + "?per_page=2&page=1")
    #expect(page.list("workflow_runs").count == 2)
    #expect(page.object["total_count"] as? Int == 5)
    #expect(page.field("link")?.contains("page=2>; rel=\"next\"") == true)
    #expect(try client.github(path + "?per_page=2&page=3").list("workflow_runs").count == 1)
    func numbers() throws -> [Int] { try client.runs.compactMap { $0["run_number"] as? Int } }
    #expect(try numbers() == [5, 4, 3, 2, 1])
    try client.apply("list-unsorted")
    #expect(try numbers() == [4, 3, 2, 1, 5])
    try client.apply("list-stale", "list-fresh", "push cloud/", "list-stale")
    #expect(try numbers() == [5, 4, 3, 2, 1])
  }

  @Test func comparisonsTellTheDistanceAndTheFiles() throws {
    let before = try client.head
    try client.apply("push cloud/ apps/web.yaml", "automation-push clusters/oceanid/infrastructure.yaml")
    let ahead = try client.github("/compare/\(before)...main")
    #expect(ahead.object["status"] as? String == "ahead")
    #expect(ahead.object["ahead_by"] as? Int == 2)
    #expect(
      ahead.list("files").compactMap { $0["filename"] as? String } == [
        "apps/web.yaml", "cloud/change.yaml", "clusters/oceanid/infrastructure.yaml",
      ])
    let authors = ahead.list("commits").compactMap { ($0["author"] as? [String: Any])?["login"] as? String }
    #expect(authors == ["ada", "fluxcdbot"])
    #expect(try client.github("/compare/main...\(before)").object["status"] as? String == "behind")
    #expect(try client.github("/compare/\(before)...\(before)").object["status"] as? String == "identical")
  }

  @Test func aForcePushDivergesOrForgets() throws {
    let before = try client.head
    try client.apply("force-push")
    let diverged = try client.github("/compare/\(before)...main")
    #expect(diverged.object["status"] as? String == "diverged")
    #expect(diverged.object["behind_by"] as? Int == 1)
    let second = try client.head
    try client.apply("force-push forgotten")
    #expect(try client.github("/compare/\(second)...main").status == 404)
  }

  @Test func filesAndTreesAreReadAtACommit() throws {
    let before = try client.head
    try client.apply("marker missing cert-manager")
    func text(_ commit: String) throws -> String {
      String(
        try client.github(
          "/contents/clusters/oceanid/infrastructure.yaml?ref=\(commit)",
          ["-H", "Accept: application/vnd.github.raw+json"]
        ).body)
    }
    #expect(try text(before).contains("$imagepolicy"))
    #expect(try !text("main").contains("$imagepolicy"))
    let tree = try client.github("/git/trees/\(before)?recursive=1")
    #expect(tree.object["truncated"] as? Bool == false)
    let paths = tree.list("tree").compactMap { $0["path"] as? String }
    #expect(paths.contains("clusters/oceanid") && paths.contains("clusters/oceanid/infrastructure.yaml"))
    #expect(try client.github("/contents/nothing.yaml?ref=main").status == 404)
  }

  @Test func aRenamedRepositoryRedirects() throws {
    try client.apply("renamed")
    let moved = try client.github("/commits/main?per_page=1")
    #expect(moved.status == 301)
    #expect(
      moved.field("location")
        == "\(client.pipeline.url(.github))/repositories/1296269/commits/main?per_page=1"
    )
    let head = client.pipeline.head
    #expect(try client.github("/commits/main", ["-L"]).output.contains(head))
    try client.apply("renamed http://127.0.0.1:1")
    #expect(
      try client.github("/commits/main").field("location")?.hasPrefix("http://127.0.0.1:1/repositories/")
        == true)
  }

  @Test(arguments: [
    ("token-refused github", 401, "", ""),
    ("sso-required", 403, "x-github-sso", "required; url="),
    ("permission-missing actions", 403, "x-accepted-github-permissions", "actions=read"),
    ("repository-hidden", 404, "", ""),
    ("rate-limited github 90", 403, "x-ratelimit-remaining", "0"),
    ("secondary-limit 30", 403, "retry-after", "30"),
  ])
  func refusalsAreThoseOfGitHub(_ line: String, status: Int, field: String, value: String) throws {
    try client.apply(line)
    let answer = try client.github("/actions/workflows/deploy.yaml")
    #expect(answer.status == status)
    if !field.isEmpty { #expect(answer.field(field)?.hasPrefix(value) == true) }
    #expect(answer.object["message"] is String)
    try client.apply("access-granted")
    #expect(try client.github("/actions/workflows/deploy.yaml").status == 200)
  }

  @Test func aMissingPermissionRefusesOnlyItsEndpoints() throws {
    try client.apply("permission-missing contents")
    #expect(try client.github("/commits/main").status == 403)
    #expect(try client.github("/actions/workflows/deploy.yaml").status == 200)
    #expect(try client.github("").status == 200)
  }

  @Test func requestsThatGitHubRejectsAreRejected() throws {
    let path = "/repos/oceanid/cluster"
    let token = "Authorization: Bearer github_pat_demo"
    #expect(try client.ask(.github, path, []).status == 404)
    #expect(try client.ask(.github, path + "/", ["-H", token]).status == 404)
    #expect(try client.ask(.github, path, ["-H", token, "-H", "User-Agent:"]).status == 403)
    #expect(
      try client.ask(.github, path, ["-H", token, "-H", "X-GitHub-Api-Version: 1999-01-01"]).status == 400)
    #expect(try client.ask(.github, path, ["-H", token, "-X", "POST"]).status == 405)
    #expect(client.pipeline.requests.map(\.method) == ["GET", "GET", "GET", "GET", "POST"])
    #expect(client.pipeline.requests.first?.token == nil)
  }

  @Test func aTokenThatExpiresIsAnnounced() throws {
    try client.apply("token-expires 72")
    let field = try #require(try client.github("").field("github-authentication-token-expiration"))
    #expect(field.hasSuffix(" UTC") && field.count == "2026-06-03 19:52:44 UTC".count)
    try client.apply("token-expires never")
    #expect(try client.github("").field("github-authentication-token-expiration") == nil)
  }

  @Test func responseFaultsAreSent() throws {
    try client.apply("api-answers-wrong github closes /compare")
    #expect(try client.github("/compare/main...main").code == 52)
    #expect(try client.github("").status == 200)
    try client.apply("api-answers-right", "api-answers-wrong github hangs")
    #expect(try client.github("", timeout: 1).code == 28)
    try client.apply("api-answers-right", "api-answers-wrong github short-body")
    #expect(try client.github("").code == 18)
    try client.apply("api-answers-right", "api-answers-wrong github wrong-types")
    let runs = try client.runs
    #expect(runs[0]["run_number"] is String && runs[1]["run_number"] is Int)
    try client.apply("api-answers-right", "api-answers-wrong github huge-body:200000")
    #expect(try client.github("").body.utf8.count > 150_000)
    try client.apply("api-answers-right", "api-answers-wrong github endless-headers")
    #expect(try client.github("").code != 0)
    try client.apply("api-answers-right", "api-answers-wrong github redirect:http://127.0.0.1:1/x")
    #expect(try client.github("").field("location") == "http://127.0.0.1:1/x")
    try client.apply("healed")
    #expect(try client.github("").status == 200)
  }
}
