import TestSupport
import Testing

@testable import GuardWeb

@Suite struct RequestHeadTests {
  private static let plain =
    "GET /report.json?span=7d HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: a=1; b=2\r\n\r\n"

  private static func read(_ text: String) throws(Refusal) -> RequestHead? {
    try RequestHead.read(Array(text.utf8))
  }

  @Test func readsPathQueryFieldsAndCookies() throws {
    let head = try #require(try Self.read(Self.plain))
    #expect(head.method == .get && head.path == "/report.json")
    #expect(head.parameter("span") == "7d" && head.parameter("pan") == nil)
    #expect(head["host"] == "127.0.0.1:1")
    #expect(head.cookie("a") == "1" && head.cookie("b") == "2" && head.cookie("c") == nil)
  }

  /// At every cut, the head is incomplete without an error, and the rest completes it.
  @Test func headMayArriveInParts() throws {
    let bytes = Array(Self.plain.utf8)
    for cut in 0..<bytes.count {
      #expect(try RequestHead.read(Array(bytes[..<cut])) == nil)
      #expect(try RequestHead.read(bytes, searched: cut) != nil)
    }
  }

  @Test func twoValuesOfOneNameAreNone() throws {
    let head = try #require(try Self.read("GET /?token=a&token=b HTTP/1.1\r\nCookie: s=1; s=2\r\n\r\n"))
    #expect(head.parameter("token") == nil && head.cookie("s") == nil)
  }

  @Test(arguments: [
    "GET / HTTP/2\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET http://127.0.0.1/ HTTP/1.1\r\n\r\n",
    "GET * HTTP/1.1\r\n\r\n",
    "GET /\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "GET / HTTP/1.1\r\nX: \u{0}\r\n\r\n",
    "GET / HTTP/1.1\r\nX: \u{e9}\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
  ])
  func malformedHeadIsRefused(_ text: String) {
    #expect {
      _ = try Self.read(text)
    } throws: { ($0 as? Refusal)?.status.code == 400 }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "PRI", "G\u{7F}T"])
  func onlyGetAndHead(_ method: String) {
    #expect {
      _ = try Self.read("\(method) / HTTP/1.1\r\n\r\n")
    } throws: { [405, 400].contains(($0 as? Refusal)?.status.code) }
  }

  @Test(arguments: [
    "Content-Length: 1\r\n\r\nx", "Content-Length: 1\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n",
    "\r\nGET",
  ])
  func bodyIsRefused(_ rest: String) {
    #expect(throws: Refusal.body) { try Self.read("GET / HTTP/1.1\r\n" + rest) }
  }

  @Test func headHasALimit() {
    let long = String(repeating: "x", count: RequestHead.byteLimit)
    #expect(throws: Refusal.headTooLarge) { try Self.read("GET /\(long)") }
    #expect(throws: Refusal.headTooLarge) { try Self.read("GET / HTTP/1.1\r\nX: \(long)\r\n\r\n") }
    let many = (0..<100).map { "X\($0): y\r\n" }.joined()
    #expect(throws: Refusal.headTooLarge) { try Self.read("GET / HTTP/1.1\r\n\(many)\r\n") }
  }
}
