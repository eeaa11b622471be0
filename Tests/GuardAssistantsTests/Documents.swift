import GuardAPI
import GuardTypes
import Health

/// Documents of a guard in tests.
enum Documents {
  static let now = Timestamp(seconds: 1_772_339_047)

  static func status(_ clusters: KeyValuePairs<String, Verdict>, problems: [Problem] = []) -> StatusDocument {
    StatusDocument(
      generatedAt: now,
      clusters: clusters.map { name, verdict in
        ClusterDocument(
          report: ClusterReport(name: name, verdict: verdict, summary: "\(name) is \(verdict.rawValue)"),
          tunnel: TunnelDocument(state: .up, since: now, host: name),
          poll: PollDocument(at: now, seenAt: now, duration: nil, failure: nil, now: now),
          api: APIDocument(version: "v1", ready: true), now: now)
      }, problems: problems)
  }
}
