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
      let kept = try Self.messages([Self.item(0, String(repeating: character, count: 4000))])
      #expect(kept.first?.count == 2)
      for message in kept.joined() {
        #expect(message.utf8.count <= redactedTextLimit && message.utf8.count > redactedTextLimit - 8)
        #expect(message.contains(" … ") && message.hasSuffix(character))
      }
    }
  }

  @Test func messagesOfAListAreLimitedToOneMebibyte() throws {
    let kept = try Self.messages(
      (0..<3000).map { Self.item($0, "\($0) " + String(repeating: "x", count: 2000)) })
    #expect(kept.count == 3000)
    let long = kept.filter { ($0.first?.utf8.count ?? 0) > TextLimits.line }
    #expect(long.count == 1024)
    #expect(
      kept.suffix(100).joined().allSatisfy { $0.utf8.count <= TextLimits.line && $0.hasSuffix("…") })
  }

  @Test(arguments: ["Node", "HelmRelease", "Deployment", "Job", "Stack"])
  func textsOfAListWithHostileObjectsAreLimited(name: String) throws {
    let kind = try #require((Kind.builtIn + Kind.discovered).first { $0.name == name })
    let long = String(repeating: "x", count: 400)
    let finalizers = (0..<24).map { #""f\#($0)-\#(long)""# }.joined(separator: ",")
    let conditions =
      (0..<64).map {
        #"{"type":"T\#($0)-\#(long)","status":"True","reason":"\#(long)","message":"\#($0) \#(long)"}"#
      }.joined(separator: ",") + #",{"type":"Ready","status":"True"}"#
    let reader = ListReader(
      of: ServedKind(kind, kind.versions[0]), limits: ListReader.Limits(messages: 32 << 10, texts: 128 << 10))
    let items = (0..<80).map {
      #"{"metadata":{"name":"k\#($0)","namespace":"a","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["#
        + finalizers + #"]},"spec":{},"status":{"conditions":["# + conditions + "]}}"
    }
    for (index, item) in items.enumerated() {
      let text = index == 0 ? #"{"kind":"\#(name)List","metadata":{},"items":["# + item : "," + item
      _ = Array(text.utf8).withUnsafeBytes { reader.receive($0) }
    }
    _ = Array("]}".utf8).withUnsafeBytes { reader.receive($0) }
    _ = try reader.finish()
    #expect(reader.objects.count == 80)
    #expect(reader.objects.reduce(0) { $0 + $1.conditionTexts + $1.longTexts } < 640 << 10)
    let last = try #require(reader.objects.last?.resource)
    #expect(last.conditions["Ready"]?.status == .isTrue, "what decides the verdict is kept")
    #expect(last.finalizers.joined().utf8.count < 256 && last.finalizers.last?.hasSuffix(" more") == true)
  }

  @Test func finalizersAreKeptOfDeletedObjectsOnly() throws {
    let kind = try #require(Kind.discovered.first { $0.name == "HelmRelease" })
    func finalizers(_ deletion: String) throws -> [String]? {
      let item = #"{"metadata":{"name":"k","namespace":"a",\#(deletion)"finalizers":["a.example/x","b"]}}"#
      return try ObjectPage(
        Array(SmallCluster.list("HelmRelease", [item]).utf8), of: ServedKind(kind, kind.versions[0])
      ).objects.first?.resource?.finalizers
    }
    #expect(try finalizers("") == [])
    #expect(try finalizers(#""deletionTimestamp":"2026-01-01T00:00:00Z","#) == ["a.example/x", "b"])
  }

  @Test func oneLineMessagesAreNotShortened() throws {
    let line = String(repeating: "x", count: TextLimits.line)
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
