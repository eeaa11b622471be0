import Foundation
import GuardAPI
import Health
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Guard

@Suite struct ControlServerTests {
  /// A control server on a socket of its own, with nothing behind it.
  private final class Fixture {
    let folder: TemporaryFolder
    let board = StatusBoard()
    let asked = Asked()
    private(set) var server: ControlServer?

    final class Asked: Sendable {
      private let words = Mutex<[String]>([])
      func note(_ word: String) { words.withLock { $0.append(word) } }
      var all: [String] { words.withLock { $0 } }
    }

    init() throws {
      folder = try TemporaryFolder()
      let asked = asked
      server = try ControlServer(
        .path(folder.file("guard.sock")), board: board,
        actions: .init(
          reconnect: { name in
            asked.note("reconnect \(name ?? "all")")
            return name != "nope"
          },
          poll: { name in
            asked.note("poll \(name ?? "all")")
            return name != "nope"
          },
          reload: { asked.note("reload") },
          audit: { action, _, allowed in asked.note("audit \(action) \(allowed)") }))
    }

    deinit { server?.stop() }

    func stop() {
      server?.stop()
      server = nil
    }

    /// Sends `text` as it stands and returns everything up to the end of the connection.
    func exchange(_ text: String, keepsOpen: Bool = false) throws -> String {
      let stream = try connect()
      try stream.write(Array(text.utf8), until: .now + .seconds(10))
      var answer: [UInt8] = []
      while true {
        let bytes = try stream.read(atMost: 65_536, until: .now + .seconds(15))
        if bytes.isEmpty { break }
        answer += bytes
        if keepsOpen { break }
      }
      return String(decoding: answer, as: UTF8.self)
    }

    func connect() throws -> UnixStream {
      try UnixStream(path: folder.file("guard.sock"), timeout: .seconds(5))
    }

    func get(_ path: String, method: String = "GET", headers: String = "Host: oceanid\r\n") throws -> String {
      try exchange("\(method) \(path) HTTP/1.1\r\n\(headers)Connection: close\r\n\r\n")
    }
  }

  @Test func servesTheDocumentAndTheFigures() throws {
    let fixture = try Fixture()
    let status = try fixture.get("/v1/status")
    #expect(status.hasPrefix("HTTP/1.1 200 OK"))
    #expect(status.contains("\"schema\":\"oceanid.status/1\""))
    #expect(try fixture.get("/metrics").hasSuffix("# EOF\n"))
    #expect(try fixture.get("/v1/healthz").hasPrefix("HTTP/1.1 503"))
  }

  @Test(arguments: [
    ("/nope", "GET", "Host: oceanid\r\n", "404", "not_found"),
    ("/v1/status", "POST", "Host: oceanid\r\n", "405", "method"),
    ("/v1/poll", "GET", "Host: oceanid\r\n", "405", "method"),
    ("/v1/status", "GET", "Host: evil.example\r\n", "403", "host"),
    ("/v1/status", "GET", "", "403", "host"),
    ("/v1/status", "GET", "Host: oceanid\r\nOrigin: http://x\r\n", "403", "origin"),
    ("/v1/reconnect", "POST", "Host: oceanid\r\nReferer: http://x\r\n", "403", "origin"),
  ])
  func refusesWithAWord(_ path: String, _ method: String, _ headers: String, _ status: String, _ code: String)
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
    "GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET /v1/status HTTP/9.9\r\nHost: oceanid\r\n\r\n",
    "\u{0}\u{1}\u{2}\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nHost oceanid\r\n\r\n",
    "POST /v1/poll HTTP/1.1\r\nHost: oceanid\r\nContent-Length: x\r\n\r\n",
  ])
  func malformedRequestsEndTheConnectionAndNothingElse(_ text: String) throws {
    let fixture = try Fixture()
    let answer = try fixture.exchange(text)
    #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
    #expect(answer.contains("{\"error\":{\"code\":"), "\(answer)")
    #expect(fixture.asked.all.isEmpty)
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  @Test func bodiesAndHeadersHaveALimit() throws {
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

  @Test func writesAreDoneAndNoted() throws {
    let fixture = try Fixture()
    #expect(try fixture.get("/v1/reconnect?cluster=te%74hys", method: "POST").hasPrefix("HTTP/1.1 202"))
    #expect(try fixture.get("/v1/poll", method: "POST").hasPrefix("HTTP/1.1 202"))
    #expect(try fixture.get("/v1/reload", method: "POST").hasPrefix("HTTP/1.1 202"))
    #expect(
      fixture.asked.all == [
        "audit reconnect true", "reconnect tethys", "audit poll true", "poll all", "audit reload true",
        "reload",
      ])
  }

  @Test func aClusterThatIsNotThereIsSaid() throws {
    let fixture = try Fixture()
    let answer = try fixture.get("/v1/poll?cluster=nope", method: "POST")
    #expect(answer.hasPrefix("HTTP/1.1 404") && answer.contains("\"code\":\"cluster\""))
  }

  @Test func aSocketThatIsAnothersIsLeftAlone() throws {
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

  @Test func aWatcherGetsASnapshotAndThenTheChanges() throws {
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
    fixture.board.tell(
      ChangeDocument(
        at: Timestamp(seconds: 0), event: "tunnel_up", cluster: "tethys", subject: "tunnel", message: "up"))
    #expect(try readUntil("\"type\":\"change\""))
    #expect(text.contains("tunnel_up"))
  }

  @Test func connectionsThatSayNothingDelayNobody() throws {
    let fixture = try Fixture()
    final class Silent {
      let stream: UnixStream
      init(_ stream: consuming UnixStream) { self.stream = stream }
    }
    var silent: [Silent] = []
    for _ in 0..<200 { silent.append(Silent(try fixture.connect())) }
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
    withExtendedLifetime(silent) {}
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
  func whoMayWrite(_ uid: UInt32, _ groups: [UInt32], _ isAllowed: Bool) {
    let peer = PeerCredentials(pid: 1, uid: uid, gid: 9, groups: groups)
    #expect(WriteRule.allows(peer, ownUID: 500, adminGroup: 77) == isAllowed)
    #expect(
      WriteRule.allows(PeerCredentials(pid: 1, uid: 501, gid: 77, groups: []), ownUID: 500, adminGroup: nil)
        == false)
  }
}
