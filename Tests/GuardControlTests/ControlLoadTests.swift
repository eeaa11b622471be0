import Foundation
import GuardAPI
import Health
import Platform
import TestSupport
import Testing

@testable import GuardControl
@testable import GuardStatus

/// Many, silent, greedy and broken clients do not affect the others.
@Suite(.serialized, .blocking, .timeLimit(.minutes(10))) struct ControlLoadTests {
  init() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(4096, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static let watch = Array("GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\n\r\n".utf8)

  private func change(_ number: Int) -> ChangeDocument {
    ChangeDocument(
      at: Timestamp(seconds: Int64(number)), event: "tunnel_up", cluster: "tethys", subject: "tunnel",
      message: "change \(number)")
  }

  /// Reads until the text was there.
  private func sees(_ held: ControlFixture.Held, _ text: String) throws -> Bool {
    var seen = ""
    while !seen.contains(text) {
      let bytes = try held.stream.read(atMost: 65_536, until: .now + .seconds(60))
      if bytes.isEmpty { return false }
      seen += String(decoding: bytes, as: UTF8.self)
    }
    return true
  }

  @Test func twoHundredIdleClientsBlockNoOther() throws {
    let fixture = try ControlFixture()
    var silent: [ControlFixture.Held] = []
    for number in 0..<200 {
      let held = ControlFixture.Held(try fixture.connect())
      if number.isMultiple(of: 2) {
        try held.stream.write(Array("GET /v1/st".utf8), until: .now + .seconds(60))
      }
      silent.append(held)
    }
    for _ in 0..<20 { #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200")) }
    #expect(silent.count == 200)
  }

  @Test func fiveHundredWatchersReceiveEveryChange() throws {
    let fixture = try ControlFixture()
    var watchers: [ControlFixture.Held] = []
    for _ in 0..<500 {
      let held = ControlFixture.Held(try fixture.connect())
      try held.stream.write(Self.watch, until: .now + .seconds(60))
      watchers.append(held)
    }
    for held in watchers { #expect(try sees(held, "\"type\":\"snapshot\"}")) }
    for number in 0..<5 {
      fixture.board.publish(change(number))
      for held in watchers { #expect(try sees(held, "change \(number)")) }
    }
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  @Test func watcherThatDoesNotReadIsDropped() throws {
    let fixture = try ControlFixture()
    let idle = ControlFixture.Held(try fixture.connect())
    let reader = ControlFixture.Held(try fixture.connect())
    for held in [idle, reader] { try held.stream.write(Self.watch, until: .now + .seconds(60)) }
    #expect(try sees(reader, "snapshot"))
    let long = String(repeating: "x", count: 100_000)
    for number in 0..<40 {
      var change = change(number)
      change.message += long
      fixture.board.publish(change)
      #expect(try sees(reader, "change \(number)"))
    }
    // The data in the socket is still readable; then the stream ends.
    var isOver = false
    while !isOver {
      isOver = (try? idle.stream.read(atMost: 1 << 20, until: .now + .seconds(60)).isEmpty) ?? true
    }
    fixture.board.publish(change(1000))
    #expect(try sees(reader, "change 1000"))
  }

  @Test func pipeliningClientThatDoesNotReadIsDropped() throws {
    let fixture = try ControlFixture()
    let held = ControlFixture.Held(try fixture.connect())
    let request = Array(
      String(repeating: "GET /v1/schema HTTP/1.1\r\nHost: oceanid\r\n\r\n", count: 500).utf8)
    var isDropped = false
    for _ in 0..<200 where !isDropped {
      do throws(UnixStreamError) {
        try held.stream.write(request, until: .now + .seconds(60))
      } catch {
        isDropped = error.errno == EPIPE || error.errno == ECONNRESET
        break
      }
    }
    #expect(isDropped)
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
  }

  /// The requests of a connection are answered one by one, as the client reads: they need memory for one response.
  @Test func pipelinedRequestsAreAnsweredAsTheClientReads() throws {
    let fixture = try ControlFixture()
    let count = 400
    let held = ControlFixture.Held(try fixture.connect())
    try held.stream.write(
      Array(String(repeating: "GET /v1/schema HTTP/1.1\r\nHost: oceanid\r\n\r\n", count: count).utf8),
      until: .now + .seconds(60))
    // This answer was requested later, and shows that the server has read the others.
    #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200"))
    let one = try fixture.get("/v1/schema").split(separator: "\r\n\r\n", maxSplits: 1)
    let body = try #require(one.last).utf8.count
    var read = 0
    while read < count * body {
      let bytes = try held.stream.read(atMost: 1 << 20, until: .now + .seconds(60))
      if bytes.isEmpty { break }
      read += bytes.count
    }
    #expect(read >= count * body)
  }

  @Test func backlogIsOneThousandConnections() throws {
    let fixture = try ControlFixture()
    let path = fixture.folder.file("guard.sock")
    let found = (Int32(0)..<4096).first { raw in
      var address = sockaddr_un()
      var length = socklen_t(MemoryLayout<sockaddr_un>.size)
      let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
      }
      let name = withUnsafeBytes(of: address.sun_path) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      var isListening: CInt = 0
      var size = socklen_t(MemoryLayout<CInt>.size)
      getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size)
      return code == 0 && name == path && isListening != 0
    }
    #expect(ControlSocket.backlog(of: try #require(found)) == 1024)
  }

  /// The service manager's unit decides (`Backlog=`).
  @Test func backlogOfAnInheritedSocketIsKept() throws {
    let folder = try TemporaryFolder()
    let raw = try ControlSocket.bind(path: folder.file("s"), group: nil)
    try ControlSocket.listen(raw, backlog: 77)
    let fixture = try ControlFixture(adopting: raw)
    #expect(ControlSocket.backlog(of: raw) == 77)
    fixture.stop()
  }

  @Test func usersTakeTurns() {
    var queue = UserQueue<String>()
    for number in 1...3 { queue.append("a\(number)", of: 1001) }
    queue.append("b1", of: 1002)
    var order = [queue.popFirst()]
    queue.append("c1", of: 0)
    while let next = queue.popFirst() { order.append(next) }
    #expect(order == ["a1", "b1", "a2", "c1", "a3"])
    #expect(queue.isEmpty)
    #expect(queue.popFirst() == nil)
  }

  @Test func invalidRequestsAreRefusedAndChangeNothing() throws {
    let fixture = try ControlFixture()
    var random = SeededGenerator(seed: 20_260_301)
    for round in 0..<400 {
      let bytes = Self.broken(&random)
      let held = ControlFixture.Held(try fixture.connect())
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...200, using: &random))
        rest = rest.dropFirst(piece.count)
        // A connection that was closed meanwhile is an answer.
        do { try held.stream.write(Array(piece), until: .now + .seconds(60)) } catch { break }
      }
      let answer = (try? held.stream.read(atMost: 65_536, until: .now + .milliseconds(20))) ?? []
      let text = String(decoding: answer.prefix(12), as: UTF8.self)
      #expect(
        answer.isEmpty || ["HTTP/1.1 2", "HTTP/1.1 4", "HTTP/1.1 5"].contains(String(text.prefix(10))),
        "round \(round): \(text)")
      #expect(!text.hasPrefix("HTTP/1.1 500"), "round \(round)")
      if round.isMultiple(of: 50) { #expect(try fixture.get("/v1/status").hasPrefix("HTTP/1.1 200")) }
    }
    #expect(eventually { (try? fixture.get("/v1/status"))?.hasPrefix("HTTP/1.1 200") == true })
  }

  private static let requests = [
    "GET /v1/status HTTP/1.1\r\nHost: oceanid\r\n\r\n",
    "GET /v1/history?since=2026-03-01T00:00:00Z&limit=5 HTTP/1.1\r\nHost: oceanid\r\nConnection: close\r\n\r\n",
    "POST /v1/status HTTP/1.1\r\nHost: oceanid\r\nContent-Length: 5\r\n\r\nhello",
    "POST /v1/x HTTP/1.1\r\nHost: oceanid\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "GET /v1/watch HTTP/1.1\r\nHost: oceanid\r\nUpgrade: h2c\r\n\r\n",
  ]
  private static let morsels = [
    "\r\n", "\n", "\r", "\0", ":", " ", "%", "%zz", "\u{FF}", "Content-Length: 99999999999999999999\r\n",
    "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Host: a\r\n",
    "HTTP/1.0", "HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "ffffffffffffffff\r\n", " folded\r\n",
    String(repeating: "A", count: 9000),
  ]

  /// A request, or two, with some damage.
  private static func broken(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = Array((requests.randomElement(using: &random) ?? "").utf8)
    if Bool.random(using: &random) { bytes += Array((requests.randomElement(using: &random) ?? "").utf8) }
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.removeLast(bytes.count - place)
      case 3: bytes.insert(contentsOf: bytes[..<place], at: 0)
      default: bytes.insert(contentsOf: Array((morsels.randomElement(using: &random) ?? "").utf8), at: place)
      }
    }
    return bytes
  }
}
