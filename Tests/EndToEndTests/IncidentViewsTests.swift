import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import IncidentTracking
import TestSupport
import Testing

/// `status`, `history`, `incidents`, `report` and a webhook show the same start, end and duration of an incident.
@Suite(
  .enabled(if: SSHServer.isAvailable && program("python3") != nil, "needs an sshd and python3"), .blocking,
  .timeLimit(.minutes(10)))
struct IncidentViewsTests {
  private static let secret = "secret flux-system/github-token"

  private static func incidents(_ installation: Installation) throws -> IncidentsDocument {
    try DocumentCoding.decode(
      IncidentsDocument.self, from: Data(try installation.ctl("incidents", "--json").output.utf8))
  }

  /// The notices about the Secret that the webhook received.
  private static func entries(_ receiver: WebReceiver) -> [NoticeEntryDocument] {
    receiver.requests.compactMap { try? JSONDecoder().decode(NoticeDocument.self, from: Data($0.body.utf8)) }
      .flatMap(\.entries).filter { $0.incident.subject == secret }
  }

  /// The journal entries that open or close the Secret's problem.
  private static func changes(_ installation: Installation) throws -> [ChangeDocument] {
    try installation.ctl("history", "--json").output.split(separator: "\n")
      .map { try JSONDecoder().decode(ChangeDocument.self, from: Data($0.utf8)) }
      .filter { $0.subject == secret && $0.event.hasPrefix("problem_") }
  }

  /// A Secret is missing. In that time, the guard is killed and the tunnel goes down. Right after the Secret is back,
  /// the tunnel goes down again.
  @Test func allViewsAgree() throws {
    let receiver = try WebReceiver()
    let installation = try Installation(notifying: receiver)
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.secretMissing("flux-system/github-token"))
    #expect(eventually(within: .seconds(90)) { Self.entries(receiver).map(\.change) == [.opened] })
    let opened = try #require(try Self.incidents(installation).open.first { $0.subject == Self.secret })
    let begin = try #require(opened.since)

    func bounceTunnel() throws {
      installation.server.stop()
      #expect(try installation.waitFor { _, cluster in cluster.tunnel.state != .up }.holds)
      try installation.server.start()
      #expect(try installation.waitFor { _, cluster in cluster.tunnel.state == .up }.holds)
    }
    try bounceTunnel()
    try installation.restart(killing: true)
    let seen = try installation.waitFor { document, _ in
      document.problems.contains { $0.subject == Self.secret }
    }
    #expect(seen.document.problems.first { $0.subject == Self.secret }?.since == begin)
    #expect(try Self.incidents(installation).open.first { $0.subject == Self.secret }?.since == begin)

    installation.cluster.apply(.secretBack("flux-system/github-token"))
    #expect(try installation.waitUntilHealthy())
    try bounceTunnel()
    #expect(
      eventually(within: .seconds(120)) { Self.entries(receiver).map(\.change) == [.opened, .ended] })

    let past = try #require(try Self.incidents(installation).past.first { $0.subject == Self.secret })
    let end = try #require(past.endedAt)
    #expect(past.id == opened.id && past.since == begin)
    // The guard's memory contains the events since the kill: the end, which contains the start time.
    let changes = try Self.changes(installation)
    #expect(changes.map(\.event) == ["problem_closed"])
    #expect(changes.map(\.since) == [begin] && changes.map(\.endedAt) == [end])
    #expect(changes.map(\.incident) == [opened.id])
    let ended = try #require(Self.entries(receiver).last?.incident)
    #expect(ended.since == begin && ended.endedAt == end && ended.id == opened.id)

    // The duration between the displayed times, which have seconds.
    let seconds = end.milliseconds / 1000 - begin.milliseconds / 1000
    let parts = [(seconds / 60, "min"), (seconds % 60, "s")].filter { $0.0 > 0 }
    let length = parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    let lines = { (text: String) in text.split(separator: "\n").filter { $0.contains("github-token") } }
    for arguments in [["incidents"], ["history"]] {
      let text = try installation.ctl(arguments, environment: [:]).output
      #expect(lines(text).count == 1 && lines(text).allSatisfy { $0.contains(length) }, "\(text)")
    }
    let report = try installation.ctl("report", "--output", "-").output
    #expect(
      lines(report).contains { $0.contains("<td data-label=\"Lasted\">\(length)</td>") }, "\(lines(report))")
  }
}
