package import GuardAPI
package import GuardTerminal
import GuardTypes
import Health

/// `oceanid-ctl nodes`: the columns of `kubectl get nodes`.
package enum NodesPage {
  package static func page(_ status: StatusDocument, _ terminal: Terminal, isWide: Bool = false) -> Page {
    SectionPage.page(.nodes, status, terminal, isWide: isWide) { cluster in
      cluster.nodes.isEmpty
        ? [Line(Span("No nodes seen."))]
        : table(cluster, isWide: isWide).lines(width: terminal.width) + OmittedRows.lines(cluster, [.nodes])
    }
  }

  package static func table(_ cluster: ClusterDocument, isWide: Bool = false) -> Table {
    var table = Table(columns: ["NAME", "STATUS", "ROLES", "AGE", "VERSION"])
    if isWide { table.columns += ["INTERNAL-IP", "GPU", "EXPECTED", "CONDITIONS"] }
    table.endsInProse = isWide
    table.elastic = 2
    table.minor = [2, 3] + (isWide ? [5] : [])
    for node in cluster.nodes {
      let roles = node.roles.isEmpty ? "<none>" : node.roles.joined(separator: ",")
      var cells = [
        Span(node.name), Span(node.status, node.verdict == .healthy ? .plain : node.verdict.style),
        Span(roles), Span(node.age ?? "<unknown>"), Span(node.version ?? ""),
      ]
      if isWide {
        cells += [
          Span(node.internalIP ?? "<none>"), Span(node.gpu.map(gpus) ?? "-"),
          Span(node.expected ? "yes" : "no"),
          Span(unusual(node.conditions)),
        ]
      }
      table.rows.append(Table.Row(cells: cells, showsAll: true))
    }
    return table
  }

  /// `1`, or `0 of 1` if not every GPU is allocatable.
  private static func gpus(_ gpu: NodeDocument.GPU) -> String {
    let capacity = gpu.capacity ?? gpu.allocatable
    return capacity == gpu.allocatable ? "\(gpu.allocatable)" : "\(gpu.allocatable) of \(capacity)"
  }

  private static let goodWhenTrue: Set = ["Ready", "EtcdIsVoter"]

  /// The abnormal conditions. Most conditions are normal when false.
  private static func unusual(_ conditions: [ConditionDocument]) -> String {
    conditions.filter { $0.status != (goodWhenTrue.contains($0.type) ? .isTrue : .isFalse) }
      .map { condition in
        let reason = condition.reason.isEmpty ? "" : " \(condition.reason)"
        let message = condition.message.isEmpty ? "" : ": \(condition.message)"
        return "\(condition.type)=\(condition.status.rawValue)\(reason)\(message)"
      }
      .joined(separator: "; ")
  }
}
