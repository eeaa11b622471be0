import FoundationEssentials
import GuardAPI
import GuardConnection

/// The output of `--json`: the guard's own document, reduced to the requested clusters and section.
enum DocumentText {
  /// nil means all clusters or all sections.
  static func pretty(_ bytes: Data, cluster: String?, section: Section?) throws -> String {
    let document = try JSONDecoder().decode(JSONValue.self, from: bytes)
    guard cluster != nil || section != nil, case .object(var fields) = document else {
      return document.pretty
    }
    func isWanted(_ entry: JSONValue, by key: String) -> Bool {
      cluster.map { entry[key] == .string($0) } ?? true
    }
    if case .array(let clusters)? = fields["clusters"] {
      fields["clusters"] = .array(
        clusters.filter { isWanted($0, by: "name") }.map { reduced($0, to: section) })
    }
    if case .array(let problems)? = fields["problems"] {
      fields["problems"] = .array(problems.filter { isWanted($0, by: "cluster") })
    }
    return JSONValue.object(fields).pretty
  }

  private static func reduced(_ cluster: JSONValue, to section: Section?) -> JSONValue {
    guard let section, case .object(let fields) = cluster else { return cluster }
    let kept = ["name", "verdict", "summary", "poll", section.rawValue]
    return .object(fields.filter { kept.contains($0.key) })
  }
}
