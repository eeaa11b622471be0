import Testing

@testable import PipelineSources

@Suite struct APIAddressTests {
  private static let address = APIAddress(
    isEncrypted: true, host: "api.github.com", port: 443, path: "/api/v3/")

  @Test func pathHasNoSlashAtItsEnd() {
    #expect(Self.address.path == "/api/v3")
    #expect(APIAddress(isEncrypted: true, host: "a", port: 1, path: "/").path == "")
  }

  @Test(arguments: [
    ("https://api.github.com/repositories/1?x=2#y", "/repositories/1?x=2"),
    ("https://API.github.com:443/a", "/a"), ("/a/b", "/a/b"),
  ])
  func redirectsOnTheSameHost(_ location: String, _ path: String) {
    #expect(Self.address.target(ofRedirect: location, from: "/") == path)
  }

  @Test(arguments: [
    "http://api.github.com/a", "https://evil.example.org/a", "https://api.github.com:8443/a",
    "https://api.github.com.evil.example.org/a", "https://api.github.com@evil.example.org/a", "//evil/a",
    "https://api.github.com", "", "a/b", "/a b", "/a\r\nX: y", "ftp://api.github.com/a",
  ])
  func otherRedirectsAreRefused(_ location: String) {
    #expect(Self.address.target(ofRedirect: location, from: "/") == nil)
  }
}
