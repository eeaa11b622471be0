import GuardConnection
import Testing

@testable import GuardAssistants

/// The protocol up to revision 2025-11-25.
@Suite struct LegacyProtocolTests {
  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
    ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
    ("", "2025-11-25"),
  ])
  func knownOfferIsEchoed(_ offer: String, _ version: String) {
    var client = Conversation()
    let result = client.result(
      "initialize",
      [
        "protocolVersion": .string(offer), "clientInfo": ["name": "x", "version": "1"],
        "capabilities": ["sampling": [:], "unknown": ["a": 1]],
      ])
    #expect(result?["protocolVersion"] == .string(version))
    #expect(result?["serverInfo"]?["name"] == "oceanid")
    #expect(result?["capabilities"] == ["tools": [:], "resources": ["subscribe": true]])
    #expect(result?["resultType"] == nil && result?["_meta"] == nil)
    #expect((result?["instructions"]?.text?.count ?? 9999) <= 2048)
    #expect(client.notify("notifications/initialized").isEmpty)
  }

  @Test func pingIsEmpty() {
    var client = Conversation()
    #expect(client.result("ping") == [:])
    #expect(client.ask(.text("a"), "ping") == [["jsonrpc": "2.0", "id": "a", "result": [:]]])
  }

  @Test func listsHaveNoFieldsOfTheModernForm() {
    var client = Conversation()
    for (method, key) in [
      ("tools/list", "tools"), ("resources/list", "resources"),
      ("resources/templates/list", "resourceTemplates"),
    ] {
      let result = client.result(method)
      #expect(result?.fields?.keys.sorted() == [key], "\(method)")
      #expect(result?[key]?.items?.isEmpty == false, "\(method)")
      #expect(client.result(method, ["cursor": .null]) != nil)
      #expect(client.error(method, ["cursor": "x"]) == -32602, "\(method)")
    }
  }

  @Test(arguments: [
    "prompts/list", "logging/setLevel", "completion/complete", "tasks/list", "subscriptions/unlisten", "nope",
    "",
  ])
  func unknownMethodIsAnswered(_ method: String) {
    var client = Conversation()
    #expect(client.error(method) == -32601)
    #expect(client.error(method, isModern: true) == -32601)
  }

  @Test(arguments: [
    "notifications/initialized", "notifications/roots/list_changed", "nope", "notifications/cancelled",
  ])
  func notificationGetsNoAnswer(_ method: String) {
    var client = Conversation()
    #expect(client.notify(method).isEmpty)
    #expect(client.notify(method, ["requestId": 99]).isEmpty)
    #expect(client.effects.isEmpty)
  }

  @Test func callEndsWithValueAndText() {
    var client = Conversation()
    #expect(client.ask(.integer(4), "tools/call", ["name": "status", "arguments": [:]]).isEmpty)
    #expect(client.lastCall?.tool == .status && client.lastCall?.hasProgress == false)
    #expect(
      client.finish(.integer(4), .success(["verdict": "healthy"])) == [
        [
          "jsonrpc": "2.0", "id": 4,
          "result": [
            "content": [["type": "text", "text": #"{"verdict":"healthy"}"#]],
            "structuredContent": ["verdict": "healthy"], "isError": false,
          ],
        ]
      ])
    #expect(client.finish(.integer(4), .success([:])).isEmpty, "a second answer")
  }

  @Test func failedCallIsAResultWithTheRemedy() {
    var client = Conversation()
    _ = client.ask(.integer(4), "tools/call", ["name": "status"])
    let messages = client.finish(.integer(4), .failure(CallFailure("no guard", next: ["start it"])))
    #expect(messages.first?["result"]?["isError"] == true)
    #expect(messages.first?["result"]?["structuredContent"] == nil)
    #expect(
      messages.first?["result"]?["content"] == [["type": "text", "text": "no guard\nnext: start it"]])
  }

  @Test(
    arguments: [
      ["name": "nope"], [:], ["name": 1], ["name": "status", "arguments": []],
      ["name": "status", "arguments": "x"],
    ] as [[String: JSONValue]])
  func malformedCallIsAnError(_ params: [String: JSONValue]) {
    var client = Conversation()
    #expect(client.error("tools/call", params) == -32602)
    #expect(client.effects.isEmpty)
  }

  @Test(
    arguments: [
      ("inspect", [:]), ("inspect", ["part": "pods"]), ("inspect", ["part": 1]),
      ("inspect", ["part": "flux", "limit": 0]),
      ("inspect", ["part": "flux", "limit": .number(1.5)]), ("status", ["nope": 1]),
      ("status", ["cluster": 1]),
      ("inspect", ["part": "flux", "unhealthy_only": "yes"]), ("wait_until", ["goal": "up"]),
      ("wait_until", ["goal": "api", "timeout_seconds": 100_000]),
      ("status", ["cluster": .string(String(repeating: "x", count: 600))]),
    ] as [(String, [String: JSONValue])])
  func badArgumentIsAResultThatAModelCanUse(_ tool: String, _ arguments: [String: JSONValue]) {
    var client = Conversation()
    let result = client.result("tools/call", ["name": .string(tool), "arguments": .object(arguments)])
    #expect(result?["isError"] == true)
    #expect(result?["content"]?.items?.first?["text"]?.text?.contains("argument") == true)
    #expect(client.effects.isEmpty)
  }

  @Test func nullArgumentIsLeftOut() {
    var client = Conversation()
    _ = client.ask(.integer(1), "tools/call", ["name": "status", "arguments": ["cluster": .null]])
    #expect(client.lastCall?.arguments.text("cluster") == nil && client.lastCall != nil)
  }

  @Test func resourceIsReadThroughItsTool() {
    var client = Conversation()
    for (uri, tool, cluster) in [
      ("oceanid://status", Tool.status, nil), ("oceanid://problems", .problems, nil),
      ("oceanid://status/", .status, nil),
      ("oceanid://cluster/tethys", .status, "tethys"),
    ] as [(String, Tool, String?)] {
      #expect(client.ask(.integer(2), "resources/read", ["uri": .string(uri)]).isEmpty)
      #expect(client.lastCall?.tool == tool && client.lastCall?.arguments.text("cluster") == cluster)
      let messages = client.finish(.integer(2), .success(["a": 1]))
      #expect(
        messages.first?["result"] == [
          "contents": [["uri": .string(uri), "mimeType": "application/json", "text": #"{"a":1}"#]]
        ])
    }
  }

  @Test(arguments: [
    "oceanid://nope", "", "oceanid://cluster/", "oceanid://cluster/a/b", "oceanid://cluster/%41",
    "file:///etc/passwd",
  ])
  func unknownResourceIsAnErrorOfItsEra(_ uri: String) {
    var client = Conversation()
    #expect(client.error("resources/read", ["uri": .string(uri)]) == -32002)
    #expect(client.error("resources/read", ["uri": .string(uri)], isModern: true) == -32602)
    #expect(client.error("resources/subscribe", ["uri": .string(uri)]) == -32002)
    #expect(client.result("resources/unsubscribe", ["uri": .string(uri)]) == [:])
  }

  @Test func resourceOfAnUnknownClusterIsAnError() {
    var client = Conversation()
    for (isModern, code) in [(false, -32002), (true, -32602)] as [(Bool, JSONValue)] {
      _ = client.ask(.integer(2), "resources/read", ["uri": "oceanid://cluster/x"], isModern: isModern)
      let failure = CallFailure("no cluster", kind: .noSuchCluster)
      #expect(client.finish(.integer(2), .failure(failure)).first?["error"]?["code"] == code)
    }
    _ = client.ask(.integer(2), "resources/read", ["uri": "oceanid://status"])
    let error = client.finish(.integer(2), .failure(CallFailure("no guard", next: ["start it"]))).first?[
      "error"]
    #expect(error?["code"] == -32603 && error?["message"] == "no guard\nnext: start it")
  }

  @Test func longAnswerIsWithinTheCap() {
    for length in [100, 19_000, 21_000, 39_000, 100_000] {
      var client = Conversation()
      _ = client.ask(.integer(1), "tools/call", ["name": "status"])
      let value: JSONValue = ["a": .string(String(repeating: "x", count: length))]
      let result = client.finish(.integer(1), .success(value)).first?["result"]
      let text = result?["content"]?.items?.first?["text"]?.text ?? ""
      let size = text.unicodeScalars.count + (result?["structuredContent"]?.line.unicodeScalars.count ?? 0)
      #expect(size <= 40_100, "\(length)")
      #expect((result?["isError"] == true) == (length > 40_000))
      #expect((text == value.line) == (length < 20_000))
    }
  }
}
