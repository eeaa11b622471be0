import Curl
import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A kind that cannot be listed, or that the server may have lost, is never a reason to call the cluster healthy.
@Suite struct UnreadKindTests {
  private static func refusal(_ code: Int) -> Response {
    let reason = [403: "Forbidden", 404: "NotFound", 503: "ServiceUnavailable"][code] ?? ""
    return ListedCluster.json(SmallCluster.status(code, reason, "no"), code)
  }

  private static func cluster() -> ListedCluster {
    var cluster = ListedCluster()
    cluster.items = [
      "kustomizations": [Item.kustomization("apps")], "gitrepositories": [Item.git()],
      "imagepolicies": [Item.policy()], "imagerepositories": [Item.repository()],
      "certificates": [Item.object("c", obs: nil)], "stacks": [Item.object("s")],
    ]
    return cluster
  }

  /// Each kind of the server and of its extensions, at the first poll and after others.
  @Test(arguments: [403, 404, 503], [true, false])
  func aListThatFailsIsReported(_ code: Int, _ isFirst: Bool) throws {
    for kind in Kind.builtIn + Kind.discovered {
      var cluster = Self.cluster()
      if !isFirst {
        #expect(try cluster.poll(at: 0).verdict == .healthy)
        _ = try cluster.poll(at: 15)
      }
      cluster.answers["/\(kind.plural)"] = Self.refusal(code)
      let report = try cluster.poll(at: 30)
      #expect(report.verdict != .healthy, "\(code) for \(kind.plural): \(report.summary)")
      #expect(!report.problems.contains { $0.id.hasSuffix("not-served") }, "\(kind.plural)")
    }
  }

  @Test func aKindThatMayBeGoneMakesTheClusterUnknown() throws {
    for group in ["cert-manager.io", "pulumi.com", "image.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io"] {
      var cluster = Self.cluster()
      _ = try cluster.poll(at: 0)
      _ = try cluster.poll(at: 15)
      let others = ListedCluster.all.filter { $0.0.group != group }
      #expect(others.count < ListedCluster.all.count)
      cluster.answers["/apis"] = ListedCluster.json(ListedCluster.apis(others))
      for kind in Kind.discovered where kind.group == group {
        cluster.answers["/\(kind.plural)"] = Response(
          status: 404, contentType: "text/plain", body: Array("404 page not found".utf8))
      }
      for second in [90, 105, 120] {
        let report = try cluster.poll(at: second)
        #expect(report.verdict != .healthy, "\(group) at \(second): \(report.summary)")
      }
    }
  }

  @Test(arguments: [true, false]) func anEmptyListOfNodesIsNotHealthy(_ isFirst: Bool) throws {
    var cluster = Self.cluster()
    if !isFirst { _ = try cluster.poll(at: 0) }
    cluster.items["nodes"] = []
    let report = try cluster.poll(at: 30)
    #expect(report.verdict == .critical)
    #expect(report.problems.map(\.title) == ["the cluster has no node"])
  }
}
