package import FoundationEssentials
package import GuardAPI
package import GuardConnection
import GuardTerminal

/// The output of `--json`, `-o yaml` and `-o name`: the guard's own document, reduced to the requested clusters and
/// section.
package enum DocumentText {
  /// nil means all clusters or all sections.
  package static func reduced(_ bytes: Data, _ cluster: String?, _ section: Section?) throws -> JSONValue {
    let document = try JSONDecoder().decode(JSONValue.self, from: bytes)
    guard cluster != nil || section != nil, case .object(var fields) = document else { return document }
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
    return .object(fields)
  }

  /// One `kind/name` per line, with the namespace of namespaced objects in between.
  package static func names(_ status: StatusDocument, _ section: Section?) -> String {
    let names = status.clusters.flatMap { cluster in
      switch section {
      case nil: ["cluster/\(cluster.name)"]
      case .tunnel: ["tunnel/\(cluster.name)"]
      case .nodes: cluster.nodes.map { "node/\($0.name)" }
      case .flux: cluster.flux.objects.map { "\($0.kind.lowercased())/\($0.namespace)/\($0.name)" }
      case .images: cluster.images.policies.map { "imagepolicy/\($0.namespace)/\($0.name)" }
      case .pipeline: cluster.pipeline?.stages.map { "stage/\($0.id)" } ?? []
      }
    }
    return names.map { Span($0).text + "\n" }.joined()
  }

  private static func reduced(_ cluster: JSONValue, to section: Section?) -> JSONValue {
    guard let section, case .object(let fields) = cluster else { return cluster }
    let kept = ["name", "verdict", "summary", "poll", section.rawValue, "omitted"]
    return .object(fields.filter { kept.contains($0.key) })
  }
}
