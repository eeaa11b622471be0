import Testing

@testable import GuardWeb

@Suite struct WebAnswerTests {
  private static func text(_ answer: WebAnswer, isHead: Bool = false) -> String {
    String(decoding: answer.bytes(isHead: isHead), as: UTF8.self)
  }

  @Test func everyAnswerHasTheSecurityFields() {
    let answers = [
      WebAnswer("text/html", []), WebAnswer(.notFound), WebAnswer(.unavailable("x")),
      WebAnswer(exchange: "a=b"),
      WebAnswer.stream,
    ]
    for answer in answers.map({ Self.text($0) }) {
      for field in [
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Cache-Control: no-store",
        "Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin",
        "Connection: close",
      ] {
        #expect(answer.contains("\r\n\(field)\r\n"), "\(field)")
      }
    }
  }

  @Test func headHasTheLengthWithoutTheBody() {
    let answer = WebAnswer("text/plain", Array("hello".utf8))
    #expect(Self.text(answer).hasSuffix("Content-Length: 5\r\n\r\nhello"))
    #expect(Self.text(answer, isHead: true).hasSuffix("Content-Length: 5\r\n\r\n"))
    #expect(!Self.text(.stream).contains("Content-Length"))
  }

  @Test func exchangeGoesToTheAddressWithoutTheToken() {
    let text = Self.text(WebAnswer(exchange: "a=b; HttpOnly"))
    #expect(text.hasPrefix("HTTP/1.1 303 See Other\r\n"))
    #expect(text.contains("\r\nLocation: /\r\n") && text.contains("\r\nSet-Cookie: a=b; HttpOnly\r\n"))
  }

  @Test func refusalSaysWhatToDo() {
    #expect(Self.text(WebAnswer(.spentToken)).contains("start it again"))
    #expect(Self.text(WebAnswer(.method)).contains("\r\nAllow: GET, HEAD\r\n"))
    // A reason from the guard is data.
    let reason = Self.text(WebAnswer(.unavailable("<script>\r\nSet-Cookie: x=y")))
    #expect(reason.contains("Content-Type: text/plain") && !reason.contains("\nSet-Cookie"))
  }
}
