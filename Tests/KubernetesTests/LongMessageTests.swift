import Health
import Redaction
import Testing

@testable import Kubernetes

/// The size of stored messages is limited per object and per list.
@Suite struct LongMessageTests {
  private static func item(_ number: Int, _ message: String) -> String {
    let condition = { (type: String, status: String) in
      #"{"type":"\#(type)","status":"\#(status)","reason":"BuildFailed","message":"\#(message)"}"#
    }
    return #"{"metadata":{"name":"k\#(number)","namespace":"a"},"status":{"conditions":["#
      + condition("Reconciling", "True") + "," + condition("Ready", "False") + "]}}"
  }

  private static func messages(_ items: [String], budget: Int? = nil) throws -> [[String]] {
    let kind = try #require(Kind.discovered.first { $0.name == "Kustomization" })
    var limits = ListReader.Limits()
    if let budget { limits.messages = budget }
    let reader = ListReader(of: ServedKind(kind, "v1"), limits: limits)
    let body = Array(SmallCluster.list("Kustomization", items).utf8)
    _ = body.withUnsafeBytes { reader.receive($0) }
    _ = try reader.finish()
    return reader.objects.compactMap { object in
      guard case .flux(let flux) = object else { return nil }
      return flux.resource.conditions.map(\.message)
    }
  }

  @Test func longMessagesAreShortenedToOneKibibyte() throws {
    for character in ["x", "é", "🚢"] {
      let kept = try Self.messages([Self.item(0, String(repeating: character, count: 5000))])
      #expect(kept.first?.count == 2)
      for message in kept.joined() {
        #expect(message.utf8.count <= redactedTextLimit && message.utf8.count > redactedTextLimit - 8)
        #expect(message.hasSuffix("…"))
      }
    }
  }

  @Test func messagesOfAListAreLimitedToOneMebibyte() throws {
    let kept = try Self.messages(
      (0..<3000).map { Self.item($0, "\($0) " + String(repeating: "x", count: 2000)) })
    #expect(kept.count == 3000)
    let long = kept.filter { ($0.first?.utf8.count ?? 0) > ListReader.messageLine }
    #expect(long.count == 1024)
    #expect(
      kept.suffix(100).joined().allSatisfy { $0.utf8.count <= ListReader.messageLine && $0.hasSuffix("…") })
  }

  @Test func oneLineMessagesAreNotShortened() throws {
    let line = String(repeating: "x", count: ListReader.messageLine)
    #expect(
      try Self.messages([Self.item(0, line), Self.item(1, line)], budget: 0).joined().allSatisfy {
        $0 == line
      })
  }

  @Test func shortenedMessagesAreRedacted() throws {
    for before in 100...170 {
      let text = String(repeating: "x", count: before) + " https://user:TOKEN0123456789@host/ yyyyyyyy"
      for message in try Self.messages([Self.item(0, text)], budget: 0).joined() {
        #expect(!message.contains("TOK"))
      }
    }
  }
}
