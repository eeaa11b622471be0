import Curl
import Foundation
import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A server of every watched kind, whose lists a test sets, and the guard's polls of it without real time.
struct ListedCluster {
  static let now = Timestamp(seconds: 1_768_039_200)  // 2026-01-10T10:00:00Z

  /// Items by plural name.
  var items: [String: [String]] = [:]
  /// Whole answers by the beginning of a path.
  var answers: [String: Response] = [:]
  var discovery: [String]? = nil
  var state = DiscoveryState(kinds: KnownKinds())
  var history = PollHistory()
  var start = ContinuousClock.now
  private var seen: (snapshot: Snapshot, at: Timestamp)?

  /// The time this many seconds before `now`.
  static func t(_ ago: Int) -> String { (now - .seconds(ago)).description }

  static func json(_ text: String, _ status: Int = 200) -> Response {
    Response(status: status, contentType: "application/json", body: Array(text.utf8))
  }

  static func apis(_ kinds: [(Kind, String)], stale: Set<String> = []) -> String {
    let groups = Dictionary(grouping: kinds, by: \.0.group).sorted { $0.key < $1.key }.map { group, kinds in
      let versions = Dictionary(grouping: kinds, by: \.1).sorted { $0.key < $1.key }.map { version, kinds in
        let isStale = stale.contains("\(group)/\(version)")
        let resources =
          isStale
          ? []
          : kinds.map {
            #"{"resource":"\#($0.0.plural)","responseKind":{"kind":"\#($0.0.name)"},"verbs":["get","list"]}"#
          }
        return
          #"{"version":"\#(version)","freshness":"\#(isStale ? "Stale" : "Current")","resources":[\#(resources.joined(separator: ","))]}"#
      }
      return #"{"metadata":{"name":"\#(group)"},"versions":[\#(versions.joined(separator: ","))]}"#
    }
    return
      #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[\#(groups.joined(separator: ","))]}"#
  }

  static let all: [(Kind, String)] = Kind.discovered.map { ($0, $0.versions[0]) }

  static let node =
    #"{"metadata":{"name":"srv712429","creationTimestamp":"2025-01-01T00:00:00Z"},"status":{"nodeInfo":{"kubeletVersion":"v1.33.4+k3s1"},"conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"#

  func response(_ request: Request) -> Response {
    let path = String(request.path.prefix { $0 != "?" })
    let keys = answers.keys.filter { $0 == "/" || path == $0 || ($0 != "/apis" && path.hasSuffix($0)) }
    if let key = keys.max(by: { $0.count < $1.count }), let answer = answers[key] { return answer }
    switch path {
    case "/version": return Self.json(#"{"gitVersion":"v1.33.4+k3s1"}"#)
    case "/readyz": return Response(status: 200, contentType: "text/plain", body: Array("ok".utf8))
    case "/apis": return Self.json(Self.apis(Self.all))
    default: break
    }
    let plural = String(path.split(separator: "/").last ?? "")
    guard let kind = (Kind.builtIn + Kind.discovered).first(where: { $0.plural == plural }) else {
      return Self.json(SmallCluster.status(404, "NotFound", "not found"), 404)
    }
    let list = items[plural] ?? (plural == "nodes" ? [Self.node] : [])
    return Self.json(SmallCluster.list(kind.name, list))
  }

  /// One poll, `second` seconds after `now`; the objects' times stay as they are.
  mutating func poll(at second: Int = 0, _ expectations: Expectations = Expectations()) throws
    -> ClusterReport
  {
    let now = Self.now + .seconds(second)
    let server = self
    let outcome = try state.poll(
      try kubeconfig(), expectations, at: start + .seconds(second), now
    ) { .success(server.response($0)) }
    var failure: PollFailure?
    switch outcome {
    case .success(let snapshot): seen = (snapshot, now)
    case .failure(let error): failure = error
    }
    let observation = Observation(
      cluster: "tethys", listen: "127.0.0.1:16443", kubeconfig: "/k",
      tunnel: TunnelHealth(state: .up, since: Self.now - .seconds(9000), host: "tethys"),
      snapshot: seen?.snapshot,
      snapshotAt: seen?.at, pollFailure: failure, pollInterval: .seconds(15), expectations: expectations)
    let (report, next) = judge(observation, history: history, now: now)
    history = next
    return report
  }
}

extension DiscoveryState {
  /// One poll without real time.
  ///
  /// - Parameters:
  ///   - instant: the monotonic time, from which the age of the discovery is computed.
  ///   - now: the guard's clock.
  ///   - answer: answers the requests one after the other.
  mutating func poll(
    _ kubeconfig: Kubeconfig, _ expectations: Expectations, at instant: ContinuousClock.Instant,
    _ now: Timestamp, _ answer: (Request) throws -> Result<Response, CurlError>
  ) throws -> Result<Snapshot, PollFailure> {
    let limits = PollLimits()
    var poll = Poll(
      kubeconfig: kubeconfig, limits: limits, secrets: expectations.secrets, discovery: self,
      retryDelays: [:], deadline: .now + .seconds(3600))
    var waiting = poll.firstRequests(
      isDiscoveryFresh: isFresh(at: instant, lifetime: limits.discoveryLifetime))
    while !waiting.isEmpty {
      let request = waiting.removeFirst()
      let result = try answer(request)
      if case .success(let response) = result, response.status == 200, let sink = request.sink {
        _ = response.body.withUnsafeBytes { sink.receive($0) }
      }
      waiting += poll.receive(request, result)
    }
    poll.settle()
    update(with: poll, at: instant)
    return poll.outcome(
      of: kubeconfig, secrets: expectations.secrets, clientCertificateExpiry: nil, localTime: now,
      limits: limits)
  }
}
