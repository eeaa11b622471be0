import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import IncidentTracking
import TestSupport
import Testing

/// The real guard sends notices to real receivers.
@Suite(
  .enabled(if: SSHServer.isAvailable && program("python3") != nil, "needs an sshd and python3"), .blocking,
  .timeLimit(.minutes(10)))
struct AlertTests {
  private static let key = "of our own making"

  /// An installation with two receivers, of which the second is not available yet, and a program.
  private static func installation(_ hook: Int, _ late: Int) throws -> Installation {
    try Installation { _, folder in
      try folder.write(key, to: "key")
      chmod(folder.file("key"), 0o600)
      _ = try folder.writeProgram("#!/bin/sh\ncat >>\"$0.$OCEANID_CHANNEL\"\n", to: "pager")
      let yaml = try String(contentsOfFile: folder.file("guard.yaml"), encoding: .utf8)
      try folder.write(
        yaml + """
          alerts:
            - name: hook
              webhook: { url: "http://127.0.0.1:\(hook)/hook", key: { file: \(folder.file("key")) } }
            - name: late
              webhook: { url: "http://127.0.0.1:\(late)/late" }
            - name: pager
              command: { run: [\(folder.file("pager"))] }
          """ + "\n", to: "guard.yaml")
    }
  }

  private static func notices(_ receiver: WebReceiver) -> [NoticeDocument] {
    receiver.requests.compactMap { try? JSONDecoder().decode(NoticeDocument.self, from: Data($0.body.utf8)) }
  }

  private static func contains(_ notices: [NoticeDocument], _ change: IncidentNotice.Change) -> Bool {
    notices.contains { notice in
      notice.entries.contains { $0.change == change && $0.incident.subject == "node calypso" }
    }
  }

  private static func channel(_ installation: Installation, _ name: String) throws -> AlertsDocument.Channel?
  {
    try DocumentCoding.decode(
      AlertsDocument.self, from: Data(try installation.ctl("alerts", "--json").output.utf8)
    )
    .channels.first { $0.name == name }
  }

  @Test func everyChannelIsNotifiedEvenAfterAKill() throws {
    let hook = try WebReceiver(key: Self.key)
    let latePort = try freePort()
    let installation = try Self.installation(hook.port, latePort)
    #expect(try installation.waitUntilHealthy())

    // Test notices: delivered, not delivered, and for unknown or missing channels.
    let tried = try installation.ctl("alerts", "test", "hook")
    #expect(tried.status == 0 && tried.output == "hook accepted the test message\n")
    #expect(Self.notices(hook).map(\.test) == [true])
    #expect(hook.requests.map(\.signed) == [true])
    let refused = try installation.ctl("alerts", "test", "late")
    #expect(
      refused.status == 1 && refused.errors.hasPrefix("oceanid-ctl: not delivered: http://127.0.0.1"))
    #expect(try installation.ctl("alerts", "test", "nobody").status == 64)
    #expect(try installation.ctl("alerts", "test").status == 64)

    // This incident is sent to the available receiver, and kept for the unavailable one.
    installation.cluster.apply(.nodeNotReady("calypso"))
    let opened = eventually(within: .seconds(90)) { Self.contains(Self.notices(hook), .opened) }
    #expect(opened)
    #expect(hook.requests.allSatisfy { $0.signed == true })
    let paged = installation.folder.file("pager.pager")
    #expect(
      eventually(within: .seconds(30)) {
        (try? String(contentsOfFile: paged, encoding: .utf8).contains(#""subject":"node calypso""#)) == true
      })
    #expect(try Self.channel(installation, "late")?.waiting == 1)
    #expect(try installation.ctl("metrics").output.contains("oceanid_alerts_waiting{channel=\"late\""))
    // A failing channel is itself a problem: it is in the status, and another channel reports it.
    let late = try installation.waitFor(within: .seconds(90)) { document, _ in
      document.problems.contains { $0.id == "guard/alerts/late/failing" }
    }
    #expect(late.holds)
    #expect(late.document.verdict == .critical)
    #expect(try installation.ctl("alerts").output.contains("late is failing since"))

    // After a kill, waiting notices are not lost.
    try installation.restart(killing: true)
    #expect(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let lateReceiver = try WebReceiver(port: latePort)
    #expect(try installation.ctl("alerts", "test", "late").status == 0)
    #expect(eventually(within: .seconds(60)) { Self.contains(Self.notices(lateReceiver), .opened) })

    installation.cluster.apply(.nodeReady("calypso"))
    #expect(
      eventually(within: .seconds(90)) {
        Self.contains(Self.notices(hook), .ended) && Self.contains(Self.notices(lateReceiver), .ended)
      })
    // Delivery is at least once, but without failures nothing is sent twice.
    let keys = Self.notices(hook).flatMap(\.entries).map(\.key)
    #expect(Set(keys).count == keys.count)

    // A channel that is removed from the configuration gets no more notices.
    let yaml = try String(contentsOfFile: installation.configuration, encoding: .utf8)
    let end = try #require(yaml.range(of: "alerts:"))
    try installation.folder.write(String(yaml[..<end.lowerBound]) + "alerts: []\n", to: "guard.yaml")
    #expect(try installation.ctl("reload").status == 0)
    #expect(try installation.ctl("alerts").output.hasPrefix("No alert channel is configured"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: installation.folder.file("state/alerts")).isEmpty)
  }
}
