import Foundation
import TestSupport
import Testing

/// The server of `oceanid-ctl web` under requests that no page of its own sends. No guard runs.
@Suite(.blocking, .timeLimit(.minutes(5)))
struct WebServerTests {
  private let page: WebPage

  init() throws { page = try WebPage(socket: "/nonexistent/guard.sock") }

  private static func code(_ answer: String) -> Int? {
    answer.hasPrefix("HTTP/1.1 ") ? Int(answer.dropFirst(9).prefix(3)) : nil
  }

  /// The server answers an ordinary request.
  private func isUp(_ cookie: String) throws -> Bool { Self.code(try page.get("/page.js", cookie)) == 200 }

  @Test func tokenWorksOnce() throws {
    let cookie = try page.login()
    let second = try page.get(page.exchange)
    #expect(Self.code(second) == 403 && second.contains("already used") && second.contains("start it again"))
    #expect(Self.code(try page.get("/")) == 403)
    let start = try page.get("/", cookie)
    #expect(Self.code(start) == 200 && start.contains("<main"))
    #expect(!start.contains(page.exchange))
  }

  @Test func foreignRequestsAreRefused() throws {
    let cookie = try page.login()
    for host in ["evil.example", "127.0.0.1", "rebind.example:\(page.port)", "localhost:1"] {
      #expect(
        Self.code(try page.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\(cookie)\r\n\r\n")) == 421, "\(host)")
    }
    #expect(Self.code(try page.get("/events", cookie, "Origin: http://evil.example")) == 403)
    #expect(Self.code(try page.get("/", cookie, "Sec-Fetch-Site: same-site")) == 403)
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"] {
      #expect(Self.code(try page.get("/", cookie, method: method)) == 405, "\(method)")
    }
    for path in ["/../../../etc/passwd", "/%2e%2e/etc/passwd", "/page.js/..", "//etc/passwd", "/v1/status"] {
      #expect(Self.code(try page.get(path, cookie)) == 404, "\(path)")
    }
    #expect(Self.code(try page.get("/", cookie, "Content-Length: 5")) == 413)
    #expect(Self.code(try page.get("/", cookie, "Transfer-Encoding: chunked")) == 413)
    #expect(Self.code(try page.get("/", cookie, "X: \(String(repeating: "x", count: 20_000))")) == 431)
    #expect(Self.code(try page.send("\u{16}\u{3}\u{1}\r\n\r\n")) == 400)
    #expect(try isUp(cookie))
  }

  @Test func headHasNoBody() throws {
    let cookie = try page.login()
    for path in ["/", "/events", "/page.css"] {
      let answer = try page.get(path, cookie, method: "HEAD")
      #expect(Self.code(answer) == 200 && answer.hasSuffix("\r\n\r\n"), "\(path)")
    }
  }

  @Test func slowRequestIsEnded() throws {
    let cookie = try page.login()
    let slow = try LoopbackSocket(port: page.port)
    let started = ContinuousClock.now
    var isEnded = false
    for byte in Array("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(page.port)\r\n".utf8)
      + [UInt8](repeating: 0x78, count: 200)
    {
      guard (try? slow.send([byte])) != nil else {
        isEnded = true
        break
      }
      usleep(100_000)
    }
    #expect(isEnded && ContinuousClock.now - started < .seconds(15 * slowness))
    #expect(try isUp(cookie))
  }

  @Test func thousandConnectionsDoNotKeepOutThePage() throws {
    let cookie = try page.login()
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 8192)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let idle = try (0..<1000).map { index in
      let socket = try LoopbackSocket(port: page.port)
      if index.isMultiple(of: 2) { try? socket.send(Array("GET / HT".utf8)) }
      return socket
    }
    let started = ContinuousClock.now
    #expect(try isUp(cookie))
    #expect(ContinuousClock.now - started < .seconds(10 * slowness))
    withExtendedLifetime(idle) {}
  }

  @Test func eventsComeAtOnce() throws {
    let cookie = try page.login()
    let stream = try LoopbackSocket(port: page.port)
    try stream.send(Array("GET /events HTTP/1.1\r\nHost: 127.0.0.1:\(page.port)\r\n\(cookie)\r\n\r\n".utf8))
    var text = ""
    while !text.contains("\n\n"), text.utf8.count < 100_000 {
      text += String(decoding: try stream.receive(), as: UTF8.self)
    }
    #expect(text.contains("Content-Type: text/event-stream"))
    #expect(text.contains("event: silence\n") && text.contains("/nonexistent/guard.sock"))
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalEndsThePage(_ signal: Int32) throws {
    let cookie = try page.login()
    let stream = try LoopbackSocket(port: page.port)
    try stream.send(Array("GET /events HTTP/1.1\r\nHost: 127.0.0.1:\(page.port)\r\n\(cookie)\r\n\r\n".utf8))
    _ = try stream.receive()
    page.process.signal(signal)
    #expect(page.process.wait(within: .seconds(5)) == .exited(0))
    #expect(page.process.errors == "")
    #expect(throws: (any Error).self) { try LoopbackSocket(port: page.port) }
  }

  @Test(.enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)))
  func otherUsersOfTheMachineGetNothing() throws {
    let socket = try OtherUser.acting(as: 12_345) { try LoopbackSocket(port: page.port) }
    try? socket.send(Array("GET \(page.exchange) HTTP/1.1\r\nHost: 127.0.0.1:\(page.port)\r\n\r\n".utf8))
    let answer = String(decoding: (try? socket.receiveAll()) ?? [], as: UTF8.self)
    #expect(Self.code(answer) ?? 403 == 403 && !answer.contains("Set-Cookie"), "\(answer)")
    // The token is not spent.
    _ = try page.login()
  }

  /// A program in place of the desktop's opener gets the address, and Ctrl-C does not reach it.
  @Test func addressIsOpenedOnADesktop() throws {
    let folder = try TemporaryFolder()
    _ = try folder.writeProgram(
      "#!/bin/sh\necho \"$# $1 $(ps -o sid= -p $$)\" >\(folder.file("draft")) && mv \(folder.file("draft")) \(folder.file("opened"))\n",
      to: "xdg-open")
    let command = try ChildProcess(
      Installation.client, ["web", "--socket", "/nonexistent/guard.sock"],
      environment: ["PATH": "\(folder.path):/usr/bin:/bin", "WAYLAND_DISPLAY": "wayland-0"])
    #expect(eventually { FileManager.default.fileExists(atPath: folder.file("opened")) })
    let words = try folder.read("opened").split(whereSeparator: \.isWhitespace)
    try #require(words.count == 3)
    #expect(words[0] == "1" && command.output.contains(" \(words[1])\n"))
    #expect(Int32(words[2]) != getsid(command.pid))
    command.terminate()
    #expect(command.wait() == .exited(0))
  }

  @Test func usedPortIsNamed() throws {
    let (listener, port) = try LoopbackSocket.listener()
    let result = try run(Installation.client, ["web", "--no-open", "--port", "\(port)"])
    #expect(result.exit == .exited(64))
    #expect(result.errors.contains("port \(port) of 127.0.0.1 can't be used: Address already in use"))
    withExtendedLifetime(listener) {}
  }
}
