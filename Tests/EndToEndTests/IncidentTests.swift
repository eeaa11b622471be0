import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import IncidentTracking
import TestSupport
import Testing

/// Incidents and notices with the real programs and the real thresholds.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking,
  .timeLimit(.minutes(10)))
struct IncidentTests {
  private static func incidents(_ installation: Installation) throws -> IncidentsDocument {
    try DocumentCoding.decode(
      IncidentsDocument.self, from: Data(try installation.ctl("incidents", "--json").output.utf8))
  }

  /// The open incident of calypso, when `condition` is true for it.
  private static func calypso(
    _ installation: Installation, _ condition: (IncidentDocument) -> Bool
  ) throws -> IncidentDocument? {
    var found: IncidentDocument?
    _ = eventually(within: .seconds(90), every: .milliseconds(250)) {
      found = try? incidents(installation).open.first { $0.subject == "node calypso" && condition($0) }
      return found != nil
    }
    return found
  }

  @Test func nodeDownAndItsEndAreNotifiedOnceOverARestart() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    installation.cluster.apply(.nodeNotReady("calypso"))
    let pending = try #require(try Self.calypso(installation) { $0.state == .pending })
    #expect(pending.notices == 0)
    let notified = try #require(try Self.calypso(installation) { $0.notices == 1 })
    #expect(notified.id == pending.id && notified.state == .firing)
    #expect(eventually { installation.log.contains("incident_opened") })

    // The file is written after the notice was created.
    let state = installation.folder.file("state/incidents.json")
    #expect(
      eventually { (try? String(contentsOfFile: state, encoding: .utf8).contains(notified.id)) == true })
    try installation.restart()
    #expect(try installation.waitFor { document, _ in document.verdict == .critical }.holds)
    let kept = try #require(try Self.calypso(installation) { _ in true })
    #expect(kept.id == notified.id && kept.notices == 1 && kept.state == .firing)
    // The journal entry was written before the restart and is not repeated.
    #expect(!installation.log.contains("problem_opened"))

    installation.cluster.apply(.nodeReady("calypso"))
    // Journal entries after the restart belong to the same incident.
    #expect(eventually(within: .seconds(60)) { installation.log.contains("incident=\(notified.id)") })
    var past: [IncidentDocument] = []
    #expect(
      eventually(within: .seconds(90), every: .milliseconds(250)) {
        past = (try? Self.incidents(installation).past) ?? []
        return !past.isEmpty
      })
    #expect(past.map(\.id) == [notified.id])
    #expect(past.first?.notices == 2)
    #expect(eventually { installation.log.contains("incident_ended") })
    #expect(!installation.log.contains("incident_opened"))
  }

  @Test func mutedNodeIsNotNotified() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let begun = try installation.ctl("silence", "node *", "--for", "1h", "--reason", "new disk", "--json")
    #expect(begun.status == 0)
    let receipt = try JSONDecoder().decode(ReceiptDocument.self, from: Data(begun.output.utf8))
    #expect(receipt.silence?.pattern == "node *")
    installation.cluster.apply(.nodeNotReady("calypso"))
    let silenced = try #require(try Self.calypso(installation) { $0.state == .firing })
    #expect(silenced.notices == 0)
    let status = try installation.ctl("status")
    #expect(status.output.contains("muted  until") && status.output.contains("new disk"))
    let id = try #require(silenced.silence)
    #expect(try installation.ctl("silence", "--end", id).status == 0)
    #expect(try installation.ctl("silence", "--end", id).status == 64)
    // A misspelled name must not appear as a cluster without incidents.
    #expect(try installation.ctl("incidents", "--cluster", "tehtys").status == 64)
    #expect(try installation.ctl("silence", "--cluster", "tehtys").status == 64)
    #expect(try Self.calypso(installation) { $0.notices == 1 } != nil)
  }
}
