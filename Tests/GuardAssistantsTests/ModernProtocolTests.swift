import GuardConnection
import Testing

@testable import GuardAssistants

/// The protocol of revision 2026-07-28, and both forms mixed.
@Suite struct ModernProtocolTests {
  @Test func discoveryNamesTheModernVersionOnly() {
    var client = Conversation()
    let result = client.result("server/discover", isModern: true)
    #expect(result?["supportedVersions"] == ["2026-07-28"])
    #expect(
      result?["resultType"] == "complete" && result?["ttlMs"] == 0 && result?["cacheScope"] == "private")
    #expect(result?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "oceanid")
    #expect(result?["capabilities"]?["resources"] == ["subscribe": true])
  }

  @Test func everyResultIsComplete() {
    var client = Conversation()
    for method in ["tools/list", "resources/list", "resources/templates/list"] {
      let result = client.result(method, isModern: true)
      #expect(result?["resultType"] == "complete" && result?["ttlMs"] == 0, "\(method)")
      #expect(result?["cacheScope"] == "private", "\(method)")
    }
    _ = client.ask(.integer(2), "tools/call", ["name": "status"], isModern: true)
    let call = client.finish(.integer(2), .success([:])).first?["result"]
    #expect(call?["resultType"] == "complete" && call?["structuredContent"] == [:])
    #expect(call?["_meta"]?["io.modelcontextprotocol/serverInfo"] != nil)
    _ = client.ask(.integer(2), "tools/call", ["name": "status"], isModern: true)
    let failed = client.finish(.integer(2), .failure(CallFailure("x"))).first?["result"]
    #expect(failed?["resultType"] == "complete" && failed?["isError"] == true)
    _ = client.ask(.integer(2), "resources/read", ["uri": "oceanid://status"], isModern: true)
    let read = client.finish(.integer(2), .success([:])).first?["result"]
    #expect(read?["resultType"] == "complete" && read?["ttlMs"] == 0)
  }

  @Test(arguments: ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"])
  func goneMethodIsUnknown(_ method: String) {
    var client = Conversation()
    #expect(client.error(method, ["uri": "oceanid://status"], isModern: true) == -32601)
  }

  @Test(
    arguments: [
      ["io.modelcontextprotocol/protocolVersion": "2026-07-28"],
      [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": 1,
      ],
      ["io.modelcontextprotocol/protocolVersion": 1, "io.modelcontextprotocol/clientCapabilities": [:]],
    ] as [[String: JSONValue]])
  func incompleteRequestIsInvalid(_ meta: [String: JSONValue]) {
    var client = Conversation()
    #expect(client.error("tools/list", ["_meta": .object(meta)]) == -32602)
  }

  @Test func clientInfoMayBeMissing() {
    var client = Conversation()
    var meta = Conversation.modern
    meta["io.modelcontextprotocol/clientInfo"] = nil
    #expect(client.result("tools/list", ["_meta": .object(meta)])?["resultType"] == "complete")
  }

  @Test(arguments: ["server/discover", "subscriptions/listen"])
  func modernMethodWithoutItsVersionIsInvalid(_ method: String) {
    var client = Conversation()
    #expect(client.error(method) == -32602)
    #expect(client.error(method, ["_meta": ["progressToken": 1]]) == -32602)
  }

  @Test func otherVersionNamesTheSupportedOne() {
    var client = Conversation()
    var meta = Conversation.modern
    meta["io.modelcontextprotocol/protocolVersion"] = "2027-01-01"
    let messages = client.ask(.text("a"), "server/discover", ["_meta": .object(meta)])
    #expect(messages.first?["id"] == "a")
    let error = messages.first?["error"]
    #expect(error?["code"] == -32022)
    #expect(error?["data"] == ["supported": ["2026-07-28"], "requested": "2027-01-01"])
  }

  @Test func erasMayAlternate() {
    var client = Conversation()
    #expect(client.result("server/discover", isModern: true) != nil)
    #expect(
      client.result("initialize", ["protocolVersion": "2025-06-18"])?["protocolVersion"] == "2025-06-18")
    #expect(client.result("tools/list")?["resultType"] == nil)
    #expect(client.result("tools/list", isModern: true)?["resultType"] == "complete")
    #expect(client.result("tools/list", ["_meta": ["progressToken": 1]])?["resultType"] == nil)
    #expect(client.result("ping") == [:])
    // Calls of both forms run at the same time, and each ends in its own form.
    _ = client.ask(.integer(1), "tools/call", ["name": "status"], isModern: true)
    _ = client.ask(.text("1"), "tools/call", ["name": "status"])
    #expect(client.finish(.text("1"), .success([:])).first?["result"]?["resultType"] == nil)
    #expect(client.finish(.integer(1), .success([:])).first?["result"]?["resultType"] == "complete")
  }

  @Test func listedToolsAreReadOnlyAndHaveSchemas() {
    #expect(Tool.allCases.count == 8)
    #expect(
      Tool.allCases.map(\.rawValue) == [
        "status", "problems", "explain", "inspect", "where_is_commit", "history", "doctor", "wait_until",
      ])
    for tool in Tool.allCases {
      let json = tool.json
      #expect(
        json["inputSchema"]?["type"] == "object" && json["inputSchema"]?["additionalProperties"] == false)
      let properties = json["inputSchema"]?["properties"]?.fields
      #expect(properties?.keys.sorted() == tool.parameters.map(\.name).sorted())
      for property in (properties ?? [:]).values {
        #expect(property["type"] != nil && property["description"]?.text?.isEmpty == false, "\(tool)")
      }
      #expect(
        json["outputSchema"]?["type"] == "object"
          && json["outputSchema"]?["properties"]?.fields?.isEmpty == false)
      #expect(json["outputSchema"]?["additionalProperties"] == nil, "unknown fields are admitted")
      #expect(json["annotations"]?["readOnlyHint"] == true && json["annotations"]?["openWorldHint"] == false)
    }
    let size = JSONValue.array(Tool.allCases.map(\.json)).line.utf8.count
    #expect(size < 16_000, "every assistant pays for \(size) bytes")
  }
}
