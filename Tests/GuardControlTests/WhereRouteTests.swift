import Testing

@testable import GuardControl

@Suite struct WhereRouteTests {
  @Test(arguments: [
    ("commit=aaaaaaa&cluster=tethys", "200 OK", "\"stages\""),
    ("commit=aaaaaa", "400 Bad Request", "hexadecimal"),
    ("commit=main", "400 Bad Request", "hexadecimal"), ("", "400 Bad Request", "hexadecimal"),
    ("commit=ccccccc", "404 Not Found", "no such commit"), ("commit=bbbbbbb", "502 Bad Gateway", "no answer"),
  ])
  func whereFindsACommit(_ query: String, _ status: String, _ words: String) throws {
    let fixture = try ControlFixture()
    let answer = try fixture.get("/v1/where?\(query)")
    #expect(answer.contains(status) && answer.contains(words), "\(answer)")
  }
}
