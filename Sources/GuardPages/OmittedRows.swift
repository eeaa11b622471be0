package import GuardAPI
package import GuardTerminal
package import GuardTypes

// The counts of a page include the objects that the guard left out of a large document.
extension ClusterDocument {
  /// The verdicts of all nodes, also of those that the document omits.
  package var nodeVerdicts: [Verdict] { nodes.map(\.verdict) + (omitted?.nodes).verdicts }
  package var fluxVerdicts: [Verdict] { flux.objects.map(\.verdict) + (omitted?.flux).verdicts }
  package var imageVerdicts: [Verdict] {
    images.verdicts + (omitted?.policies).verdicts + (omitted?.repositories).verdicts
      + (omitted?.automations).verdicts
  }
  package var workloadVerdicts: [Verdict] { workloads.map(\.verdict) + (omitted?.workloads).verdicts }
  package var certificateVerdicts: [Verdict] {
    certificates.map(\.verdict) + (omitted?.certificates).verdicts
  }
  package var stackVerdicts: [Verdict] { stacks.map(\.verdict) + (omitted?.stacks).verdicts }
}

/// The line under a table that does not contain all objects.
package enum OmittedRows {
  /// For example `and 3000 more nodes, not listed: 12 critical, 2988 healthy`; nil if the table is complete.
  package static func text(_ rows: OmittedRowsDocument?, _ noun: String, plural: String? = nil) -> String? {
    guard let rows, rows.count > 0 else { return nil }
    let counts = [
      (rows.critical, Verdict.critical), (rows.unknown, .unknown), (rows.degraded, .degraded),
      (rows.healthy, .healthy),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1.rawValue)" }
    let what = counts.isEmpty ? "" : ": \(counts.joined(separator: ", "))"
    return "and \(rows.count.of("more \(noun)", plural: plural.map { "more \($0)" })), not listed\(what)"
  }

  /// The texts for the tables of these sections of a cluster.
  package static func texts(_ cluster: ClusterDocument, _ sections: [Section]) -> [String] {
    guard let omitted = cluster.omitted else { return [] }
    return sections.flatMap { section in
      let texts: [String?] =
        switch section {
        case .tunnel, .pipeline: []
        case .nodes: [text(omitted.nodes, "node")]
        case .flux: [text(omitted.flux, "Flux object")]
        case .images:
          [
            text(omitted.policies, "image policy", plural: "image policies"),
            text(omitted.repositories, "image repository", plural: "image repositories"),
            text(omitted.automations, "image automation"),
          ]
        }
      return texts.compactMap(\.self)
    }
  }

  /// The same as lines of a page.
  package static func lines(_ cluster: ClusterDocument, _ sections: [Section]) -> [Line] {
    texts(cluster, sections).map { Line(Span($0, .faint)) }
  }
}
