import GuardAPI
import GuardConnection
import GuardTypes
import Health
import Testing

@testable import GuardAssistants

/// Cancellation, progress and subscriptions.
@Suite struct CallFlowTests {
  @Test func cancelledCallGetsNoAnswer() {
    var client = Conversation()
    let meta: JSONValue = ["progressToken": "t"]
    _ = client.ask(.integer(1), "tools/call", ["name": "doctor", "_meta": meta])
    #expect(client.notify("notifications/cancelled", ["requestId": 1, "reason": "user"]).isEmpty)
    #expect(client.effects.last == .cancel(.integer(1)))
    #expect(client.progress(.integer(1), 1).isEmpty)
    #expect(client.finish(.integer(1), .success([:])).isEmpty)
    // The id "1" is another one.
    _ = client.ask(.integer(1), "tools/call", ["name": "doctor"])
    _ = client.notify("notifications/cancelled", ["requestId": "1"])
    #expect(client.finish(.integer(1), .success([:])).count == 1)
  }

  @Test func otherRequestsAreAnsweredDuringACall() {
    var client = Conversation()
    _ = client.ask(.integer(1), "tools/call", ["name": "wait_until", "arguments": ["goal": "healthy"]])
    #expect(client.ask(.integer(2), "ping").count == 1)
    #expect(client.ask(.integer(3), "tools/list", isModern: true).count == 1)
    #expect(client.ask(.integer(1), "ping").first?["error"]?["code"] == -32600, "an id in use")
    #expect(client.finish(.integer(1), .success([:])).count == 1)
    #expect(client.ask(.integer(1), "ping").first?["result"] == [:])
  }

  @Test func callsAreLimited() {
    var client = Conversation()
    for id in 0..<AssistantSession.callLimit {
      #expect(client.ask(.integer(Int64(id)), "tools/call", ["name": "doctor"]).isEmpty)
    }
    let refused = client.ask(.integer(99), "tools/call", ["name": "doctor"])
    #expect(refused.first?["result"]?["isError"] == true)
    _ = client.notify("notifications/cancelled", ["requestId": 3])
    #expect(client.ask(.integer(99), "tools/call", ["name": "doctor"]).isEmpty)
  }

  @Test func progressGrowsAndIsForItsTokenOnly() {
    var client = Conversation()
    for token in ["t", 7] as [JSONValue] {
      _ = client.ask(
        .integer(1), "tools/call",
        ["name": "wait_until", "arguments": ["goal": "api"], "_meta": ["progressToken": token]])
      #expect(client.lastCall?.hasProgress == true)
      let first = client.progress(.integer(1), 1)
      #expect(
        first == [
          [
            "jsonrpc": "2.0", "method": "notifications/progress",
            "params": [
              "progressToken": token, "progress": .number(1), "total": .number(10), "message": "waiting",
            ],
          ]
        ])
      #expect(client.progress(.integer(1), 1).isEmpty)
      #expect(client.progress(.integer(1), 2).count == 1)
      _ = client.finish(.integer(1), .success([:]))
      #expect(client.progress(.integer(1), 3).isEmpty)
    }
    _ = client.ask(.integer(1), "tools/call", ["name": "wait_until", "arguments": ["goal": "api"]])
    #expect(client.progress(.integer(1), 1).isEmpty)
  }

  private static func record(_ clusters: KeyValuePairs<String, Verdict>) -> VerdictRecord {
    VerdictRecord(Documents.status(clusters))
  }

  @Test func legacySubscriberHearsOfAChangedVerdictOnly() {
    var client = Conversation()
    #expect(client.result("resources/subscribe", ["uri": "oceanid://status"]) == [:])
    #expect(client.result("resources/subscribe", ["uri": "oceanid://cluster/b"]) == [:])
    #expect(client.effects == [.watch(true)])
    #expect(client.tell(Self.record(["a": .healthy, "b": .healthy])).isEmpty)
    #expect(client.tell(Self.record(["a": .healthy, "b": .healthy])).isEmpty)
    func updated(_ uri: String) -> JSONValue {
      ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": ["uri": .string(uri)]]
    }
    #expect(client.tell(Self.record(["a": .critical, "b": .healthy])) == [updated("oceanid://status")])
    #expect(
      client.tell(Self.record(["a": .critical, "b": .degraded]))
        == [updated("oceanid://status"), updated("oceanid://cluster/b")])
    #expect(client.tell(.unreachable).count == 2)
    #expect(client.tell(.unreachable).isEmpty)
    #expect(client.result("resources/unsubscribe", ["uri": "oceanid://status"]) == [:])
    #expect(client.result("resources/unsubscribe", ["uri": "oceanid://cluster/b"]) == [:])
    #expect(client.effects == [.watch(true), .watch(false)])
    #expect(client.tell(Self.record(["a": .healthy])).isEmpty)
  }

  @Test func streamIsAcknowledgedAndEndsWithItsCancellation() {
    var client = Conversation()
    let wanted: JSONValue = [
      "resourceSubscriptions": ["oceanid://problems", "oceanid://nope"], "toolsListChanged": true,
    ]
    let acknowledged = client.ask(
      .text("listen-1"), "subscriptions/listen", ["notifications": wanted], isModern: true)
    let key = "io.modelcontextprotocol/subscriptionId"
    #expect(
      acknowledged == [
        [
          "jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged",
          "params": [
            "_meta": .object([key: "listen-1"]),
            "notifications": ["resourceSubscriptions": ["oceanid://problems"]],
          ],
        ]
      ])
    _ = client.tell(Self.record(["a": .healthy]))
    #expect(
      client.tell(Self.record(["a": .degraded])) == [
        [
          "jsonrpc": "2.0", "method": "notifications/resources/updated",
          "params": ["uri": "oceanid://problems", "_meta": .object([key: "listen-1"])],
        ]
      ])
    #expect(client.ask(.integer(5), "tools/list", isModern: true).count == 1)
    #expect(client.notify("notifications/cancelled", ["requestId": "listen-1"]).isEmpty)
    #expect(client.effects == [.watch(true), .watch(false)])
    #expect(client.tell(Self.record(["a": .critical])).isEmpty)
  }

  @Test func streamWithoutResourcesWatchesNothing() {
    var client = Conversation()
    let messages = client.ask(.integer(1), "subscriptions/listen", ["notifications": [:]], isModern: true)
    #expect(messages.first?["params"]?["notifications"] == [:])
    #expect(client.effects.isEmpty)
    #expect(
      client.error("subscriptions/listen", ["notifications": 1], isModern: true) == -32600, "its id is in use"
    )
    #expect(
      client.ask(.integer(2), "subscriptions/listen", isModern: true).first?["error"]?["code"] == -32602)
  }

  @Test func subscriptionsAreLimited() {
    var client = Conversation()
    for number in 0..<Subscriptions.limit {
      #expect(client.result("resources/subscribe", ["uri": .string("oceanid://cluster/c\(number)")]) == [:])
    }
    #expect(client.error("resources/subscribe", ["uri": "oceanid://status"]) == -32602)
    #expect(client.result("resources/subscribe", ["uri": "oceanid://cluster/c1"]) == [:])
  }
}
