import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardRun

@Suite struct ForwardCheckTests {
  private func status(_ change: (inout [ForwardDocument]) -> Void) -> StatusDocument {
    var status = Scene.healthy.status
    change(&status.clusters[0].tunnel.forwards)
    return status
  }

  private func description(of status: StatusDocument) -> String? {
    do throws(ForwardUnavailable) { try ForwardUnavailable.check(status) } catch { return error.description }
    return nil
  }

  @Test func portOfAnotherProgramBlocksEveryGoal() {
    let stolen = status {
      $0[0].state = .portBusy
      $0[0].holder = "a process of mallory (uid 1001)"
    }
    for goal in Goal.allCases {
      #expect(
        goal.obstacle(in: stolen)?.reason
          == "tethys: 127.0.0.1:16443 is in use by a process of mallory (uid 1001), not by the guard")
    }
    #expect(description(of: stolen)?.hasSuffix(". See which process listens there: sudo ss -ltnp") == true)
    #expect(throws: Never.self) { try ForwardUnavailable.check(Scene.healthy.status) }
  }

  @Test func oneForeignPortOfSeveralIsRefused() {
    let second = status {
      $0.append(ForwardDocument(listen: "127.0.0.1:18080", target: "x:80", state: .portBusy))
    }
    #expect(
      Goal.tunnel.obstacle(in: second)?.reason
        == "tethys: 127.0.0.1:18080 is in use by another process, not by the guard")
  }

  @Test func oneForeignPortAmongSeveralClustersIsRefused() {
    var two = Scene.healthy.status
    var other = two.clusters[0]
    other.name = "calypso"
    other.tunnel.forwards[0].state = .portBusy
    two.clusters.append(other)
    #expect(Goal.api.obstacle(in: two)?.reason.hasPrefix("calypso: ") == true)
    #expect(Goal.api.obstacle(in: two.only("tethys") ?? two) == nil)
  }

  @Test func portThatAcceptsNoConnectionBlocksEveryGoal() {
    let full = status { $0[0].shortage = "accept: Too many open files" }
    for goal in Goal.allCases {
      #expect(
        goal.obstacle(in: full)?.reason
          == "tethys: 127.0.0.1:16443 accepts no connection: accept: Too many open files")
    }
    // The port belongs to the guard itself.
    #expect(description(of: full)?.hasSuffix(". See: oceanid-ctl tunnel") == true)
  }

  /// A guard of the first version reports neither when the data was seen nor its kubeconfig.
  @Test func anOlderGuardIsNotCalledUnready() throws {
    let folder = try TestSupport.TemporaryFolder()
    var status = Scene.healthy.status
    status.clusters[0].kubeconfig = try folder.write("", to: "config")
    status.clusters[0].poll.seenAt = nil
    #expect(Goal.api.obstacle(in: status) == nil)
    #expect(Preflight(status: status).document.ok)
    status.clusters[0].kubeconfig = nil
    let error = #expect(throws: UnusableKubeconfig.self) {
      try ClusterKubeconfig.usable(of: status, named: nil)
    }
    #expect(error == .pathUnknown && error?.exitStatus == 69)
  }

  /// One rule for `env`, `run`, `preflight` and `wait`: the kubeconfig leads to the forward, and the cluster accepts it.
  @Test func kubeconfigThatDoesNotWorkIsUsedByNoCommand() throws {
    let folder = try TestSupport.TemporaryFolder()
    var sound = Scene.healthy.status
    sound.clusters[0].kubeconfig = try folder.write("", to: "config")
    #expect(throws: Never.self) { try ClusterKubeconfig.usable(of: sound, named: nil) }
    var elsewhere = sound
    elsewhere.clusters[0].kubeconfigError = KubeconfigErrorDocument(
      KubeconfigMismatch(
        server: "https://[::1]:16443", localEnd: "https://127.0.0.1:16443", isFarPort: false,
        step: NextStep(command: "fix it")))
    for goal in Goal.allCases where goal != .tunnel {
      let obstacle = try #require(goal.obstacle(in: elsewhere))
      #expect(obstacle.reason.contains("its server is https://[::1]:16443"))
      #expect(obstacle.step?.command == "fix it")
    }
    #expect(throws: UnusableKubeconfig.self) { try ClusterKubeconfig.usable(of: elsewhere, named: nil) }
    #expect(Preflight(status: elsewhere).document.reason?.contains("https://[::1]:16443") == true)
    // The file changed since, and can't be used any more: the server of its earlier reading says nothing.
    var unreadable = elsewhere
    unreadable.clusters[0].poll.error = PollDocument.Failure(
      PollFailure(code: .kubeconfig, message: "server is not a URL", remedy: "fix it"))
    #expect(throws: RejectedKubeconfig.self) { try ClusterKubeconfig.usable(of: unreadable, named: nil) }
    for code in [PollErrorCode.kubeconfig, .tls, .unauthorized] {
      var rejected = sound
      rejected.clusters[0].poll.ok = false
      rejected.clusters[0].poll.error = PollDocument.Failure(
        PollFailure(code: code, message: "no", remedy: "fix it"))
      #expect(throws: RejectedKubeconfig.self) { try ClusterKubeconfig.usable(of: rejected, named: nil) }
      #expect(Preflight(status: rejected).document.reason != nil)
      #expect(Goal.api.obstacle(in: rejected) != nil)
      // A file that the user names is not examined.
      #expect(throws: Never.self) {
        try ClusterKubeconfig.usable(of: rejected, named: rejected.clusters[0].kubeconfig)
      }
    }
  }

  @Test(
    arguments: [
      ("https://localhost:16443", ["::1"], "[::1]:16443"),
      ("https://LOCALHOST:16443/x", ["::1"], "[::1]:16443"),
      ("https://localhost:16443", ["127.0.0.1"], nil), ("https://localhost:16443", [], nil),
      ("https://127.0.0.1:16443", ["::1"], nil), ("https://localhost:6443", ["::1"], nil),
    ] as [(String, [String], String?)])
  func otherListenerAtTheSecondAddressOfLocalhostIsReported(
    _ server: String, _ taken: [String], _ otherListener: String?
  ) {
    var cluster = Scene.healthy.status.clusters[0]
    cluster.server = server
    let obstacle = cluster.kubeconfigObstacle { $0 == 16443 && taken.contains($1) }
    #expect((obstacle == nil) == (otherListener == nil))
    #expect(
      otherListener == nil
        || obstacle?.message.contains("another program listens on \(otherListener ?? "")") == true)
  }

  /// If a guard does not report the state of its ports, they are not trusted.
  @Test func unreportedStateIsNotTrusted() {
    #expect(
      Goal.api.obstacle(in: status { $0 = [] })?.reason
        == "tethys: the guard reports no forward to the cluster")
    #expect(
      Goal.api.obstacle(in: status { $0[0].state = nil })?.reason
        == "tethys: 127.0.0.1:16443: the guard does not report whether it listens there")
  }
}
