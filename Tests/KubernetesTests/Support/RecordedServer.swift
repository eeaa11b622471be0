import Curl
import DemoCluster
import Foundation
import GuardTypes
import Health
import IncidentTracking

@testable import Kubernetes

/// Replays the recorded responses of a kube-apiserver 1.36, including its start-up, without real time.
struct RecordedServer {
  enum Release: String, CaseIterable, Sendable {
    case flux264 = "flux-2.6.4"
    case flux27 = "flux-2.7"
  }

  let release: Release
  /// nil if it is ready.
  var phase: Startup.Phase?
  /// Names of CustomResourceDefinitions that were deleted.
  var deleted: Set<String> = []
  /// True if requests for `/readyz` are forbidden.
  var hidesReadiness = false

  private static let lists: [String: String] = [
    "/api/v1/nodes": "nodes", "/apis/apps/v1/deployments": "deployments",
    "/apis/source.toolkit.fluxcd.io/v1/gitrepositories": "gitrepositories",
    "/apis/source.toolkit.fluxcd.io/v1/helmrepositories": "helmrepositories",
    "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations": "kustomizations",
    "/apis/helm.toolkit.fluxcd.io/v2/helmreleases": "helmreleases",
    "/apis/image.toolkit.fluxcd.io/v1beta2/imagerepositories": "imagerepositories",
    "/apis/image.toolkit.fluxcd.io/v1beta2/imagepolicies": "imagepolicies",
    "/apis/image.toolkit.fluxcd.io/v1beta2/imageupdateautomations": "imageupdateautomations",
    "/apis/image.toolkit.fluxcd.io/v1/imagerepositories": "imagerepositories",
    "/apis/image.toolkit.fluxcd.io/v1/imagepolicies": "imagepolicies",
    "/apis/image.toolkit.fluxcd.io/v1/imageupdateautomations": "imageupdateautomations",
  ]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Recordings")

  static func recorded(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  private func list(_ name: String) throws -> [UInt8] {
    try RecordedServer.recorded("\(release.rawValue)/\(name).json")
  }

  func response(to request: Request) throws -> Response {
    let path = String(request.path.prefix { $0 != "?" })
    func json(_ body: [UInt8], _ status: Int = 200) -> Response {
      Response(status: status, contentType: "application/json", body: body)
    }
    switch path {
    case "/version": return json(try RecordedServer.recorded("version.json"))
    case "/readyz":
      if hidesReadiness { return json(try RecordedServer.recorded("forbidden.json"), 403) }
      let text =
        phase == nil ? Array("ok".utf8) : try RecordedServer.recorded("readyz-verbose.txt")
      return Response(status: phase == nil ? 200 : 500, contentType: "text/plain; charset=utf-8", body: text)
    case "/apis":
      if phase == .unknown || phase == .unavailable || phase == .unnamed {
        return json(try RecordedServer.recorded("apis-while-starting.json"))
      }
      return json(try withoutDeleted(list("apis-aggregated")))
    default: break
    }
    let isCustom =
      path.hasPrefix("/apis/") && !path.contains(".k8s.io/")
      && !["/apis/apps/", "/apis/batch/"].contains(where: path.hasPrefix)
    if isCustom, phase == .unknown || deleted.contains(where: { isPath(path, of: $0) }) {
      return Response(
        status: 404, contentType: "text/plain; charset=utf-8",
        body: try RecordedServer.recorded("not-found-kind.txt"))
    }
    if isCustom, phase == .unavailable {
      return json(Array(SmallCluster.status(503, "ServiceUnavailable", "unable to handle").utf8), 503)
    }
    if path.contains("/secrets/") { return json(try RecordedServer.recorded("not-found-secret.json"), 404) }
    if let name = RecordedServer.lists[path] { return json(try list(name)) }
    return json(try emptyList(path))
  }

  private func isPath(_ path: String, of definition: String) -> Bool {
    let parts = definition.split(separator: ".", maxSplits: 1)
    return path.hasPrefix("/apis/\(parts[1])/") && path.hasSuffix("/\(parts[0])")
  }

  private func emptyList(_ path: String) throws -> [UInt8] {
    let plural = String(path.split(separator: "/").last ?? "")
    let kind = (Kind.builtIn + Kind.discovered).first { $0.plural == plural }
    return Array(SmallCluster.list(kind?.name ?? "", []).utf8)
  }

  private func withoutDeleted(_ body: [UInt8]) throws -> [UInt8] {
    guard !deleted.isEmpty,
      var document = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
      let groups = document["items"] as? [[String: Any]]
    else { return body }
    document["items"] = groups.map { group in
      var group = group
      let name = (group["metadata"] as? [String: Any])?["name"] as? String ?? ""
      group["versions"] = (group["versions"] as? [[String: Any]] ?? []).map { version in
        var version = version
        version["resources"] = (version["resources"] as? [[String: Any]] ?? []).filter {
          !deleted.contains("\($0["resource"] as? String ?? "").\(name)")
        }
        return version
      }
      return group
    }
    return Array(try JSONSerialization.data(withJSONObject: document))
  }
}

/// A guard's view of a recorded server, at times that a test sets.
struct RecordedGuard {
  var server: RecordedServer
  let kubeconfig: Kubeconfig
  var state: DiscoveryState
  var history: PollHistory
  var tracker = IncidentTracker()
  private let start = ContinuousClock.now
  private(set) var notices: [IncidentNotice.Entry] = []

  static let began = Timestamp(seconds: 1_783_700_000)

  init(_ server: RecordedServer, history: PollHistory = PollHistory()) throws {
    self.server = server
    self.kubeconfig = try KubernetesTests.kubeconfig()
    self.history = history
    state = DiscoveryState(
      kinds: KnownKinds(earlier: Set(history.kinds.filter { $0.value.goneSince == nil }.keys)))
  }

  /// One poll at this second with its report.
  ///
  /// - Parameter answer: changes the server between two requests of one poll, by the request's number.
  mutating func poll(
    at second: Int, expecting expectations: Expectations = Expectations(),
    before answer: (Int, inout RecordedServer) -> Void = { _, _ in }
  ) throws -> ClusterReport {
    let now = RecordedGuard.began + .seconds(second)
    var number = 0
    let outcome = try state.poll(kubeconfig, expectations, at: start + .seconds(second), now) { request in
      answer(number, &server)
      number += 1
      guard server.phase != .down else {
        return .failure(CurlError(code: .closed, operation: "", detail: "closed"))
      }
      return .success(try server.response(to: request))
    }
    return look(outcome, at: now, expectations)
  }

  private var seen: (snapshot: Snapshot, at: Timestamp)?

  private mutating func look(
    _ outcome: Result<Snapshot, PollFailure>, at now: Timestamp, _ expectations: Expectations
  ) -> ClusterReport {
    var failure: PollFailure?
    switch outcome {
    case .success(let snapshot): seen = (snapshot, now)
    case .failure(let error): failure = error
    }
    let observation = Observation(
      cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k",
      tunnel: TunnelHealth(state: .up, since: now, host: "tethys"), snapshot: seen?.snapshot,
      snapshotAt: seen?.at, pollFailure: failure, pollInterval: .seconds(15), expectations: expectations)
    let (report, next) = judge(observation, history: history, now: now)
    history = next
    tracker.observe(
      ProblemObservation(cluster: "tethys", problems: report.problems, unseen: report.unseen, poll: now),
      at: now)
    notices += tracker.advance(to: now).flatMap(\.entries)
    return report
  }
}

extension ClusterReport {
  /// Names of all objects in its lists.
  var objects: Set<String> {
    Set(nodes.map { "Node \($0.node.name)" })
      .union(flux.map { $0.value.resource.reference.description })
      .union(policies.map { $0.policy.value.resource.reference.description })
      .union(repositories.map { $0.value.resource.reference.description })
      .union(automations.map { $0.value.resource.reference.description })
      .union(workloads.map { $0.value.resource.reference.description })
  }
}
