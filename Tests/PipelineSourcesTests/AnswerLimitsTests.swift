import Health
import Pipeline
import TestSupport
import Testing

@testable import PipelineSources

/// The limits of an API's answer.
@Suite struct AnswerLimitsTests {
  private static func client(_ server: RawServer) throws -> GitHubClient {
    GitHubClient(
      try APIClient(
        .gitHub, at: APIAddress(isEncrypted: false, host: "127.0.0.1", port: server.port), token: nil,
        cancellation: APICancellation(), clock: { Timestamp(seconds: 1_800_000_000) }), owner: "o", name: "r")
  }

  private static func answer(_ body: String) -> RawServer.Reply {
    .bytes("HTTP/1.1 200 OK\r\nETag: \"x\"\r\nConnection: close\r\n\r\n\(body)")
  }

  @Test(arguments: [
    ("{}", 2), ("[]", 2), (#"{"a":1,"b":[1,2,3]}"#, 6), (#"{"a":"[{,,\",{","b":"\\"}"#, 3), ("", 1),
  ])
  func valuesAreCountedOutsideOfTexts(_ json: String, _ count: Int) {
    #expect(AnswerLimits.values(in: Array(json.utf8)) == count)
  }

  @Test func listOfManyTinyElementsIsNotDecoded() throws {
    let elements = String(repeating: "{},", count: 200_000)
    let server = try RawServer { _ in Self.answer(#"{"workflow_runs":[\#(elements){}]}"#) }
    let client = try Self.client(server)
    let error = #expect(throws: SourceFailure.self) { try client.runs(of: "a.yml") { _ in true } }
    #expect(error?.kind == .unreadable && error?.message.contains("more than 60000 values") == true)
  }

  @Test func elementsBeyondTheLimitAreLeftOut() throws {
    let runs = (1...200).map { #"{"id":\#($0),"run_number":\#($0),"status":"queued"}"# }
    let server = try RawServer { _ in Self.answer(#"{"workflow_runs":[\#(runs.joined(separator: ","))]}"#) }
    #expect(try Self.client(server).runs(of: "a.yml") { _ in true }.map(\.number) == Array(1...100))
  }

  @Test func largeFileIsNotRead() throws {
    let text = String(repeating: "a", count: 1 << 20)
    let server = try RawServer { head in Self.answer(head.contains("large") ? text + "b" : text) }
    let client = try Self.client(server)
    let commit = try #require(CommitID(String(repeating: "a", count: 40)))
    #expect(try client.contents(of: "x.yaml", at: commit).count == 1 << 20)
    let error = #expect(throws: SourceFailure.self) { try client.contents(of: "large.yaml", at: commit) }
    #expect(error?.kind == .unreadable)
  }

  @Test func memoryOfAnswersIsBoundedInBytes() {
    var cache = AnswerCache()
    for index in 0..<20 { cache.store(index, bytes: 1 << 20, etag: "\"x\"", for: "/\(index)", nil) }
    #expect(cache.bytes <= AnswerCache.maxBytes)
    #expect(cache.value(for: "/0", as: Int.self) == nil && cache.value(for: "/19", as: Int.self) == 19)
    // The same path takes its place once.
    for _ in 0..<20 { cache.store(0, bytes: 1 << 20, etag: "\"x\"", for: "/19", nil) }
    #expect(cache.bytes <= AnswerCache.maxBytes && cache.value(for: "/18", as: Int.self) == 18)
    cache.store(0, bytes: 9 << 20, etag: "\"x\"", for: "/large", nil)
    #expect(cache.bytes == 0)
    cache.store(0, bytes: 100, etag: nil, for: "/none", nil)
    #expect(cache.bytes == 0 && cache.etag(for: "/none", nil) == nil)
  }

  @Test(arguments: [
    ("0001-01-01T00:00:00Z", false), ("1970-01-01T00:00:00Z", false), ("2026-11-30T18:00:00Z", true),
    ("9999-12-31T23:59:59Z", false), ("2099-12-31T23:59:59Z", true),
  ])
  func timeOutsideOfThisCenturyIsUnknown(_ text: String, _ isKnown: Bool) throws {
    let object = try #require(JSONObject(Array(#"{"t":"\#(text)"}"#.utf8)))
    #expect((object.time("t") != nil) == isKnown)
    #expect((object.pulumiTime("t") != nil) == isKnown)
  }
}
