import Foundation
import GuardAPI
import Health
import IncidentTracking
import TestSupport
import Testing

@testable import GuardControl
@testable import GuardIncidents

@Suite struct SilenceTests {
  @Test(.blocking) func socketServesIncidentsAndAcceptsSilences() throws {
    let fixture = try ControlFixture()
    let start = Timestamp(seconds: 1_800_000_000)
    let problem = Problem(
      .node(.notReady), id: "tethys/node/calypso/not-ready", severity: .critical, cluster: "tethys",
      subject: "node calypso",
      title: "node calypso is NotReady", detail: "kubelet stopped posting", since: start,
      step: NextStep(command: "kubectl describe"))
    for second in stride(from: Int64(0), to: 60, by: 5) {
      let now = start + .seconds(second)
      fixture.ledger.observe(
        ProblemObservation(cluster: "tethys", problems: [problem], poll: now),
        at: now)
      fixture.ledger.pass(at: now)
    }
    #expect(try fixture.get("/v1/incidents").contains("\"state\":\"firing\""))
    #expect(try fixture.get("/v1/silence", method: "POST").contains("\"query\""))
    let answer = try fixture.get(
      "/v1/silence?reason=known&seconds=600&pattern=node%20calypso", method: "POST")
    #expect(answer.contains("200 OK"))
    let id = try #require(fixture.ledger.document().silences.first?.id)
    #expect(answer.contains("silence \(id) until"))
    #expect(answer.contains("it mutes 1 open incident"))
    let receipt = try #require(
      DocumentCoding.decodeReceipt(Data((answer.split(separator: "\r\n").last ?? "").utf8)))
    #expect(receipt.silence?.id == id && receipt.silence?.expiresAt != nil)
    #expect(receipt.effect == "it mutes 1 open incident")
    fixture.ledger.retain(clusters: ["tethys"])
    let unknown = try fixture.get("/v1/silence?reason=known&seconds=600&cluster=nosuch", method: "POST")
    #expect(unknown.contains("404") && unknown.contains("no such cluster"))
    #expect(try fixture.get("/v1/silence?end=nope", method: "POST").contains("404"))
    #expect(try fixture.get("/v1/silence?end=\(id)", method: "POST").contains("200 OK"))
    #expect(fixture.ledger.document().silences.isEmpty)
  }
}
