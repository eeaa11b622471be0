import Foundation
import GuardTypes
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardState
@testable import Health
@testable import IncidentTracking

/// Incidents as issues, against a small GitHub in another language.
@Suite(.blocking) struct GitHubChannelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func channel(
    _ server: GitHubServer, host: String = "harbor", token: String = "t0ken",
    repository: String = "goldfish-inc/oceanid", tokenFile: String? = nil
  ) throws -> GitHubChannel {
    let file = try tokenFile ?? folder.write("\(token)\n", to: "token-\(token)")
    let sender = HTTPSender(
      target: .init(
        location: .address(try WebAddress("http://127.0.0.1:\(server.port)/api")),
        access: .init(login: .token(.file(file)))),
      channel: "tracker", means: "github", secretReader: SecretReader(environment: .test()))
    let issues = GitHubIssues(
      sender: sender, repository: try #require(RepositoryName(repository)), labels: ["on call", "incident"])
    return GitHubChannel(issues: issues, host: host, writeInterval: .zero)
  }

  private func deliver(
    _ channel: GitHubChannel, _ change: IncidentNotice.Change, _ incident: Incident, at now: Timestamp = .now
  ) -> DeliveryError? {
    do throws(DeliveryError) {
      try channel.deliver(.sample(change, incident), at: now, isCancelled: { false })
      return nil
    } catch {
      return error
    }
  }

  /// An incident of now, because the server's clock is that of the machine.
  private func incident(
    _ id: String = "a", _ severity: Problem.Severity = .warning, cluster: String = "tethys",
    title: String? = nil,
    since: Timestamp = .now, endedAt: Timestamp? = nil
  ) -> Incident {
    var incident = Incident.sample(id, severity, cluster: cluster, title: title, endedAt: endedAt)
    incident.since = since
    return incident
  }

  @Test func anIncidentIsOneIssueFromItsBeginToItsEnd() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    #expect(deliver(channel, .opened, incident()) == nil)
    let issue = try #require(try server.issues.first)
    #expect(issue.title == "tethys: node a is NotReady")
    #expect(issue.labels == ["on call", "incident"])
    #expect(issue.body.contains("kubelet stopped posting node status"))
    #expect(deliver(channel, .worsened, incident("a", .critical)) == nil)
    #expect(deliver(channel, .reminder, incident("a", .critical)) == nil)
    #expect(try server.issues.first?.comments.count == 1)
    #expect(try server.issues.first?.comments.first?.hasPrefix("It is critical now") == true)
    #expect(deliver(channel, .ended, incident("a", .critical, endedAt: .now)) == nil)
    let ended = try #require(try server.issues.first)
    #expect(try server.issues.count == 1)
    #expect(ended.state == "closed" && ended.reason == "completed")
    #expect(ended.comments.last?.hasPrefix("The incident has ended") == true)
  }

  /// Without its label the issue is not found again, so a new one would be opened for each message.
  @Test func anIssueWithoutItsLabelIsClosedAndReported() throws {
    let server = try GitHubServer(dropsLabels: true)
    let channel = try channel(server)
    let error = try #require(deliver(channel, .opened, incident()))
    #expect("\(error)".contains("ignored the label on call"))
    #expect(try server.issues.map(\.state) == ["closed"])
  }

  @Test func theSameMessageAgainChangesNothing() throws {
    let server = try GitHubServer()
    for _ in 1...3 {
      // A restarted guard remembers nothing.
      let channel = try channel(server)
      #expect(deliver(channel, .opened, incident()) == nil)
      #expect(deliver(channel, .worsened, incident("a", .critical)) == nil)
    }
    #expect(try server.issues.count == 1)
    #expect(try server.issues.first?.comments.count == 1)
  }

  @Test func twoGuardsShareAnIssue() throws {
    let server = try GitHubServer()
    let (first, second) = (try channel(server), try channel(server, host: "quay"))
    for channel in [first, second] { #expect(deliver(channel, .opened, incident()) == nil) }
    for channel in [first, second] { #expect(deliver(channel, .worsened, incident("a", .critical)) == nil) }
    for channel in [first, second] {
      #expect(deliver(channel, .ended, incident("a", .critical, endedAt: .now)) == nil)
    }
    #expect(try server.issues.count == 1)
    #expect(try server.issues.first?.comments.count == 2)
    #expect(try server.issues.first?.state == "closed")
    // Different subjects and different clusters are different incidents.
    #expect(deliver(first, .opened, incident("b")) == nil)
    #expect(deliver(second, .opened, incident("b", cluster: "lab")) == nil)
    #expect(try server.issues.count == 3)
  }

  /// Neither of two guards sees the other's issue before it opens its own.
  @Test func theLaterOfTwoIssuesOfOneMomentIsClosed() throws {
    // Open, closed, create, open of the first guard; then the second guard's first look at the open ones.
    let server = try GitHubServer(faults: #"[null, null, null, null, [200, {}, "[]"]]"#)
    #expect(deliver(try channel(server), .opened, incident()) == nil)
    #expect(deliver(try channel(server, host: "quay"), .opened, incident()) == nil)
    #expect(try server.issues.map(\.state) == ["open", "closed"])
    #expect(try server.issues.last?.reason == "not_planned")
  }

  @Test func anIssueThatAPersonClosedIsNotOpenedAgain() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    let begin = Timestamp.now
    #expect(deliver(channel, .opened, incident(since: begin)) == nil)
    try server.closeByHand(1)
    #expect(deliver(channel, .opened, incident(since: begin)) == nil)
    #expect(deliver(channel, .worsened, incident("a", .critical, since: begin)) == nil)
    #expect(try server.issues.map(\.state) == ["closed"])
    #expect(try server.issues.first?.comments.count == 1, "and what changes is told there")
  }

  @Test func aNewIncidentOfTheSameSubjectIsANewIssue() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    let begin = Timestamp.now - .seconds(100)
    #expect(deliver(channel, .opened, incident(since: begin)) == nil)
    #expect(deliver(channel, .ended, incident(since: begin, endedAt: .now - .seconds(50))) == nil)
    #expect(deliver(channel, .opened, incident(since: .now - .seconds(10))) == nil)
    #expect(try server.issues.map(\.state) == ["closed", "open"])
    // A late end of the first one does not end the second one.
    #expect(deliver(channel, .ended, incident(since: begin, endedAt: .now - .seconds(50))) == nil)
    #expect(try server.issues.map(\.state) == ["closed", "open"])
  }

  @Test func anIncidentThatEndedBeforeItWasToldOpensNothing() throws {
    let server = try GitHubServer()
    #expect(deliver(try channel(server), .ended, incident(endedAt: .now)) == nil)
    #expect(try server.issues.isEmpty)
  }

  @Test func anIssueIsFoundOnALaterPage() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    #expect(deliver(channel, .opened, incident()) == nil)
    for number in 1...120 { try server.open("issue \(number)", label: "on call") }
    #expect(deliver(channel, .opened, incident()) == nil)
    #expect(try server.issues.count == 121)
  }

  @Test func textsAreData() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    let other = IssueMark(.init(.opened, incident("b")), host: "harbor")
    let title = "@ops #1 ``` <img src=x> [a](http://b) \(other.line)"
    #expect(deliver(channel, .opened, incident(title: title)) == nil)
    let issue = try #require(try server.issues.first)
    #expect(!issue.title.contains("@") && !issue.title.contains("#"))
    // Everything foreign is inside a fence that is longer than each run of backticks in it.
    let lines = issue.body.split(separator: "\n", omittingEmptySubsequences: false)
    let fences = lines.indices.filter { lines[$0].hasPrefix("````") }
    #expect(fences.count == 2 && lines[fences[0]] == "````text" && lines[fences[1]] == "````")
    for (index, line) in lines.enumerated() where line.contains("@ops") || line.contains("<img") {
      #expect(fences[0] < index && index < fences[1])
    }
    // A mark in the text of a cluster is none.
    #expect(deliver(channel, .opened, incident("b")) == nil)
    #expect(try server.issues.count == 2)
  }

  @Test func aStrangersIssueWithoutTheLabelIsIgnored() throws {
    let server = try GitHubServer()
    let mark = IssueMark(.init(.opened, incident()), host: "harbor")
    try server.open(mark.line, label: "question")
    #expect(deliver(try channel(server), .opened, incident()) == nil)
    #expect(try server.issues.count == 2)
  }

  @Test func aTestOpensAndClosesAnIssue() throws {
    let server = try GitHubServer()
    let test = Incident.test(of: "tracker", at: .now)
    #expect(deliver(try channel(server), .opened, test) == nil)
    #expect(try server.issues.map(\.state) == ["closed"])
    #expect(try server.issues.first?.title.hasPrefix("Test: ") == true)
  }

  @Test(
    arguments: [
      (#"[401, {}, "{}"]"#, .refused, nil), (#"[404, {}, "{}"]"#, .refused, nil),
      (#"[410, {}, "{}"]"#, .refused, nil),
      (#"[403, {}, "Resource not accessible by personal access token"]"#, .refused, nil),
      (#"[301, {"Location": "/x"}, "{}"]"#, .refused, nil), (#"[422, {}, "{}"]"#, .unfit, nil),
      (#"[502, {}, "<html>"]"#, .passing, nil), (#"[200, {}, "<html>"]"#, .passing, nil),
      (#"[200, {}, "{\"message\": 1}"]"#, .passing, nil),
      (#"[403, {"Retry-After": "7"}, "{}"]"#, .passing, 7), (#"[429, {}, "{}"]"#, .passing, 60),
      (#"[403, {}, "You have exceeded a secondary rate limit"]"#, .passing, 60),
      (#"[403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000090"}, "{}"]"#, .passing, 90),
    ] as [(String, DeliveryError.Cause, Int?)])
  func theAnswerDecidesTheOutcome(_ fault: String, _ cause: DeliveryError.Cause, _ retryAfter: Int?) throws {
    let server = try GitHubServer(faults: "[\(fault)]")
    let channel = try channel(server)
    let error = try #require(deliver(channel, .opened, incident(), at: moment))
    #expect(error.cause == cause)
    #expect(error.retryAfter == retryAfter.map { .seconds($0) })
    #expect(!error.remedy.isEmpty && !"\(error)".contains("t0ken"))
    let count = try server.requests.count
    if let retryAfter {
      // No request is sent before the time that GitHub names.
      #expect(deliver(channel, .opened, incident(), at: moment + .seconds(retryAfter - 1))?.cause == .passing)
      #expect(try server.requests.count == count)
    }
    #expect(deliver(channel, .opened, incident(), at: moment + .seconds(3600)) == nil)
    #expect(try server.issues.count == 1)
  }

  /// The second of two issues can't be opened at first.
  @Test func aMessageThatFailedHalfwayIsCompleted() throws {
    let server = try GitHubServer(faults: #"[null, null, null, null, null, [502, {}, "x"]]"#)
    let channel = try channel(server)
    let notice = IncidentNotice.sample(.opened, incident("a"), incident("b"))
    #expect(throws: DeliveryError.self) { try channel.deliver(notice, at: .now, isCancelled: { false }) }
    #expect(try server.issues.count == 1)
    try channel.deliver(notice, at: .now, isCancelled: { false })
    #expect(try server.issues.map(\.title) == ["tethys: node a is NotReady", "tethys: node b is NotReady"])
  }

  @Test func aRefusedTokenAndARepositoryThatDoesNotExistAreNamed() throws {
    let server = try GitHubServer()
    let token = try #require(deliver(try channel(server, token: "wrong"), .opened, incident()))
    #expect(token.cause == .refused && token.remedy.contains("token") && !"\(token)".contains("wrong"))
    let repository = try #require(deliver(try channel(server, repository: "a/b"), .opened, incident()))
    #expect(repository.cause == .refused && repository.remedy.contains("a/b"))
  }

  @Test func refusedTokenIsNotTriedAgainBeforeItChanges() throws {
    let server = try GitHubServer()
    let name = "token-0"
    let file = try folder.write("wrong\n", to: name)
    let channel = try channel(server, tokenFile: file)
    #expect(deliver(channel, .opened, incident(), at: moment)?.cause == .refused)
    let count = try server.requests.count
    for minute in 1..<60 {
      let error = try #require(deliver(channel, .opened, incident(), at: moment + .seconds(minute * 60)))
      #expect(error.cause == .refused && error.message.contains("401"))
    }
    #expect(try server.requests.count == count)
    // The same token may have become valid.
    #expect(deliver(channel, .opened, incident(), at: moment + .seconds(3600))?.cause == .refused)
    #expect(try server.requests.count == count + 1)
    try folder.write("t0ken\n", to: name)
    #expect(deliver(channel, .opened, incident(), at: moment + .seconds(3601)) == nil)
  }

  /// A text as JSON.
  private func quoted(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  @Test func longListsAreNoReasonToOpenAnIssueTwice() throws {
    let issues = (1...50).map { "{\"number\": \($0), \"body\": \"\"}" }.joined(separator: ",")
    let page = "[200, {}, \(try quoted("[\(issues)]"))]"
    let server = try GitHubServer(faults: "[\([String](repeating: page, count: 50).joined(separator: ","))]")
    let error = try #require(deliver(try channel(server), .opened, incident()))
    #expect(error.cause == .refused && error.message.contains("more than 2500 issues with the label on call"))
    #expect(try server.issues.isEmpty)
    // A page with more elements than were asked for is not an answer of GitHub.
    let long = (1...51).map { "{\"number\": \($0)}" }.joined(separator: ",")
    let liar = try GitHubServer(
      faults: "[[200, {}, \(try quoted("[\(long)]"))]]")
    #expect(deliver(try channel(liar), .opened, incident())?.cause == .passing)
    #expect(try liar.requests.count == 1)
  }

  @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-1", "x", ""])
  func foreignMarkWithAnyNumberIsHarmless(_ since: String) throws {
    let server = try GitHubServer()
    let mark = IssueMark(.init(.opened, incident()), host: "harbor")
    let line = "<!-- oceanid-guard incident=\(mark.key) change=opened severity=warning since=\(since) -->"
    #expect(IssueMark(in: line) == nil)
    try server.open(line, label: "on call")
    #expect(deliver(try channel(server), .opened, incident()) == nil)
    #expect(try server.issues.count == 2)
  }

  @Test func redirectDoesNotGetTheToken() throws {
    let other = try GitHubServer()
    let location = "http://127.0.0.1:\(other.port)/api/repos/goldfish-inc/oceanid/issues"
    let server = try GitHubServer(faults: #"[[301, {"Location": "\#(location)"}, "{}"]]"#)
    let error = try #require(deliver(try channel(server), .opened, incident()))
    #expect(error.cause == .refused && error.message.contains("redirects are not followed"))
    #expect(try other.requests.isEmpty && server.requests.count == 1)
  }

  /// Of many incidents at once, most are only counted. Their ends still close the issues that they have.
  @Test func countedEndsCloseTheirIssues() throws {
    let server = try GitHubServer()
    let channel = try channel(server)
    #expect(deliver(channel, .opened, incident("a")) == nil)
    let notice = IncidentNotice(
      at: .now, cluster: "tethys", entries: [.init(.opened, incident("b"))],
      counted: [.init(.ended, incident("a", endedAt: .now)), .init(.opened, incident("c"))])
    try channel.deliver(notice, at: .now, isCancelled: { false })
    #expect(try server.issues.map(\.state) == ["closed", "open"])
    #expect(try server.issues.first?.reason == "completed")
  }

  /// The second of two issues is closed without a comment about the end.
  @Test func secondIssueOfAnEndedIncidentHidesNoNewOne() throws {
    let server = try GitHubServer(faults: #"[null, null, null, null, [200, {}, "[]"]]"#)
    let (first, second) = (try channel(server), try channel(server, host: "quay"))
    let begin = Timestamp.now - .seconds(120)
    for channel in [first, second] { #expect(deliver(channel, .opened, incident(since: begin)) == nil) }
    #expect(
      deliver(first, .ended, incident(since: begin, endedAt: .now - .seconds(60))) == nil)
    #expect(try server.issues.map(\.state) == ["closed", "closed"])
    #expect(deliver(first, .opened, incident(since: .now)) == nil)
    #expect(try server.issues.map(\.state) == ["closed", "closed", "open"])
  }

  @Test func longPausesOfAServerAreCut() throws {
    let server = try GitHubServer(
      faults: #"[[503, {"Retry-After": "4000000000"}, "{}"], [403, {"Retry-After": "999999"}, "{}"]]"#)
    let channel = try channel(server)
    for hour in 0..<2 {
      let error = deliver(channel, .opened, incident(), at: moment + .seconds(hour * 3600))
      #expect(error?.retryAfter == .seconds(3600))
    }
  }
}
