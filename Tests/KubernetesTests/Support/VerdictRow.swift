import GuardTypes
import Health
import Testing

/// One row: what the server has, and the ids (without the cluster) of the problems that should be reported.
struct VerdictRow: Sendable, CustomTestStringConvertible {
  let name: String
  var items: [String: [String]]
  var expect = Expectations()
  let ids: [String]
  /// Texts that one of the problems has in title, detail or remedy.
  var says: [String] = []
  /// Texts that no problem has.
  var not: [String] = []
  /// Further polls before the last one, in seconds.
  var polls: [Int] = [0]
  /// Items that replace others, by the index of the poll.
  var then: [Int: [String: [String]]] = [:]
  var verdict: Verdict? = nil
  var since: Int? = nil

  var testDescription: String { name }

  /// The differences from the expectation.
  func faults() throws -> [String] {
    var world = ListedCluster()
    world.items = items
    var last: ClusterReport?
    for (index, second) in polls.enumerated() {
      if let new = then[index] { world.items.merge(new) { $1 } }
      last = try world.poll(at: second, expect)
    }
    guard let report = last else { return ["no report"] }
    var faults: [String] = []
    let found = report.problems.map { String($0.id.dropFirst("tethys/".count)) }
    let texts = report.problems.map { "[\($0.severity)] \($0.title) | \($0.detail) | \($0.remedy)" }
    if Set(found) != Set(ids) { faults.append("ids \(found) instead of \(ids): \(texts)") }
    for text in says where !texts.contains(where: { $0.contains(text) }) {
      faults.append("nothing says '\(text)': \(texts)")
    }
    for text in not where texts.contains(where: { $0.contains(text) }) {
      faults.append("something says '\(text)': \(texts)")
    }
    if let verdict, report.verdict != verdict {
      faults.append("verdict \(report.verdict) instead of \(verdict): \(report.summary) \(texts)")
    }
    if let since, let problem = report.problems.first, problem.since != ListedCluster.now - .seconds(since) {
      faults.append("since \(problem.since) instead of \(ListedCluster.t(since))")
    }
    return faults
  }
}
