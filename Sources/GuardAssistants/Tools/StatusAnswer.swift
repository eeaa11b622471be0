import GuardAPI
import GuardConnection
import GuardPages
import GuardTypes

/// `status`: the verdict of each cluster in numbers, and the first cause.
enum StatusAnswer {
  static func answer(_ status: StatusDocument) -> JSONValue {
    // The worst clusters come first, because the list may be cut.
    let clusters = status.clusters.worstFirst(\.verdict)
    return Listing.answer(
      [
        "verdict": .string(status.verdict.rawValue), "generatedAt": .time(status.generatedAt),
        "problems": ProblemAnswer.counts(status.problems),
        "first": status.problems.first.map(ProblemAnswer.json),
        "configurationRejected": status.configuration?.rejected == nil ? nil : true,
        "untrusted": .untrusted(["summary": .foreign(status.summary)]),
      ], "clusters", clusters, limit: nil
    ) { cluster in json(cluster, status.problems.filter { $0.cluster == cluster.name }) }
  }

  private static func json(_ cluster: ClusterDocument, _ problems: [ProblemDocument]) -> JSONValue {
    let (tunnel, poll) = (cluster.tunnel, cluster.poll)
    let omitted = cluster.omitted
    let ready = cluster.nodes.count(where: \.isReady) + (omitted?.nodes?.ready ?? 0)
    let behind =
      cluster.images.policies.count { $0.behind == true }
      + (omitted?.policies.map { $0.behind + $0.held } ?? 0)
    return .fields([
      "name": .own(cluster.name), "verdict": .string(cluster.verdict.rawValue),
      "tunnel": .fields([
        "state": .string(tunnel.state?.rawValue ?? "unknown"), "since": .time(tunnel.since),
        "error": tunnel.state == .up ? nil : .own(tunnel.lastError?.code),
      ]),
      "api": .fields([
        "ready": cluster.api.ready.map(JSONValue.bool), "lastPollOK": poll.ok.map(JSONValue.bool),
        "ageSeconds": poll.ageSeconds.map { .integer(Int64(min(max($0, 0), 1e12))) },
        "error": .own(poll.error?.code),
      ]),
      "nodes": counts(cluster.nodeVerdicts, extra: ("ready", ready)),
      "flux": counts(cluster.fluxVerdicts),
      "images": counts(cluster.imageVerdicts, extra: ("behind", behind)),
      "workloads": counts(cluster.workloadVerdicts),
      "problems": ProblemAnswer.counts(problems),
    ])
  }

  /// nil without objects: there are none, or they are not known.
  private static func counts(_ verdicts: [Verdict], extra: (name: String, count: Int)? = nil) -> JSONValue? {
    guard !verdicts.isEmpty else { return nil }
    var fields: [String: JSONValue] = [
      "total": .count(verdicts.count), "healthy": .count(verdicts.count { $0 == .healthy }),
    ]
    if let extra { fields[extra.name] = .count(extra.count) }
    return .object(fields)
  }
}

extension Array {
  /// Critical, unknown, degraded, healthy; otherwise in the same order.
  func worstFirst(_ verdict: (Element) -> Verdict) -> [Element] {
    let order: [Verdict] = [.critical, .unknown, .degraded, .healthy]
    let groups = Dictionary(grouping: self, by: verdict)
    return order.flatMap { groups[$0] ?? [] }
  }
}
