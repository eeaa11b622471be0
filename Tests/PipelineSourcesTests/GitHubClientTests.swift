import Health
import Pipeline
import Platform
import Synchronization
import TestSupport
import Testing

@testable import PipelineSources

private let sha = String(repeating: "a", count: 40)

/// A client of a server that answers with given bytes.
private struct Fixture {
  let server: RawServer
  let client: GitHubClient

  init(
    token: String? = "secret-token", timeout: Duration = .seconds(5),
    stamp: @escaping @Sendable () -> String = { "/" },
    clock: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 1_800_000_000) },
    _ reply: @escaping @Sendable (String) -> RawServer.Reply
  ) throws {
    server = try RawServer(reply: reply)
    let source = token.map { token in
      TokenSource(place: "/etc/token", stamp: { SmallFile.Stamp(of: stamp()) }, read: { .success(token) })
    }
    client = GitHubClient(
      try APIClient(
        .gitHub, at: APIAddress(isEncrypted: false, host: "127.0.0.1", port: server.port), token: source,
        cancellation: APICancellation(), timeout: timeout, clock: clock), owner: "o", name: "r")
  }

  func failure(_ ask: (GitHubClient) throws(SourceFailure) -> some Sendable) -> SourceFailure? {
    do throws(SourceFailure) {
      _ = try ask(client)
      return nil
    } catch {
      return error
    }
  }
}

private func answer(_ status: String, _ headers: String = "", _ body: String = "{}") -> RawServer.Reply {
  .bytes(
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(headers)\r\n\(body)")
}

@Suite struct GitHubClientTests {
  @Test func requestHasTheHeadersOfGitHub() throws {
    let fixture = try Fixture { _ in answer("200 OK", "", sha) }
    #expect(try fixture.client.head(of: "release/1").description == sha)
    let head = try #require(fixture.server.requests.first)
    #expect(head.hasPrefix("GET /repos/o/r/commits/release%2F1 HTTP/1.1\r\n"))
    for line in [
      "Authorization: Bearer secret-token", "Accept: application/vnd.github.sha",
      "X-GitHub-Api-Version: 2022-11-28", "User-Agent: oceanid-guard",
    ] {
      #expect(head.contains("\r\n\(line)\r\n"), "\(line)")
    }
  }

  @Test func unchangedAnswerIsTakenFromMemory() throws {
    let fixture = try Fixture { head in
      head.contains("If-None-Match: \"x\"")
        ? .bytes("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
        : answer("200 OK", "ETag: \"x\"\r\n", sha)
    }
    for _ in 0..<3 { #expect(try fixture.client.head(of: "main").description == sha) }
    #expect(fixture.client.api.counts.byAnswer == ["200": 1, "304": 2])
  }

  @Test func oneBrokenRunHidesNoOther() throws {
    let fixture = try Fixture { _ in
      answer(
        "200 OK", "",
        #"{"total_count":3,"workflow_runs":[{"id":"x"},7,{"id":1,"run_number":4,"status":"new","head_sha":3,"actor":[]}]}"#
      )
    }
    let runs = try fixture.client.runs(of: "a.yml") { _ in true }
    #expect(runs.map(\.number) == [4] && runs.first?.commit == nil)
  }

  @Test(arguments: [
    ("401 Unauthorized", "", SourceFailure.Kind.token), ("403 Forbidden", "", .forbidden),
    ("403 Forbidden", "X-GitHub-SSO: required; url=https://x\r\n", .token),
    ("403 Forbidden", "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1800000100\r\n", .limited),
    ("429 Too Many Requests", "Retry-After: 30\r\n", .limited), ("404 Not Found", "", .missing),
    ("500 Internal Server Error", "", .unreachable),
    ("503 Service Unavailable", "Retry-After: 5\r\n", .unreachable),
    ("302 Found", "Location: http://other.example.org/\r\n", .unreadable), ("200 OK", "", .unreadable),
    ("418 I'm a teapot", "", .unreadable), ("422 Unprocessable Entity", "", .rejected),
  ])
  func refusals(_ status: String, _ headers: String, _ kind: SourceFailure.Kind) throws {
    let fixture = try Fixture { _ in answer(status, headers) }
    #expect(
      fixture.failure { c throws(SourceFailure) in try c.runs(of: "a.yml") { _ in true } }?.kind == kind)
  }

  @Test func missingPermissionIsNamed() throws {
    let fixture = try Fixture { _ in
      answer("403 Forbidden", "X-Accepted-GitHub-Permissions: actions=read,contents=read\r\n")
    }
    let failure = try #require(fixture.failure { c throws(SourceFailure) in try c.workflow("a.yml") })
    #expect(failure.message.contains("lacks the permission actions=read and contents=read"))
    #expect(failure.step.note?.contains("/etc/token") == true)
  }

  @Test func notFoundTellsWhetherTheRepositoryIsVisible() throws {
    let hidden = try Fixture { _ in answer("404 Not Found") }
    let noAccess = try #require(hidden.failure { c throws(SourceFailure) in try c.workflow("a.yml") })
    #expect(noAccess.message.contains("GitHub shows no repository o/r"))
    let visible = try Fixture {
      $0.hasPrefix("GET /repos/o/r HTTP") ? answer("200 OK") : answer("404 Not Found")
    }
    let noWorkflow = try #require(visible.failure { c throws(SourceFailure) in try c.workflow("a.yml") })
    #expect(noWorkflow.message == "o/r has no workflow a.yml")
  }

  @Test func refusedTokenIsAskedAgainWhenItsFileChangesOrAnHourLater() throws {
    let file = Mutex("/")
    let time = Mutex(Timestamp(seconds: 1_800_000_000))
    let fixture = try Fixture(
      stamp: { file.withLock(\.self) }, clock: { time.withLock(\.self) }
    ) { _ in answer("401 Unauthorized") }
    func ask() {
      #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .token)
    }
    ask()
    ask()
    #expect(fixture.server.requests.count == 1)
    file.withLock { $0 = "/usr" }
    ask()
    ask()
    #expect(fixture.server.requests.count == 2)
    time.withLock { $0 = $0 + .seconds(3601) }
    ask()
    #expect(fixture.server.requests.count == 3)
  }

  @Test func refusalForSingleSignOnIsAskedAgainTenMinutesLater() throws {
    let time = Mutex(Timestamp(seconds: 1_800_000_000))
    let fixture = try Fixture(clock: { time.withLock(\.self) }) { _ in
      answer("403 Forbidden", "X-GitHub-SSO: required; url=https://x\r\n")
    }
    func ask() -> SourceFailure? { fixture.failure { c throws(SourceFailure) in try c.head(of: "main") } }
    #expect(ask()?.step.note?.contains("oceanid-ctl poll") == true)
    _ = ask()
    #expect(fixture.server.requests.count == 1)
    time.withLock { $0 = $0 + .seconds(601) }
    _ = ask()
    #expect(fixture.server.requests.count == 2)
  }

  @Test func personMakesTheGuardAskAgain() throws {
    let fixture = try Fixture { head in
      answer(head.contains("workflows") ? "404 Not Found" : "401 Unauthorized")
    }
    func ask() { _ = fixture.failure { c throws(SourceFailure) in try c.head(of: "main") } }
    ask()
    ask()
    #expect(fixture.server.requests.count == 1)
    fixture.client.api.retryRefused()
    ask()
    ask()
    #expect(fixture.server.requests.count == 2)
  }

  @Test func branchThatDoesNotExistIsNamed() throws {
    let fixture = try Fixture { _ in
      answer("422 Unprocessable Entity", "", #"{"message":"No commit found for SHA: gone"}"#)
    }
    let failure = fixture.failure { c throws(SourceFailure) in try c.head(of: "gone") }
    #expect(failure?.kind == .missing && failure?.message == "o/r has no branch gone")
    #expect(failure?.step.note?.contains("'branch'") == true)
    #expect(try fixture.client.commit("abcdef0") == nil)
  }

  @Test func limitsAreKept() throws {
    let time = Mutex(Timestamp(seconds: 1_800_000_000))
    let fixture = try Fixture(clock: { time.withLock(\.self) }) { _ in
      answer("403 Forbidden", "", #"{"message":"You have exceeded a secondary rate limit"}"#)
    }
    func ask() {
      #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .limited)
    }
    ask()
    time.withLock { $0 = $0 + .seconds(59) }
    ask()
    #expect(fixture.server.requests.count == 1)
    time.withLock { $0 = $0 + .seconds(2) }
    ask()
    #expect(fixture.server.requests.count == 2)
    // The pause doubles.
    time.withLock { $0 = $0 + .seconds(61) }
    ask()
    #expect(fixture.server.requests.count == 2)
  }

  @Test func lastRequestOfALimitIsUsed() throws {
    let fixture = try Fixture { _ in
      answer("200 OK", "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1800000500\r\n", sha)
    }
    #expect(try fixture.client.head(of: "main").description == sha)
    #expect(fixture.client.api.pausedUntil == Timestamp(seconds: 1_800_000_500))
    #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .limited)
    #expect(fixture.server.requests.count == 1)
  }

  @Test func redirectOnTheSameHostIsFollowed() throws {
    let fixture = try Fixture { head in
      head.hasPrefix("GET /repositories/1/commits/main ")
        ? answer("200 OK", "", sha)
        : answer("301 Moved Permanently", "Location: /repositories/1/commits/main\r\n")
    }
    #expect(try fixture.client.head(of: "main").description == sha)
  }

  @Test func tokenIsNotSentToAnotherHost() throws {
    let other = try RawServer { _ in answer("200 OK", "", sha) }
    let port = other.port
    let fixture = try Fixture { _ in
      answer("302 Found", "Location: http://127.0.0.1:\(port)/repos/o/r/commits/main\r\n")
    }
    #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .unreadable)
    #expect(other.requests.isEmpty)
  }

  @Test func circleOfRedirectsEnds() throws {
    let fixture = try Fixture { _ in answer("302 Found", "Location: /x\r\n") }
    #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .unreadable)
    #expect(fixture.server.requests.count < 10)
  }

  @Test(arguments: [
    ("2026-06-03 19:52:44 UTC", "2026-06-03T19:52:44Z"),
    ("2023-12-13 00:00:00 +0100", "2023-12-12T23:00:00Z"),
  ])
  func expiryOfTheToken(_ header: String, _ time: String) throws {
    let fixture = try Fixture { _ in
      answer("200 OK", "github-authentication-token-expiration: \(header)\r\n", sha)
    }
    _ = try fixture.client.head(of: "main")
    #expect(fixture.client.api.tokenExpires == Timestamp(rfc3339: time))
  }

  @Test func hostileAnswersAreBounded() throws {
    let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    let replies: [RawServer.Reply] = [
      .flood(json, [UInt8](repeating: 0x20, count: 1 << 20), times: 64),
      .flood(
        "HTTP/1.1 200 OK\r\n", Array("X-Y: \(String(repeating: "z", count: 4000))\r\n".utf8), times: 10_000),
      .bytes(json + String(repeating: "[", count: 100_000)), .bytes(json + #"{"state":{"a":1}}"#),
      .bytes(json + "\u{0}\u{1}"), .bytes("SSH-2.0-OpenSSH\r\n"), .bytes(""),
    ]
    for reply in replies {
      let fixture = try Fixture { _ in reply }
      let failure = try #require(fixture.failure { c throws(SourceFailure) in try c.workflow("a.yml") })
      #expect([.unreadable, .unreachable].contains(failure.kind), "\(failure)")
      #expect(!failure.message.contains("secret-token") && failure.message.utf8.count < 600)
    }
  }

  @Test func silentServerIsAskedOncePerRound() throws {
    let fixture = try Fixture(timeout: .milliseconds(300)) { _ in .silence }
    for _ in 0..<3 {
      #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .unreachable)
    }
    #expect(fixture.server.requests.count == 1)
    fixture.client.api.beginRound()
    #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .unreachable)
    #expect(fixture.server.requests.count == 2)
  }

  @Test func nothingIsAskedAfterTheTimeOfTheRound() throws {
    let fixture = try Fixture { _ in answer("200 OK", "", sha) }
    fixture.client.api.beginRound(within: .zero)
    let failure = fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }
    #expect(failure?.kind == .unreachable && failure?.message.contains("too slow") == true)
    #expect(fixture.server.requests.isEmpty)
    fixture.client.api.extendRound(within: .seconds(5))
    #expect(try fixture.client.head(of: "main").description == sha)
  }

  @Test func slowAnswerEndsWithTheRound() throws {
    let fixture = try Fixture(timeout: .seconds(60)) { _ in .silence }
    fixture.client.api.beginRound(within: .milliseconds(200))
    #expect(fixture.failure { c throws(SourceFailure) in try c.head(of: "main") }?.kind == .unreachable)
  }

  @Test func tokenIsInNoText() {
    let token = APIToken(value: "secret-token")
    var text = ""
    dump(token, to: &text)
    #expect(!"\(token)\(text)".contains("secret-token"))
  }
}
