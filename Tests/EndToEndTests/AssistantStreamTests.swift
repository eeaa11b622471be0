import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// `oceanid-ctl mcp` byte by byte: order, ends, cancellation, and the environment that assistants give it.
@Suite(.serialized, .blocking, .timeLimit(.minutes(5)))
struct AssistantStreamTests {
  private static let modern =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

  private static func start(_ arguments: [String], _ environment: [String: String] = [:]) throws
    -> ChildProcess
  {
    try ChildProcess(Installation.client, ["mcp"] + arguments, environment: environment, takesInput: true)
  }

  /// The messages so far.
  private static func messages(_ child: ChildProcess) -> [[String: Any]] {
    child.output.split(separator: "\n").compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
  }

  private static func waits(_ child: ChildProcess, _ condition: ([[String: Any]]) -> Bool) -> Bool {
    eventually(within: .seconds(60), every: .milliseconds(20)) { condition(messages(child)) }
  }

  @Test func serverIsSilentUntilAskedAndEndsWithItsInput() throws {
    let child = try Self.start(["--socket", "/nonexistent"])
    Thread.sleep(forTimeInterval: 0.3)
    #expect(child.output.isEmpty && child.isRunning)
    child.closeInput()
    #expect(child.wait(within: .seconds(5)) == .exited(0))
    #expect(child.output.isEmpty && child.errors.isEmpty)
  }

  @Test func closedInputIsTheEndOfInput() throws {
    let child = try ChildProcess(
      "bash", ["-c", "exec \"$CTL\" mcp --socket /nonexistent <&-"],
      environment: ["PATH": "/usr/bin:/bin", "CTL": Installation.client])
    #expect(child.wait(within: .seconds(20)) == .exited(0))
    #expect(child.output.isEmpty && child.errors.isEmpty)
  }

  @Test func eachRequestIsAnswered() throws {
    let child = try Self.start(["--socket", "/nonexistent"])
    for id in ["1.5", "1.0", "9223372036854775808"] {
      child.send("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"ping\",\"params\":null}\n")
    }
    child.closeInput()
    #expect(child.wait(within: .seconds(20)) == .exited(0))
    #expect(
      Self.messages(child).compactMap { $0["id"] as? Double } == [1.5, 1, 9_223_372_036_854_775_808])
  }

  @Test func answersOfAPipeArriveBeforeTheEnd() throws {
    let child = try Self.start(["--socket", "/nonexistent"])
    child.send(
      "junk\n{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}\r\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}\n"
    )
    child.closeInput()
    #expect(child.wait(within: .seconds(5)) == .exited(0))
    let messages = Self.messages(child)
    #expect(
      messages.count == 2 && messages.first?["id"] as? String == "a" && messages.last?["id"] as? Int == 2)
  }

  /// `printf '…' | oceanid-ctl mcp`
  @Test func callThatStillRunsAtTheEndOfInputIsAnswered() throws {
    let child = try Self.start(["--socket", "/nonexistent"])
    for id in 1...8 {
      child.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"status"}}"# + "\n")
    }
    child.closeInput()
    #expect(child.wait(within: .seconds(10)) == .exited(0))
    #expect(Set(Self.messages(child).compactMap { $0["id"] as? Int }) == Set(1...8))
  }

  /// A guard that accepts and never answers.
  @Test func slowCallDelaysNeitherPingNorCancellationNorTheEnd() throws {
    let folder = try TemporaryFolder()
    let silent = try SilentGuard(path: folder.file("guard.sock"))
    defer { silent.stop() }
    let child = try Self.start(["--socket", silent.path])
    for id in 1...3 {
      child.send(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"doctor"}}"# + "\n")
    }
    child.send(#"{"jsonrpc":"2.0","id":10,"method":"ping"}"# + "\n")
    #expect(Self.waits(child) { $0.count == 1 && $0[0]["id"] as? Int == 10 })
    child.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n")
    child.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"# + "\n")
    #expect(Self.waits(child) { $0.count == 2 && $0[1]["id"] as? Int == 1 })
    // A stream stays open, too.
    child.send(
      #"{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["oceanid://status"]},\#(Self.modern)}}"#
        + "\n")
    #expect(Self.waits(child) { $0.count == 3 })
    child.closeInput()
    #expect(child.wait(within: .seconds(5)) == .exited(0))
    #expect(Self.messages(child).count == 3, "a cancelled or abandoned call is not answered")
  }

  @Test func cancelledWaitIsSilentWhileOthersAreAnswered() throws {
    let folder = try TemporaryFolder()
    let guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    defer { guardian.stop() }
    let child = try Self.start(["--socket", guardian.path])
    child.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait_until","arguments":{"goal":"healthy","timeout_seconds":3}}}"#
        + "\n")
    child.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n")
    Thread.sleep(forTimeInterval: 4)
    child.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"# + "\n")
    #expect(Self.waits(child) { !$0.isEmpty })
    #expect(Self.messages(child).map { $0["id"] as? Int } == [2])
  }

  @Test func longLineIsIgnoredAndTheNextIsAnswered() throws {
    let child = try Self.start(["--socket", "/nonexistent"])
    let filler = String(repeating: "x", count: 64 << 10)
    child.send(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":""#)
    for _ in 0..<40 { child.send(filler) }
    child.send("\"}}\n" + #"{"jsonrpc":"2.0","id":2,"method":"ping"}"# + "\n")
    #expect(Self.waits(child) { $0.count == 1 && $0[0]["id"] as? Int == 2 })
    #expect(child.errors.contains("is ignored"))
  }

  @Test func tenThousandObjectsAreASmallAnswer() throws {
    let folder = try TemporaryFolder()
    let guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    defer { guardian.stop() }
    let start = Timestamp(seconds: 0)
    var cluster = ClusterDocument(
      report: ClusterReport(name: "tethys", verdict: .critical, summary: ""),
      tunnel: TunnelDocument(state: .up, since: nil, host: "x"),
      poll: PollDocument(at: start, seenAt: start, duration: nil, failure: nil, now: start),
      api: APIDocument(),
      now: start)
    let one = try JSONDecoder().decode(
      FluxObjectDocument.self, from: Data(#"{"kind":"Kustomization","name":"x","verdict":"critical"}"#.utf8))
    cluster.flux.objects = (0..<10_000).map { number in
      var object = one
      object.name = "tenant-\(number)"
      object.message = String(repeating: "\u{1B}[31mfailing ☸ \"", count: 30)
      return object
    }
    var status = StatusDocument(generatedAt: start, clusters: [], problems: [])
    status.clusters = [cluster]
    try guardian.answers(status)
    let child = try Self.start(["--socket", guardian.path])
    for (id, arguments) in [
      (1, #"{"part":"flux"}"#), (2, #"{"part":"flux","limit":200}"#),
      (3, #"{"part":"flux","name":"tenant-9999"}"#),
    ] {
      child.send(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"inspect","arguments":\#(arguments)}}"#
          + "\n")
      #expect(Self.waits(child) { $0.contains { $0["id"] as? Int == id } })
    }
    let results = Self.messages(child).compactMap { $0["result"] as? [String: Any] }
    #expect(results.count == 3)
    for (result, most) in zip(results, [4200, 18_200, 4200]) {
      let text = ((result["content"] as? [[String: Any]])?.first?["text"] as? String) ?? ""
      let value = result["structuredContent"] as? [String: Any]
      #expect(text.utf8.count <= most && 2 * text.count <= 40_000 && !text.isEmpty)
      let (total, shown) = (value?["total"] as? Int, value?["shown"] as? Int)
      #expect(total == (result as NSDictionary == results[2] as NSDictionary ? 1 : 10_000))
      #expect(
        shown == (value?["items"] as? [Any])?.count && (value?["truncated"] as? Bool) == (shown != total))
    }
  }

  /// Assistants pass on no XDG_RUNTIME_DIR and no OCEANID_SOCKET.
  @Test func guardOfTheUserIsFoundInABareEnvironment() throws {
    let runtime = "/run/user/\(geteuid())"
    let folder = "\(runtime)/oceanid"
    let existed = FileManager.default.fileExists(atPath: runtime)
    // A socket of a real guard on this machine is left alone.
    guard !FileManager.default.fileExists(atPath: "\(folder)/guard.sock"),
      (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil
    else { return }
    defer { try? FileManager.default.removeItem(atPath: existed ? folder : runtime) }
    let guardian = try ScriptedGuard(path: "\(folder)/guard.sock")
    defer { guardian.stop() }
    try guardian.answers(StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: []))
    let child = try Self.start([])
    child.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"}}"# + "\n")
    #expect(
      Self.waits(child) { ($0.first?["result"] as? [String: Any])?["isError"] as? Bool == false },
      "\(child.output)")
  }
}

/// A socket that accepts connections and never answers.
private final class SilentGuard: Sendable {
  let path: String
  private let listener: Int32

  init(path: String) throws {
    self.path = path
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // The kernel completes connections before accept(2).
    guard result == 0, listen(listener, 64) == 0 else { throw FixtureError.system("bind \(path)", errno) }
  }

  func stop() { close(listener) }
}
