import GuardAPI
import GuardTypes
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardRun

@Suite struct ForwardOwnerTests {
  private func status(_ change: (inout [ForwardDocument]) -> Void) -> StatusDocument {
    var status = Scene.healthy.status
    change(&status.clusters[0].tunnel.forwards)
    return status
  }

  private func description(of status: StatusDocument) -> String? {
    do throws(ForeignForward) { try ForeignForward.refuse(status) } catch { return error.description }
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
    #expect(throws: Never.self) { try ForeignForward.refuse(Scene.healthy.status) }
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
