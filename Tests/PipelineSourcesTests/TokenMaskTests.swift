import Foundation
import Health
import Pipeline
import Platform
import TestSupport
import Testing

@testable import PipelineSources

/// A token that an API sends back is in no text that the guard shows or persists.
@Suite struct TokenMaskTests {
  private static let token = "0123456789abcdef0123456789abcdef01234567"

  private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  static let echoes = [
    token, "https://x/\(token)?y=\(token)", token.utf8.map { "%\(String($0, radix: 16))" }.joined(),
    "a%30123456789abcdef0123456789abcdef01234567", base64(token), base64("a\(token)"), base64("ab\(token)"),
    base64("x-access-token:\(token)"), base64("\(token):x"),
  ]

  @Test(arguments: echoes) func tokenIsRemoved(_ echo: String) {
    let mask = TokenMask(APIToken(value: Self.token))
    let masked = mask.applied(to: "begin \(echo) end")
    #expect(masked.hasPrefix("begin ") && masked.hasSuffix(" end") && masked.contains("*****"))
    #expect(!masked.contains("6789abcdef") && !masked.contains(Self.base64("9abcdef01").prefix(8)))
    let decoded = masked.removingPercentEncoding ?? ""
    #expect(!decoded.contains(Self.token))
    for word in masked.split(separator: " ") {
      let bytes = Data(base64Encoded: String(word.filter { $0 != "*" }) + "==") ?? Data()
      #expect(!String(decoding: bytes, as: UTF8.self).contains("0123456"))
    }
  }

  @Test func otherTextStays() {
    let mask = TokenMask(APIToken(value: Self.token))
    for text in ["", "%", "\\", "\\u00", "0123456789", "a \(String(Self.token.dropLast()))"] {
      #expect(mask.applied(to: text) == text)
    }
    // A text that is too short for a token would garble every answer.
    #expect(TokenMask(APIToken(value: "t")).applied(to: "text") == "text")
    #expect(TokenMask(nil).applied(to: "text") == "text")
  }

  @Test func echoedTokenIsInNoFactAndNoFailure() throws {
    let token = Self.token
    let escaped = token.utf8.map { "\\u00\(String($0, radix: 16))" }.joined()
    let server = try RawServer { head in
      let isRuns = head.contains("/runs?")
      let body =
        isRuns
        ? #"{"workflow_runs":[{"id":1,"run_number":1,"status":"\#(token)","head_sha":"\#(token)","head_branch":"\#(escaped)","html_url":"https://github.com/\#(escaped)"}]}"#
        : #"{"message":"no \#(token)"}"#
      return .bytes(
        "HTTP/1.1 \(isRuns ? "200 OK" : "403 Forbidden")\r\nx-accepted-github-permissions: \(token)=read\r\n"
          + "Connection: close\r\n\r\n\(body)")
    }
    let client = GitHubClient(
      try APIClient(
        .gitHub, at: APIAddress(isEncrypted: false, host: "127.0.0.1", port: server.port),
        token: TokenSource(place: "/t", stamp: { SmallFile.Stamp(of: "/") }, read: { .success(token) }),
        cancellation: APICancellation(), clock: { Timestamp(seconds: 1_800_000_000) }), owner: "o", name: "r")
    let runs = try client.runs(of: "a.yml") { _ in true }
    #expect(runs.count == 1 && runs.first?.commit == nil)
    let failure = #expect(throws: SourceFailure.self) { try client.workflow("a.yml") }
    for text in ["\(runs)", "\(String(describing: failure))"] { #expect(!text.contains("6789abcdef")) }
  }

  @Test(arguments: [
    ("api.github.com", UInt16(443), "https://github.com/o/r", true),
    ("api.github.com", 443, "https://api.github.com/o", true),
    ("api.github.com", 443, "https://github.com.evil.org/o", false),
    ("api.github.com", 443, "https://github.com@evil.org/o", false),
    ("api.github.com", 443, "http://github.com/o", false),
    ("api.github.com", 443, "https://evil.org/github.com/", false),
    ("api.acme.ghe.com", 443, "https://acme.ghe.com/o", true),
    ("git.example.org", 443, "https://git.example.org/o", true),
    ("git.example.org", 443, "https://github.com/o", false),
    ("git.example.org", 8443, "https://git.example.org:8443/o", true),
    ("127.0.0.1", 443, "https://github.com/o", true),
  ])
  func pageIsOnASiteOfTheAPI(_ host: String, _ port: UInt16, _ url: String, _ isShown: Bool) throws {
    let sites = PageSites(of: APIAddress(isEncrypted: true, host: host, port: port))
    let object = try #require(JSONObject(Array(#"{"u":"\#(url)"}"#.utf8)))
    #expect((object.page("u", where: sites.have) != nil) == isShown)
  }
}
