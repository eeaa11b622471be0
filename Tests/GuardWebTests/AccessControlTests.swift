import TestSupport
import Testing

@testable import GuardWeb

@Suite final class AccessControlTests {
  private let token: AccessToken
  private let session: AccessToken
  private var access: AccessControl
  private let host = "Host: 127.0.0.1:8080"

  init() {
    var generator = SeededGenerator(seed: 1)
    token = AccessToken(using: &generator)
    session = AccessToken(using: &generator)
    access = AccessControl(port: 8080, token: token, session: session)
  }

  private var cookie: String { "Cookie: oceanid-web-8080=\(session.text)" }

  private func decide(_ target: String, _ fields: String..., method: String = "GET") throws
    -> AccessControl.Decision
  {
    let text = (["\(method) \(target) HTTP/1.1"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    return access.decide(try #require(try RequestHead.read(Array(text.utf8))))
  }

  @Test func tokenIsExchangedOnce() throws {
    let address = "/?token=\(token.text)"
    let expected = "oceanid-web-8080=\(session.text); Path=/; HttpOnly; SameSite=Strict"
    #expect(try decide(address, host, method: "HEAD") == .refuse(.method))
    #expect(try decide(address, host) == .exchange(setCookie: expected))
    #expect(try decide(address, host) == .refuse(.spentToken))
    #expect(try decide(address, host, cookie) == .refuse(.spentToken))
    #expect(try decide("/", host, cookie) == .serve(.page))
  }

  @Test func wrongTokenSpendsNothing() throws {
    for wrong in [
      "", "0", String(token.text.dropLast()), token.text + "0", token.text.uppercased(), session.text,
    ] {
      #expect(try decide("/?token=\(wrong)", host) == .refuse(.wrongToken))
    }
    // A page of another site cannot use up the token either.
    #expect(try decide("/?token=\(token.text)", host, "Sec-Fetch-Site: cross-site") == .refuse(.foreignPage))
    #expect(try decide("/?token=\(token.text)", "Host: evil.example:8080") == .refuse(.host))
    guard case .exchange = try decide("/?token=\(token.text)", host) else {
      Issue.record("the token was spent")
      return
    }
  }

  @Test(arguments: [
    "evil.example", "evil.example:8080", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8081", "localhost",
    "localhost.:8080",
    "127.0.0.1.nip.io:8080", "127.1:8080", "0.0.0.0:8080", "[::1]:8080", "2130706433:8080",
    "127.0.0.1:8080.evil.example", "",
  ])
  func hostOfAnotherServerIsRefused(_ name: String) throws {
    #expect(try decide("/", "Host: \(name)", cookie) == .refuse(.host))
  }

  @Test func requestWithoutHostIsRefused() throws {
    #expect(try decide("/", cookie) == .refuse(.host))
  }

  @Test func bothNamesOfThisMachineAreServed() throws {
    #expect(try decide("/", "Host: LocalHost:8080", cookie, "Origin: http://localhost:8080") == .serve(.page))
    #expect(try decide("/events", host, cookie, "Sec-Fetch-Site: same-origin") == .serve(.events))
    #expect(try decide("/", host, cookie, "Sec-Fetch-Site: none") == .serve(.page))
  }

  @Test(arguments: [
    "Origin: http://evil.example", "Origin: null", "Origin: https://127.0.0.1:8080",
    "Origin: http://127.0.0.1:8081",
    "Origin: http://localhost:8080", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
    "Sec-Fetch-Site: x",
  ])
  func pageOfAnotherOriginIsRefused(_ field: String) throws {
    #expect(try decide("/events", host, cookie, field) == .refuse(.foreignPage))
  }

  @Test func nothingIsServedWithoutTheCookie() throws {
    for path in [
      "/", "/page.js", "/page.css", "/events", "/incidents.json", "/report.json?span=7d", "/nothing",
    ] {
      #expect(try decide(path, host) == .refuse(.noSession))
      #expect(try decide(path, host, "Cookie: oceanid-web-8081=\(session.text)") == .refuse(.noSession))
      #expect(try decide(path, host, "Cookie: oceanid-web-8080=\(token.text)") == .refuse(.noSession))
      #expect(try decide(path, host, "\(cookie); oceanid-web-8080=x") == .refuse(.noSession))
    }
  }

  @Test(arguments: [
    "/..", "/../../etc/passwd", "/page.js/", "/./page.js", "//page.js", "/%70age.js", "/page.js%00",
    "/page.JS",
    "/static/../page.js", "/index.html", "/v1/status", "/metrics",
  ])
  func onlyExactPathsExist(_ path: String) throws {
    #expect(try decide(path, host, cookie) == .refuse(.notFound))
  }

  @Test(arguments: [
    "/report.json", "/report.json?span=1y", "/report.json?span=7d&span=7d", "/page.js?x", "/?x=1",
  ])
  func onlyKnownQueriesExist(_ target: String) throws {
    #expect(try decide(target, host, cookie) == .refuse(.query))
  }

  @Test func secretsDiffer() {
    let secrets = Set((0..<100).map { _ in AccessToken().text })
    #expect(secrets.count == 100 && secrets.allSatisfy { $0.count == 64 })
  }
}
