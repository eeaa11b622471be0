import Foundation
import GuardAPI
import Health
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardConfiguration
@testable import GuardControl
@testable import GuardJournal
@testable import GuardStatus

@Suite(.blocking) struct ControlServerTests {
  typealias Fixture = ControlFixture
  typealias Held = ControlFixture.Held

  @Test func servesDocumentAndMetrics() throws {
    let fixture = try Fixture()
    let status = try fixture.get("/v1/status")
    #expect(status.hasPrefix("HTTP/1.1 200 OK"))
    #expect(status.contains("\"schema\":\"oceanid.status/1\""))
    #expect(try fixture.get("/v1/status?view=overview").contains("\"schema\":\"oceanid.status/1\""))
    #expect(try fixture.get("/v1/status?view=all").hasPrefix("HTTP/1.1 400"))
    let schema = try fixture.get("/v1/schema")
    #expect(schema.hasPrefix("HTTP/1.1 200 OK"))
    #expect(schema.contains("Content-Type: application/schema+json"))
    #expect(schema.contains("\"title\": \"oceanid.status/1\""))
    #expect(
      try fixture.get(
        "/metrics", headers: "Host: oceanid\r\nAccept: application/openmetrics-text\r\n"
      ).hasSuffix("# EOF\n"))
    #expect(try fixture.get("/v1/healthz").hasPrefix("HTTP/1.1 503"))
  }

  @Test(arguments: [
    ("/nope", "GET", "Host: oceanid\r\n", "404", "not_found"),
    ("/v1/status", "POST", "Host: oceanid\r\n", "405", "method"),
    ("/v1/poll", "GET", "Host: oceanid\r\n", "405", "method"),
    ("/v1/status", "GET", "Host: evil.example\r\n", "403", "host"),
    ("/v1/status", "GET", "", "403", "host"),
    ("/v1/status", "GET", "Host: oceanid\r\nHost: evil.example\r\n", "400", "host"),
    ("/v1/status", "GET", "Host: evil.example\r\nhost: oceanid\r\n", "400", "host"),
    ("http://evil.example/v1/status", "GET", "Host: oceanid\r\n", "403", "host"),
    ("HTTP://evil.example:80/v1/status", "GET", "", "403", "host"),
    ("http://oceanid/v1/status", "GET", "Host: evil.example\r\n", "400", "host"),
    ("/v1/status", "GET", "Host: oceanid\r\nOrigin: http://x\r\n", "403", "origin"),
    ("/v1/reconnect", "POST", "Host: oceanid\r\nReferer: http://x\r\n", "403", "origin"),
  ])
  func refusalsHaveAMessage(
    _ path: String, _ method: String, _ headers: String, _ status: String, _ code: String
  )
    throws
  {
    let fixture = try Fixture()
    let answer = try fixture.get(path, method: method, headers: headers)
    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
    #expect(answer.contains("\"code\":\"\(code)\""))
    #expect(fixture.asked.all.isEmpty)
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  @Test(arguments: [
    ("channel=pager", "200", "pager accepted the test message"),
    ("channel=broken", "502", "no way\\nmend it"),
    ("channel=nobody", "404", "no alert channel is named 'nobody'"), ("", "400", "channel is required"),
  ])
  func testOfAChannelReportsTheOutcome(_ query: String, _ status: String, _ words: String) throws {
    let fixture = try Fixture()
    let answer = try fixture.get("/v1/alerts/test?\(query)", method: "POST")
    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
    #expect(answer.contains(words), "\(answer)")
    #expect(fixture.asked.all.first == "audit alerts test true")
    let document = try fixture.get("/v1/alerts")
    #expect(document.contains(#"{"channels":[],"schema":"oceanid.alerts/1","stateFailure":null}"#))
  }

  @Test func guardsViewIsReadLikeTheStatusAndMayBeBusy() throws {
    let fixture = try Fixture()
    let busy = try fixture.get("/v1/doctor")
    #expect(busy.hasPrefix("HTTP/1.1 503") && busy.contains(#""code":"busy""#))
    fixture.board.setOrder(["tethys"])
    let answer = try fixture.get("/v1/doctor")
    #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(#""schema":"oceanid.guard-view/1""#))
    #expect(try fixture.get("/v1/doctor", method: "POST").hasPrefix("HTTP/1.1 405"))
    // Reading needs no right to write, and is not logged.
    #expect(fixture.asked.all.isEmpty)
  }

  @Test(arguments: [
    "GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET /v1/status HTTP/9.9\r\nHost: oceanid\r\n\r\n",
    "\u{0}\u{1}\u{2}\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nHost oceanid\r\n\r\n",
    "POST /v1/poll HTTP/1.1\r\nHost: oceanid\r\nContent-Length: x\r\n\r\n",
  ])
  func malformedRequestEndsOnlyItsConnection(_ text: String) throws {
    let fixture = try Fixture()
    let answer = try fixture.exchange(text)
    #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
    #expect(answer.contains("{\"error\":{\"code\":"), "\(answer)")
    #expect(fixture.asked.all.isEmpty)
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  @Test func bodiesAndHeadersAreLimited() throws {
    let fixture = try Fixture()
    let body = String(repeating: "x", count: 70_000)
    let large = try fixture.exchange(
      "POST /v1/poll HTTP/1.1\r\nHost: oceanid\r\nContent-Length: \(body.count)\r\n\r\n\(body)",
      keepsOpen: true)
    #expect(large.hasPrefix("HTTP/1.1 413"), "\(large)")
    let header = "X: \(String(repeating: "y", count: 200_000))\r\n"
    let answer = try? fixture.exchange("GET /v1/status HTTP/1.1\r\nHost: oceanid\r\n\(header)\r\n")
    #expect(answer == nil || answer == "" || answer?.hasPrefix("HTTP/1.1 4") == true)
    #expect(fixture.asked.all.isEmpty)
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  @Test func writesAreExecutedAndLogged() throws {
    let fixture = try Fixture()
    #expect(try fixture.get("/v1/reconnect?cluster=te%74hys", method: "POST").hasPrefix("HTTP/1.1 202"))
    #expect(try fixture.get("/v1/poll", method: "POST").hasPrefix("HTTP/1.1 202"))
    let reload = try fixture.get("/v1/reload", method: "POST")
    #expect(reload.hasPrefix("HTTP/1.1 200"))
    #expect(reload.contains("1 of 1 clusters unchanged"))
    #expect(
      fixture.asked.all == [
        "audit reconnect true", "reconnect tethys", "audit poll true", "poll all", "audit reload true",
        "reload",
      ])
  }

  @Test func rejectedReloadReportsItsErrors() throws {
    let errors = ConfigurationErrors([
      ConfigurationError(file: "guard.yaml", line: 3, column: 5, message: "no such key"),
      ConfigurationError(file: "guard.yaml", line: 9, column: 1, message: "out of range"),
    ])
    let fixture = try Fixture(reload: .rejected(errors))
    let answer = try fixture.get("/v1/reload", method: "POST")
    #expect(answer.hasPrefix("HTTP/1.1 422"), "\(answer)")
    #expect(answer.contains("guard.yaml:3:5: no such key\\nguard.yaml:9:1: out of range"))
  }

  @Test func clientMayDisconnectDuringAReload() throws {
    let fixture = try Fixture()
    do {
      let stream = try fixture.connect()
      try stream.write(
        Array("POST /v1/reload HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8), until: .now + .seconds(5))
      #expect(eventually { fixture.asked.all.contains("reload") })
    }
    #expect(try fixture.get("/v1/reload", method: "POST").hasPrefix("HTTP/1.1 200"))
  }

  @Test func rejectedConfigurationIsOneWarningUntilCorrected() throws {
    let fixture = try Fixture()
    fixture.board.setConfiguration(file: "/g.yaml", at: Timestamp(seconds: 10))
    #expect(fixture.board.statusDocument().configuration?.file == "/g.yaml")
    let errors = ConfigurationErrors([
      ConfigurationError(file: "/g.yaml", line: 3, column: 5, message: "no such key")
    ])
    fixture.board.reject(errors, at: Timestamp(seconds: 20))
    fixture.board.reject(errors, at: Timestamp(seconds: 30))
    let status = fixture.board.statusDocument()
    #expect(status.configuration?.loadedAt == Timestamp(seconds: 10))
    #expect(status.configuration?.rejected?.at == Timestamp(seconds: 30))
    #expect(status.configuration?.rejected?.message == "/g.yaml:3:5: no such key")
    #expect(status.problems.map(\.id) == ["guard/configuration/rejected"])
    #expect(status.problems.first?.since == Timestamp(seconds: 20))
    #expect(status.problems.first?.remedy.contains("--check-config --config /g.yaml") == true)
    fixture.board.setConfiguration(file: "/g.yaml", at: Timestamp(seconds: 40))
    #expect(fixture.board.statusDocument().problems.isEmpty)
    #expect(fixture.board.statusDocument().configuration?.rejected == nil)
  }

  @Test func unknownClusterIsReported() throws {
    let fixture = try Fixture()
    let answer = try fixture.get("/v1/poll?cluster=nope", method: "POST")
    #expect(answer.hasPrefix("HTTP/1.1 404") && answer.contains("\"code\":\"cluster\""))
  }

  @Test func breakGlassIsLoggedWithItsReason() throws {
    let fixture = try Fixture()
    func post(_ query: String) throws -> String {
      try fixture.get("/v1/break-glass?\(query)", method: "POST")
    }
    #expect(
      try post("command=kubectl%20delete&reason=pod%20hangs%26more&cluster=tethys").hasPrefix("HTTP/1.1 200"))
    #expect(fixture.asked.all == ["audit break-glass true", "kubectl delete, pod hangs&more, tethys"])
    #expect(try post("command=x&reason=y&cluster=nope").hasPrefix("HTTP/1.1 404"))
    for query in [
      "", "command=x&cluster=tethys", "command=x&reason=%20&cluster=tethys", "reason=x&cluster=tethys",
      "command=x&cluster=tethys&reason=\(String(repeating: "x", count: 501))",
    ] {
      #expect(try post(query).hasPrefix("HTTP/1.1 400"), "\(query)")
    }
    #expect(try fixture.get("/v1/break-glass").hasPrefix("HTTP/1.1 405"))
  }

  @Test func historyIsFilteredByTimeAndName() throws {
    let fixture = try Fixture()
    for (index, event) in ["tunnel_down", "tunnel_up", "problem_opened"].enumerated() {
      fixture.history.memory.add(
        ChangeDocument(
          at: Timestamp(seconds: Int64(index) * 60), event: event, cluster: index == 2 ? "thetis" : "tethys",
          subject: "tunnel", message: "entry \(index)"))
    }
    func events(_ query: String) throws -> [String] {
      let answer = try fixture.get("/v1/history\(query)")
      #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
      let body = answer.components(separatedBy: "\r\n\r\n").last ?? ""
      let document = try DocumentCoding.decode(HistoryDocument.self, from: Data(body.utf8))
      #expect(document.source == .memory)
      #expect(document.truncated == query.contains("limit=1"))
      return document.events.map(\.event)
    }
    #expect(try events("") == ["tunnel_down", "tunnel_up", "problem_opened"])
    #expect(try events("?limit=1") == ["problem_opened"])
    #expect(try events("?since=1970-01-01T00:01:00Z&until=1970-01-01T00%3A02%3A00Z") == ["tunnel_up"])
    #expect(try events("?cluster=tethys&event=tunnel_up,problem_opened") == ["tunnel_up"])
    for query in ["?since=yesterday", "?until=", "?limit=0", "?limit=many", "?limit=100000"] {
      let answer = try fixture.get("/v1/history\(query)")
      #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("\"code\":\"query\""), "\(answer)")
    }
  }

  @Test func historyInMemoryIsLimitedAndReportsItsStart() {
    let memory = RecentChanges(since: Timestamp(seconds: 0))
    func add(_ count: Int) {
      for number in 0..<count {
        memory.add(
          ChangeDocument(
            at: Timestamp(seconds: Int64(number)), event: "e", cluster: "", subject: "", message: ""))
      }
    }
    add(RecentChanges.capacity)
    #expect(memory.history(HistoryQuery(limit: 10_000)).knownSince == Timestamp(seconds: 0))
    add(5)
    let history = memory.history(HistoryQuery(limit: 10_000))
    #expect(history.events.count == RecentChanges.capacity)
    #expect(history.knownSince == Timestamp(seconds: 5))
    #expect(history.events.first?.at == Timestamp(seconds: 5))
    #expect(history.events.last?.at == Timestamp(seconds: 4))
    #expect(!history.truncated)
  }

  @Test func socketOfAnotherProcessIsNotReplaced() throws {
    let fixture = try Fixture()
    let path = fixture.folder.file("guard.sock")
    #expect(fixture.server?.isReachable == true)
    try FileManager.default.removeItem(atPath: path)
    #expect(fixture.server?.isReachable == false)
    try fixture.folder.write("another's", to: "guard.sock")
    fixture.stop()
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() throws {
    let fixture = try Fixture()
    let request = "GET /nope HTTP/1.1\r\nHost: oceanid\r\n\r\n"
    let last = "GET /v1/status HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n"
    let answer = try fixture.exchange(request + request + last)
    #expect(answer.components(separatedBy: "HTTP/1.1 404").count == 3)
    #expect(answer.components(separatedBy: "HTTP/1.1 200").count == 2)
  }

  /// `nc -N`, `socat`: all is said, and the answer is waited for.
  @Test func halfClosedConnectionIsAnswered() throws {
    let fixture = try Fixture()
    for request in ["POST /v1/reload", "GET /v1/history", "GET /v1/status"] {
      let client = try LoopbackSocket(path: fixture.folder.file("guard.sock"))
      try client.send(Array("\(request) HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8))
      client.finishSending()
      let answer = String(decoding: try client.receiveAll(), as: UTF8.self)
      #expect(answer.components(separatedBy: "HTTP/1.1 200").count == 2, "\(request): \(answer)")
    }
    let silent = try LoopbackSocket(path: fixture.folder.file("guard.sock"))
    silent.finishSending()
    #expect(try silent.receiveAll().isEmpty)
    let unfinished = try LoopbackSocket(path: fixture.folder.file("guard.sock"))
    try unfinished.send(Array("GET /v1/sta".utf8))
    unfinished.finishSending()
    #expect(String(decoding: try unfinished.receiveAll(), as: UTF8.self).hasPrefix("HTTP/1.1 400"))
    // A watcher has nothing more to say by nature.
    let watcher = try LoopbackSocket(path: fixture.folder.file("guard.sock"))
    try watcher.send(Array("GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8))
    watcher.finishSending()
    var text = ""
    while !text.contains("tunnel_up") {
      fixture.board.publish(
        ChangeDocument(
          at: Timestamp(seconds: 0), event: "tunnel_up", cluster: "tethys", subject: "tunnel", message: "up"))
      text += String(decoding: try watcher.receive(), as: UTF8.self)
    }
  }

  @Test(arguments: [
    "GET /v1/healthz HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
    "GET /v1/healthz HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n",
  ])
  func requestsAfterAClosingAnswerAreIgnored(first: String) throws {
    let fixture = try Fixture()
    let answer = try fixture.exchange(first + "POST /v1/reconnect HTTP/1.1\r\nHost: oceanid\r\n\r\n")
    #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    #expect(fixture.asked.all.isEmpty)
  }

  @Test func validFormsOfARequestAreAccepted() throws {
    let fixture = try Fixture()
    #expect(try fixture.get("http://oceanid/v1/status").hasPrefix("HTTP/1.1 200"))
    #expect(try fixture.get("/v1/status", headers: "Host: OCEANID\r\n").hasPrefix("HTTP/1.1 200"))
    let head = try fixture.get("/v1/status", method: "HEAD")
    #expect(head.hasPrefix("HTTP/1.1 405"))
    #expect(head.hasSuffix("\r\n\r\n"))
    let old = try fixture.exchange("GET /v1/watch HTTP/1.0\r\nHost: oceanid\r\n\r\n", keepsOpen: true)
    #expect(old.hasPrefix("HTTP/1.0 200"))
    #expect(!old.lowercased().contains("transfer-encoding"))
  }

  @Test func watcherReceivesASnapshotAndThenChanges() throws {
    let fixture = try Fixture()
    let stream = try fixture.connect()
    try stream.write(Array("GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8), until: .now + .seconds(5))
    var text = ""
    func readUntil(_ words: String) throws -> Bool {
      while !text.contains(words) {
        let bytes = try stream.read(atMost: 65_536, until: .now + .seconds(10))
        if bytes.isEmpty { return false }
        text += String(decoding: bytes, as: UTF8.self)
      }
      return true
    }
    #expect(try readUntil("\"type\":\"snapshot\""))
    fixture.board.publish(
      ChangeDocument(
        at: Timestamp(seconds: 0), event: "tunnel_up", cluster: "tethys", subject: "tunnel", message: "up"))
    #expect(try readUntil("\"type\":\"change\""))
    #expect(text.contains("tunnel_up"))
  }

  @Test func idleConnectionsAreLimitedPerUser() throws {
    let fixture = try Fixture(quota: ConnectionQuota(perUser: 64))
    var silent: [Held] = []
    for _ in 1..<64 { silent.append(Held(try fixture.connect())) }
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
    // Silent connections are closed after a while, and new ones are accepted.
    #expect(
      try eventually {
        silent.append(Held(try fixture.connect()))
        return (try? fixture.get("/v1/status"))?.contains("\"code\":\"too_many_connections\"") == true
      })
    silent = []
    #expect(eventually { (try? fixture.get("/v1/status"))?.hasPrefix("HTTP/1.1 200") == true })
  }

  @Test func oneUsersConnectionsBlockNoOtherUser() {
    var quota = ConnectionQuota(perUser: 64, total: 256, ownUID: 500)
    func admit(_ uid: UInt32) -> Bool { quota.admit(uid) }
    #expect((0..<1000).count { _ in admit(1001) } == 64)
    #expect(admit(1002))
    for uid in 1003..<1100 as Range<UInt32> { for _ in 0..<10 { _ = admit(uid) } }
    // At the limit, root and the guard's user are still admitted.
    #expect(!admit(2000))
    #expect(admit(0))
    #expect(admit(500))
    for _ in 0..<3 { quota.release(1001) }
    #expect(admit(2000))
  }

  @Test func stopRemovesTheSocketAndEndsWatchers() throws {
    let fixture = try Fixture()
    let stream = try fixture.connect()
    try stream.write(Array("GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8), until: .now + .seconds(5))
    _ = try stream.read(atMost: 65_536, until: .now + .seconds(5))
    fixture.stop()
    while try !stream.read(atMost: 65_536, until: .now + .seconds(5)).isEmpty {}
    #expect(!FileManager.default.fileExists(atPath: fixture.folder.file("guard.sock")))
  }

  @Test(arguments: [
    (0 as UInt32, [] as [UInt32], true), (500, [], true), (501, [], false), (501, [77], true),
    (501, [78], false),
  ])
  func writePermission(_ uid: UInt32, _ groups: [UInt32], _ isAllowed: Bool) {
    let peer = PeerCredentials(pid: 1, uid: uid, gid: 9, groups: groups)
    #expect(WriteRule.allows(peer, ownUID: 500, adminGroup: 77) == isAllowed)
    #expect(
      WriteRule.allows(PeerCredentials(pid: 1, uid: 501, gid: 77, groups: []), ownUID: 500, adminGroup: nil)
        == false)
  }
}
