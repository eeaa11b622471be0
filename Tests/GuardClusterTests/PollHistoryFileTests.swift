import Foundation
import GuardTypes
import Health
import TestSupport
import Testing

@testable import GuardCluster
@testable import GuardState

@Suite struct PollHistoryFileTests {
  @Test func sinceSurvivesARestart() throws {
    let folder = try TemporaryFolder()
    let state = StateFolder(folder: folder.path)
    let file = PollHistoryFile(cluster: "tethys", folder: state)
    #expect(file.load() == PollHistory())
    let since = [
      "tethys/node/a/cordoned": Timestamp(seconds: 1000), "tethys/pods/pending": Timestamp(seconds: 2000),
    ]
    file.save(PollHistory(firstSeen: since))
    let again = PollHistoryFile(cluster: "tethys", folder: state)
    #expect(again.load().firstSeen == since)
    file.save(PollHistory())
    #expect(again.load() == PollHistory())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["problems-tethys"])
  }

  @Test func retriedFailureSurvivesARestart() throws {
    let folder = try TemporaryFolder()
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
    let apps = Reference(kind: "Kustomization", namespace: "flux-system", name: "apps")
    let lease = Reference(kind: "Lease", namespace: "kube-node-lease", name: "calypso")
    let time = Timestamp(seconds: 1_768_039_200)
    let history = PollHistory(
      firstSeen: ["tethys/a": time],
      failures: [
        apps: Condition(
          type: "Ready", status: .isFalse, reason: "BuildFailed", message: "line \"one\"\nline two",
          lastTransitionTime: time)
      ],
      renewals: [lease: PollHistory.Renewal(renewTime: time, movedAt: nil)], critical: ["tethys/a"])
    file.save(history)
    #expect(file.load() == history)
    // The guard of before took such lines for nothing, and its own are read as they were.
    try folder.write(
      "2026-01-10T10:00:00Z tethys/b c\nfailure {\nrenewal 7\nfailure \n", to: "problems-tethys")
    #expect(file.load() == PollHistory(firstSeen: ["tethys/b c": time]))
  }

  @Test func servedKindsSurviveARestart() throws {
    let folder = try TemporaryFolder()
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
    let history = PollHistory(kinds: [
      "Kustomization": PollHistory.KnownKind(objects: 12),
      "Stack": PollHistory.KnownKind(objects: 1, goneSince: Timestamp(seconds: 1_768_039_200)),
    ])
    file.save(history)
    #expect(file.load() == history)
    try folder.write(#"kind {"name":"Bucket","objects":-1}"# + "\nkind 7\nkind {}\n", to: "problems-tethys")
    #expect(file.load() == PollHistory())
    // They come before what may fill the file.
    var crowded = history
    for number in 0..<30_000 {
      crowded.firstSeen["tethys/flux/kustomization/tenants/\(number)/failed"] = Timestamp(seconds: 1000)
    }
    file.save(crowded)
    #expect(file.load().kinds == history.kinds)
  }

  @Test func restartDuringARetryEndsNoFailure() throws {
    let folder = try TemporaryFolder()
    let now = Timestamp(seconds: 1_768_039_200)
    func judged(_ status: Condition.Status, _ history: PollHistory) -> (
      report: ClusterReport, history: PollHistory
    ) {
      let ready = Condition(type: "Ready", status: status, reason: "BuildFailed", lastTransitionTime: now)
      let apps = FluxObject(
        resource: Resource(
          kind: "Kustomization", namespace: "flux-system", name: "apps", conditions: [ready]))
      let node = Node(
        resource: Resource(
          kind: "Node", name: "a", conditions: [Condition(type: "Ready", status: .isTrue)]))
      let observation = Observation(
        cluster: "tethys", listen: "", kubeconfig: "/k",
        tunnel: TunnelHealth(state: .up, since: now, host: "tethys"),
        snapshot: Snapshot(serverTime: now, nodes: .seen([node]), flux: .seen([apps])), snapshotAt: now,
        pollFailure: nil, pollInterval: .seconds(15), expectations: Expectations())
      return judge(observation, history: history, now: now)
    }
    let before = judged(.isFalse, PollHistory())
    #expect(before.report.verdict == .critical)
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
    file.save(before.history)
    let after = judged(.unknown, file.load()).report
    #expect(after.problems == before.report.problems)
    #expect(judged(.unknown, PollHistory()).report.problems.isEmpty)
  }

  @Test func fileStaysSmall() throws {
    let folder = try TemporaryFolder()
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
    var history = PollHistory(firstSeen: ["tethys/a": Timestamp(seconds: 1)])
    for number in 0..<3000 {
      history.failures[Reference(kind: "Kustomization", namespace: "n", name: "\(number)")] = Condition(
        type: "Ready", status: .isFalse, message: String(repeating: "x", count: 4096))
    }
    file.save(history)
    let loaded = file.load()
    #expect(loaded.firstSeen == history.firstSeen)
    #expect((500..<3000).contains(loaded.failures.count))
    #expect(loaded.failures.values.allSatisfy { $0.message.utf8.count <= 1024 })
  }

  @Test func unreadableFileIsIgnored() throws {
    let folder = try TemporaryFolder()
    try folder.write("yesterday a\n\nno-time\n2026-01-10T10:00:00Z tethys/b\n\u{0}", to: "problems-tethys")
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
    #expect(file.load().firstSeen == ["tethys/b": Timestamp(seconds: 1_768_039_200)])
  }

  @Test(arguments: [nil, "", "relative"])
  func nothingIsSavedWithoutAFolder(_ folder: String?) {
    let environment = folder.map { ["STATE_DIRECTORY": $0] } ?? [:]
    #expect(StateFolder(environment: environment) == nil)
  }

  @Test func missingFolderIsNoError() {
    let file = PollHistoryFile(cluster: "tethys", folder: StateFolder(folder: "/nowhere/at/all"))
    file.save(PollHistory(firstSeen: ["a": Timestamp(seconds: 1)]))
    #expect(file.load() == PollHistory())
  }
}
