import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// `oceanid-ctl diff` with the real daemon and a cluster that changes.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .blocking,
  .timeLimit(.minutes(10)))
struct DiffTests {
  private static func diff(_ installation: Installation) throws -> DiffDocument {
    let result = try installation.ctl("diff", "--json")
    #expect(result.status == 0, "\(result.errors)")
    return try DocumentCoding.decode(DiffDocument.self, from: Data(result.output.utf8))
  }

  /// Waits until the differences meet a condition.
  private static func wait(
    for installation: Installation, _ condition: (DiffDocument) -> Bool
  ) throws -> DiffDocument {
    var last = try diff(installation)
    _ = try eventually(within: .seconds(60), every: .milliseconds(200)) {
      last = try diff(installation)
      return condition(last)
    }
    #expect(condition(last), "\(last)")
    return last
  }

  /// Returns after this many further polls.
  private static func poll(_ installation: Installation, times: Int = 3) throws {
    for _ in 0..<times {
      let before = try installation.status().clusters.first?.poll.at
      _ = try installation.ctl("poll")
      #expect(
        try eventually { try installation.status().clusters.first?.poll.at != before })
    }
  }

  @Test func diffShowsTheChangesOfADay() throws {
    let installation = try Installation()
    let cluster = installation.cluster
    #expect(try installation.waitUntilHealthy())
    try Self.poll(installation)
    // The first polls have no change.
    let quiet = try installation.ctl("diff", "--utc")
    #expect(quiet.status == 0)
    #expect(quiet.output.hasPrefix("nothing changed, last 24h; from the guard's memory; known since "))

    // A policy selects a newer image, its commit is applied, and the workload runs it.
    cluster.apply(.policyMoved("cert-manager", tag: "v1.18.3"))
    _ = try Self.wait(for: installation) { $0.changes.contains { $0.fact == "policy" } }
    cluster.apply(.rollout("cert-manager"))
    // A node goes away.
    cluster.apply(.nodeGone("srv712695"))
    let changed = try Self.wait(for: installation) { document in
      ["node", "revision", "policy", "image"].allSatisfy { fact in
        document.changes.contains { $0.fact == fact }
      }
    }
    let image = try #require(changed.changes.first { $0.fact == "image" })
    #expect(image.from == "quay.io/jetstack/cert-manager-controller:v1.18.2")
    #expect(image.to == "quay.io/jetstack/cert-manager-controller:v1.18.3")
    #expect(image.names == ["deployment cert-manager/cert-manager"])
    let node = try #require(changed.changes.first { $0.fact == "node" })
    #expect(node.names == ["node srv712695"] && node.to == nil)
    // One commit is one change of the source and of all its Kustomizations.
    let commit = try #require(changed.changes.first { $0.from?.hasPrefix("main@sha1:") == true })
    #expect(commit.names.count > 3 && commit.count == commit.names.count && commit.steps == 1)
    #expect(commit.names.contains("gitrepository flux-system/flux-system"))
    #expect(changed.problems.contains { $0.subject == "node srv712695" && $0.endedAt == nil })

    // Nothing is gone while it can't be read.
    cluster.apply(.answersWrong(.forbidden, on: "/kustomizations"))
    cluster.apply(.answersWrong(.forbidden, on: "/nodes"))
    try Self.poll(installation)
    cluster.apply(.answersRight)
    try Self.poll(installation)
    cluster.apply(.definitionDeleted("imagepolicies.image.toolkit.fluxcd.io"))
    try Self.poll(installation)
    cluster.apply(.definitionBack("imagepolicies.image.toolkit.fluxcd.io"))
    cluster.apply(.restarts(seconds: 3))
    #expect(
      try installation.waitFor { _, cluster in cluster.api.ready == true && cluster.poll.ok == true }.holds)
    try Self.poll(installation)
    #expect(try Self.diff(installation).changes == changed.changes)

    // The node is back while the guard is not running.
    try installation.stop()
    let stopped = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    cluster.apply(.nodeBack("srv712695"))
    cluster.apply(.begins(.kubeletVersion("calypso", version: "v1.34.1+k3s1")))
    try installation.restart()
    #expect(try installation.waitFor { _, cluster in cluster.poll.ok == true }.holds)
    let after = try Self.wait(for: installation) { $0.changes.contains { $0.fact == "kubelet" } }
    #expect(after.changes.map(\.fact) == ["node", "kubelet"])
    for change in after.changes {
      #expect(change.formerSeenAt.map { $0 < stopped } == true && change.lastAt > stopped)
    }
    #expect(after.knownSince.map { $0 > stopped } == true)

    // The page, the journal's text, and a history without these entries.
    let page = try installation.ctl("diff", "--utc").output
    #expect(page.contains("Nodes\n") && page.contains("node srv712695: joined"), "\(page)")
    #expect(page.contains("node calypso: kubelet v1.33.4+k3s1 -> v1.34.1+k3s1"), "\(page)")
    #expect(installation.log.contains("object_changed: tethys: node calypso changed from kubelet"))
    let history = try installation.ctl("history").output
    #expect(!history.contains("changed from") && history.contains("changed objects: oceanid-ctl diff"))
    #expect(
      try installation.ctl("history", "--event", "object_changed").output.contains("node srv712695 joined"))
    #expect(try installation.ctl("diff", "-o", "yaml").output.contains("schema: \"oceanid.diff/1\""))
    #expect(try installation.ctl("diff", "--cluster", "nope").status == 64)
    // Changes are no incidents.
    #expect(try !installation.ctl("incidents", "--json").output.contains("object_changed"))
  }

  @Test func withoutAGuardAndAJournalItEndsWith69() throws {
    let folder = try TemporaryFolder()
    let result = try run(
      Installation.client, ["diff", "--socket", folder.file("none.sock")],
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
    #expect(result.exit == .exited(69), "\(result)")
  }
}
