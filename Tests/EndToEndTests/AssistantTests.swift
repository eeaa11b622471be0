import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// `oceanid-ctl mcp` with the official client, the real guard and the demo cluster.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: AssistantProgram.python != nil, Comment(rawValue: AssistantProgram.reason)), .serialized,
  .blocking, .timeLimit(.minutes(10)))
struct AssistantTests {
  static let modes = [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")]

  @Test(arguments: modes) func everyToolAnswersTheOfficialClient(_ mode: String, _ revision: String) throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    // The client inherits no variable that names a socket.
    let client = try AssistantProgram(mode, ["--socket", installation.socket])
    let info = try client.ask(["info": true]) as? [String: Any]
    #expect(info?["revision"] as? String == revision)
    let tools = try client.ask(["tools": true]) as? [[String: Any]] ?? []
    #expect(tools.count == 8)
    for (tool, arguments) in [
      ("status", [:]), ("status", ["cluster": "tethys"]), ("problems", [:]),
      ("explain", ["topic": "auth_refused"]),
      ("explain", [:]), ("inspect", ["part": "nodes"]), ("inspect", ["part": "flux"]),
      ("inspect", ["part": "images"]), ("inspect", ["part": "workloads"]), ("inspect", ["part": "tunnel"]),
      ("history", ["since": "1h"]), ("doctor", [:]), ("wait_until", ["goal": "healthy"]),
    ] as [(String, [String: Any])] {
      let outcome = try client.call(tool, arguments)
      #expect(!outcome.isError, "\(tool) \(arguments): \(outcome.text)")
      #expect(!outcome.fields.isEmpty && outcome.text.utf8.count < 8000, "\(tool)")
      #expect(!outcome.text.contains(installation.kubeconfig), "\(tool) names the kubeconfig")
    }
    #expect(try client.call("status").fields["verdict"] as? String == "healthy")
    #expect(try client.call("inspect", ["part": "nodes"]).fields["total"] as? Int == 3)
    #expect(
      try client.call("where_is_commit", ["commit": "abcdef1"]).text.contains("no pipeline is configured"))
    #expect(try client.call("status", ["cluster": "nope"]).text.contains("known clusters: tethys"))
    #expect(try client.call("inspect", ["part": "nodes", "name": "--kubeconfig=x"]).isError)
    let uris = try client.ask(["resources": true]) as? [String]
    #expect(uris == ["oceanid://status", "oceanid://problems", "oceanid://cluster/{name}"])
    let read = try client.ask(["read": "oceanid://cluster/tethys"]) as? String
    #expect(read?.contains(#""verdict":"healthy""#) == true)
    #expect(throws: FixtureError.self) { try client.ask(["read": "oceanid://nope"]) }

    // A changed verdict causes a message, and a poll does not.
    _ = try client.ask(["subscribe": "oceanid://status"])
    Thread.sleep(forTimeInterval: 3)
    #expect(try client.ask(["updates": true]) as? [String] == [])
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(
      try eventually(within: .seconds(60)) {
        try client.ask(["updates": true]) as? [String] == ["oceanid://status"]
      })
    #expect(try client.call("status").fields["verdict"] as? String == "critical")

    // Without the guard, a call fails with a remedy.
    try installation.stop()
    let gone = try client.call("status")
    #expect(gone.isError && gone.text.contains("\nnext: "), "\(gone.text)")
    #expect(client.close() == .exited(0))
    #expect(installation.cluster.requests.allSatisfy { $0.method == "GET" })
  }

  @Test func waitReportsProgressAndTheObstacle() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let client = try AssistantProgram("auto", ["--socket", installation.socket])
    let outcome = try client.call("wait_until", ["goal": "healthy", "timeout_seconds": 4])
    #expect(outcome.fields["reached"] as? Bool == false && outcome.fields["needsPerson"] as? Bool == false)
    #expect((outcome.fields["first"] as? [String: Any])?["code"] as? String == "node-not-ready")
    let seconds = outcome.progress.compactMap { ($0.first as? NSNumber)?.doubleValue }
    #expect(seconds.count >= 2 && seconds == seconds.sorted() && Set(seconds).count == seconds.count)
    installation.cluster.apply(.nodeReady("calypso"))
    let reached = try client.call("wait_until", ["goal": "healthy", "timeout_seconds": 60])
    #expect(reached.fields["reached"] as? Bool == true)
  }

  /// The tools alone show all that an assistant must know about a broken cluster.
  @Test(arguments: modes.map(\.0)) func brokenClusterIsUnderstoodFromTheToolsAlone(_ mode: String) throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    let start = Date()
    installation.cluster.apply(.sourceRefused)
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(try installation.waitFor { document, _ in document.problems.count >= 2 }.holds)
    let client = try AssistantProgram(mode, ["--socket", installation.socket])
    // The problems.
    let status = try client.call("status")
    #expect(status.fields["verdict"] as? String == "critical")
    let first = try #require(status.fields["first"] as? [String: Any])
    let problems = try client.call("problems").items("problems")
    #expect(problems.first?["code"] as? String == first["code"] as? String)
    let node = try #require(problems.first { $0["code"] as? String == "node-not-ready" })
    #expect((node["untrusted"] as? [String: Any])?["subject"] as? String == "node calypso")
    // The start of the problem.
    let since = try #require((node["since"] as? String).flatMap { Timestamp(rfc3339: $0) })
    #expect(abs(Double(since.milliseconds) / 1000 - start.timeIntervalSince1970) < 60)
    // Its cause.
    let source = try #require(problems.first { ($0["code"] as? String)?.hasPrefix("flux-") == true })
    let detail = (source["untrusted"] as? [String: Any])?["detail"] as? String ?? ""
    let inspected = try client.call("inspect", ["part": "flux", "unhealthy_only": true]).items("items")
    let messages = inspected.compactMap { ($0["untrusted"] as? [String: Any])?["message"] as? String }
    #expect(!detail.isEmpty && messages.contains { !$0.isEmpty })
    #expect((source["meaning"] as? String)?.isEmpty == false)
    let explained = try client.call("explain", ["topic": source["code"] as? String ?? ""])
    #expect(explained.items("topics").first?["meaning"] as? String == source["meaning"] as? String)
    // The next step. The guard wrote the command; with the names of the cluster it can be run as it is.
    let next = try #require(node["next"] as? [String: Any])
    #expect(next["command"] as? String == "oceanid-ctl run -- kubectl describe node <node>")
    let filled = (node["untrusted"] as? [String: Any])?["command"] as? String
    #expect(filled == "oceanid-ctl run --cluster tethys -- kubectl describe node calypso")
    // Its end.
    installation.cluster.apply(.healed)
    #expect(
      try client.call("wait_until", ["goal": "healthy", "timeout_seconds": 60]).fields["reached"] as? Bool
        == true)
    let ended = try client.call("history", ["since": "1h"]).items("incidents")
    #expect(ended.contains { $0["ongoing"] as? Bool == false && $0["seconds"] as? Int != nil })
  }

  @Test(arguments: modes.map(\.0), [ResponseFault.hostileTexts, .loneSurrogates, .invalidUTF8])
  func hostileTextsAreHarmlessData(_ mode: String, _ fault: ResponseFault) throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    installation.cluster.apply(.kustomizationFailing("infrastructure"))
    installation.cluster.apply(.answersWrong(fault, on: "/kustomizations"))
    let seen = try installation.waitFor { document, _ in
      document.problems.contains { problem in
        fault != .hostileTexts || problem.detail.contains(ResponseFault.instruction)
      }
    }
    #expect(seen.holds, "\(seen.document.problems)")
    let client = try AssistantProgram(mode, ["--socket", installation.socket])
    var quoted = 0
    for (tool, arguments) in [
      ("status", [:]), ("problems", [:]), ("inspect", ["part": "flux", "limit": 50]), ("history", [:]),
      ("doctor", [:]),
      ("wait_until", ["goal": "healthy", "timeout_seconds": 1]),
    ] as [(String, [String: Any])] {
      let outcome = try client.call(tool, arguments)
      #expect(!outcome.isError, "\(tool): \(outcome.text)")
      #expect(outcome.trusted.allSatisfy { !$0.contains(ResponseFault.instruction) }, "\(tool)")
      if outcome.text.contains(ResponseFault.instruction) { quoted += 1 }
      for scalar in outcome.text.unicodeScalars {
        #expect(
          scalar.value >= 0x20 && !scalar.isInvisible && scalar != "\u{FFFD}", "\(tool): \(scalar.value)")
      }
    }
    if fault == .hostileTexts { #expect(quoted > 0, "the text is shown as data") }
    #expect(client.close() == .exited(0))
  }
}
