import Testing

@testable import GuardControl

@Suite struct RequestTargetTests {
  private func refusal(_ target: String, _ hosts: [String]) -> String {
    do throws(RequestTarget.Refusal) {
      return try RequestTarget(target, hosts: hosts).origin
    } catch {
      switch error {
      case .malformed: return "400"
      case .foreign: return "403"
      }
    }
  }

  @Test(arguments: [
    ("/v1/status", "oceanid"), ("/v1/status", "OCEANID:80"), ("/v1/status", "localhost:"),
    ("http://oceanid/v1/status", "oceanid"), ("HTTP://Oceanid:80/v1/status", "oceanid"),
    ("http://localhost:8080/v1/status", "localhost:8080"),
  ])
  func requestForThisGuardIsAccepted(_ target: String, _ host: String) {
    #expect(refusal(target, [host]) == "/v1/status")
  }

  @Test func absoluteFormNeedsNeitherHostNorPath() {
    #expect(refusal("http://oceanid/v1/status?x=y", []) == "/v1/status?x=y")
    #expect(refusal("http://oceanid?x=/y", []) == "/?x=/y")
    #expect(refusal("http://oceanid", ["oceanid"]) == "/")
  }

  /// A path that holds an address is not an absolute form.
  @Test func pathIsNotAnAuthority() {
    #expect(refusal("/http://evil.example/", ["oceanid"]) == "/http://evil.example/")
    #expect(refusal("//evil.example/v1/status", ["oceanid"]) == "//evil.example/v1/status")
  }

  @Test(arguments: [
    ("http://evil.example/v1/status", ["oceanid"]), ("http://evil.example/v1/status", ["evil.example"]),
    ("http://evil.example/v1/status", []), ("hTTp://evil.example:80/v1/status", ["oceanid"]),
    ("http://oceanid.evil.example/v1/status", ["oceanid"]), ("http://oceanid./v1/status", ["oceanid"]),
    ("http://%6fceanid/v1/status", ["oceanid"]), ("http://[::1]/v1/status", ["oceanid"]),
    ("http://oceanid,evil/v1/status", ["oceanid"]), ("/v1/status", ["evil.example"]), ("/v1/status", []),
    ("/v1/status", ["[::1]:80"]), ("/v1/status", ["oceanid,evil.example"]),
  ])
  func requestForAnotherHostIsForbidden(_ target: String, _ hosts: [String]) {
    #expect(refusal(target, hosts) == "403")
  }

  @Test(arguments: [
    ("http://oceanid/v1/status", ["evil.example"]), ("http://oceanid/v1/status", ["localhost"]),
    ("http://oceanid/v1/status", ["oceanid:8080"]), ("http://oceanid/v1/status", ["oceanid", "oceanid"]),
    ("/v1/status", ["oceanid", "oceanid"]), ("/v1/status", [""]), ("/v1/status", ["oceanid:80@evil.example"]),
    ("/v1/status", ["oceanid:eighty"]), ("/v1/status", ["oceanid:123456"]), ("/v1/status", ["oceanid evil"]),
    ("/v1/status", ["oceanid/"]), ("http://oceanid@evil.example/v1/status", ["oceanid"]),
    ("http://evil.example@oceanid/v1/status", ["oceanid"]), ("http:///v1/status", ["oceanid"]),
    ("http://:80/v1/status", ["oceanid"]), ("https://oceanid/v1/status", ["oceanid"]),
    ("ftp://oceanid/v1/status", ["oceanid"]), ("http://oceanid\\@evil.example/v1/status", ["oceanid"]),
  ])
  func invalidHostIsABadRequest(_ target: String, _ hosts: [String]) {
    #expect(refusal(target, hosts) == "400")
  }
}
