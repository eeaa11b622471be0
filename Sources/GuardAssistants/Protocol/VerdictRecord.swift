package import GuardAPI
import GuardTypes

/// The verdicts at one time. Subscribers are notified of a changed verdict, not of each poll.
package struct VerdictRecord: Hashable, Sendable {
  /// The verdict of all clusters together.
  let overall: Verdict
  let clusters: [String: Verdict]
  /// False while the guard does not answer.
  let isReachable: Bool

  package init(_ status: StatusDocument) {
    overall = status.verdict
    clusters = Dictionary(status.clusters.map { ($0.name, $0.verdict) }) { $1 }
    isReachable = true
  }

  private init() {
    overall = .unknown
    clusters = [:]
    isReachable = false
  }

  /// The guard does not answer.
  package static let unreachable = VerdictRecord()

  /// True if the resource shows another verdict than before.
  func differs(from former: VerdictRecord, in resource: Resource) -> Bool {
    guard isReachable == former.isReachable else { return true }
    return switch resource {
    case .status, .problems: overall != former.overall || clusters != former.clusters
    case .cluster(let name): clusters[name] != former.clusters[name]
    }
  }
}
