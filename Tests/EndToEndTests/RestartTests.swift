import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// An API server that restarts and a kind that is deleted, with the real daemon and client.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking,
  .timeLimit(.minutes(10)))
struct RestartTests {
  private static func names(_ cluster: ClusterDocument) -> Set<String> {
    Set(
      cluster.flux.objects.map { "\($0.kind) \($0.name)" } + cluster.images.policies.map(\.name)
        + cluster.certificates.map(\.name) + cluster.stacks.map(\.name) + cluster.nodes.map(\.name))
  }

  @Test func restartOfTheAPIServerRemovesNothingFromTheDocument() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let before = Self.names(try #require(try installation.status().clusters.first))
    installation.cluster.apply(.restarts(seconds: 13))
    var wasNotReady = false
    let isBack = try installation.waitFor { document, cluster in
      let others = document.problems.filter { !$0.id.hasPrefix("tethys/api/") }
      #expect(others.isEmpty, "\(others.map(\.id))")
      #expect(Self.names(cluster) == before)
      if document.problems.contains(where: { $0.id == "tethys/api/not-ready" }) { wasNotReady = true }
      return wasNotReady && document.verdict == .healthy
    }
    #expect(isBack.holds, "\(isBack)")
    let incidents = try DocumentCoding.decode(
      IncidentsDocument.self,
      from:
        Data(try installation.ctl("incidents", "--json").output.utf8))
    #expect((incidents.open + incidents.past).allSatisfy { $0.subject == "API of tethys" })
  }

  @Test func deletedDefinitionIsReportedByANewGuard() throws {
    let installation = try Installation()
    #expect(try installation.waitUntilHealthy())
    let before = Self.names(try #require(try installation.status().clusters.first))
    // The kind is saved at the latest when the guard ends.
    installation.cluster.apply(.definitionDeleted("kustomizations.kustomize.toolkit.fluxcd.io"))
    func isReported(_ document: StatusDocument) -> Bool {
      document.problems.contains {
        $0.id == "tethys/flux/kinds/not-served" && $0.title.hasPrefix("kustomize-controller runs")
          && $0.detail.contains("3 objects of Kustomization")
      }
    }
    let reported = try installation.waitFor { document, cluster in
      isReported(document) && Self.names(cluster) == before
    }
    #expect(reported.holds, "\(reported)")
    try installation.restart()
    let again = try installation.waitFor { document, _ in isReported(document) }
    #expect(again.holds, "\(again)")
    installation.cluster.apply(.definitionBack("kustomizations.kustomize.toolkit.fluxcd.io"))
    // The kinds of the server are requested once per minute.
    let well = try installation.waitFor(within: .seconds(120)) { document, _ in document.verdict == .healthy }
    #expect(well.holds, "\(well)")
  }
}
