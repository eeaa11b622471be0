import Testing

@testable import GuardConnection

@Suite struct HTTPResponseParserTests {
  /// Feeds the text in pieces of `step` bytes and returns the body.
  private func read(_ text: String, step: Int, limits: HTTPResponseParser.Limits = .init()) throws -> String {
    var parser = HTTPResponseParser(limits: limits)
    var body: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: step) {
      body += try parser.consume(Array(bytes[start..<min(start + step, bytes.count)]))
    }
    try parser.finish()
    return String(decoding: body, as: UTF8.self)
  }

  @Test(arguments: [1, 2, 3, 7, 4096])
  func parsesContentLength(_ step: Int) throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCONTENT-LENGTH:  5 \r\n\r\nhello"
    #expect(try read(text, step: step) == "hello")
  }

  @Test(arguments: [1, 2, 3, 7, 4096])
  func parsesChunks(_ step: Int) throws {
    let text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
      + "A;name=value\r\n, wide wor\r\n2\r\nld\r\n0\r\nTrailer: x\r\n\r\n"
    #expect(try read(text, step: step) == "hello, wide world")
  }

  @Test func parsesAnEmptyBody() throws {
    #expect(try read("HTTP/1.1 204 No Content\r\n\r\n", step: 1) == "")
    #expect(try read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", step: 1) == "")
  }

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
  ])
  func reportsATruncatedResponse(_ text: String) {
    #expect(throws: HTTPError.truncated) { try read(text, step: 3) }
  }

  @Test(arguments: [
    "\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n", "HTTP/1.1 OK\r\n", "HTTP/1.1 099 x\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\n: nameless\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
  ])
  func refusesInvalidResponses(_ text: String) {
    let error = #expect(throws: HTTPError.self) { try read(text, step: 1) }
    guard case .malformed? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func limitsTheHead() {
    let limits = HTTPResponseParser.Limits(head: 100, body: 10)
    for text in [
      String(repeating: "x", count: 101), "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 30),
    ] {
      #expect(throws: HTTPError.headTooLarge(limit: 100)) { try read(text, step: 9, limits: limits) }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n",
  ])
  func limitsTheBody(_ text: String) {
    let limits = HTTPResponseParser.Limits(head: 100, body: 10)
    #expect(throws: HTTPError.bodyTooLarge(limit: 10)) { try read(text, step: 4, limits: limits) }
  }

  @Test func streamBodyIsNotLimited() throws {
    var parser = HTTPResponseParser(limits: .init(head: 200, body: nil))
    _ = try parser.consume(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
    var count = 0
    for _ in 0..<500 { count += try parser.consume(Array("3\r\nabc\r\n".utf8)).count }
    #expect(count == 1500)
  }
}
