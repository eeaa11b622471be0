import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

/// Commands that follow the guard go on over its restart.
@Suite(.blocking, .timeLimit(.minutes(5))) struct FollowTests {
  private let folder: TemporaryFolder
  private let guardian: ScriptedGuard

  init() throws {
    folder = try TemporaryFolder()
    guardian = try ScriptedGuard(path: folder.file("guard.sock"))
  }

  private func change(_ second: Int64, _ node: String) -> ChangeDocument {
    ChangeDocument(
      at: Timestamp(seconds: Int64(Date().timeIntervalSince1970) + second), event: "problem_opened",
      cluster: "tethys", subject: "node \(node)",
      message: "node \(node) is not ready")
  }

  private func status(_ summary: String) -> StatusDocument {
    var status = StatusDocument(
      generatedAt: Timestamp(seconds: 1_767_225_600), clusters: [], problems: [])
    status.summary = summary
    return status
  }

  private func client(_ command: [String]) throws -> ChildProcess {
    let client = try ChildProcess(
      Installation.client, command + ["--socket", guardian.path], environment: ["PATH": "/usr/bin:/bin"])
    try #require(eventually { guardian.watchers == 1 }, "\(command): \(client.errors)")
    return client
  }

  /// Stops the guard, starts it again, and waits until the client follows the new one.
  private func restart(_ client: ChildProcess) throws {
    guardian.stop()
    #expect(eventually { client.errors.contains("closed the stream; waiting until it runs again\n") })
    try guardian.start()
    #expect(eventually { guardian.watchers == 1 }, "\(client.errors)")
    #expect(eventually { client.errors.contains("guard.sock runs again\n", after: "closed the stream") })
    #expect(client.isRunning, "\(client.errors)")
    #expect(client.errors.split(separator: "\n").count == 2, "\(client.errors)")
  }

  @Test(arguments: [["watch"], ["watch", "--json"], ["status", "-w"]])
  func changesAreShownAfterARestart(_ command: [String]) throws {
    let client = try client(command)
    try guardian.show(status("one"))
    #expect(eventually { client.output.contains("one") })
    try restart(client)
    try guardian.show(status("two"))
    try guardian.tell(change(0, "calypso"))
    #expect(eventually { client.output.contains("calypso", after: "two") }, "\(client.output)")
    #expect(client.isRunning)
  }

  @Test(arguments: ["nodes", "flux", "images", "tunnel", "pipeline"])
  func pagesAreShownAfterARestart(_ command: String) throws {
    let client = try client([command, "-w"])
    try guardian.show(status("one"))
    #expect(eventually { !client.output.isEmpty }, "\(client.errors)")
    try restart(client)
    try guardian.show(status("another summary, on a page of its own"))
    #expect(client.isRunning)
  }

  @Test(arguments: [["history", "-f"], ["history", "-f", "--json"]])
  func historyHasTheChangesWhileItCouldNotFollow(_ command: [String]) throws {
    let client = try client(command)
    try guardian.tell(change(1, "first"))
    #expect(eventually { client.output.contains("first") }, "\(client.errors)")
    let missed = change(2, "missed")
    guardian.recalls([change(-10, "earlier"), missed])
    try restart(client)
    #expect(eventually { client.output.contains("missed") }, "\(client.output)")
    // The stream repeats a change that the history had.
    try guardian.tell(missed)
    try guardian.tell(change(3, "last"))
    #expect(eventually { client.output.contains("last") })
    #expect(client.output.split(separator: "\n").count { $0.contains("missed") } == 1)
    #expect(!client.output.contains("earlier"))
  }

  @Test func theFollowerEndsWithItsReaderWhileTheGuardIsGone() throws {
    let shell = try ChildProcess(
      "/bin/sh", ["-c", "\(Installation.client) watch --socket \(guardian.path) | head -n 1"])
    #expect(eventually { guardian.watchers == 1 })
    guardian.stop()
    #expect(eventually { shell.errors.contains("closed the stream") })
    shell.descendants.forEach { descendant in
      let name = try? String(contentsOfFile: "/proc/\(descendant)/comm", encoding: .utf8)
      if name == "head\n" { kill(descendant, SIGTERM) }
    }
    #expect(shell.wait() != nil)
  }
}

extension String {
  /// True if `text` occurs behind `before`.
  fileprivate func contains(_ text: String, after before: String) -> Bool {
    range(of: before).map { self[$0.upperBound...].contains(text) } ?? false
  }
}
