package import Health
package import IncidentTracking

extension Configuration.AlertChannel {
  /// The incidents that a channel delivers. Incidents of the guard itself concern every cluster.
  package struct Filter: Hashable, Sendable {
    /// The minimum severity.
    package var least: Problem.Severity = .warning
    /// Empty for all.
    package var clusters: [String] = []
    /// Empty for all.
    package var kinds: [Problem.Kind] = []

    /// - Parameter severity: the notified severity, if the incident has another one now.
    package func accepts(_ incident: Incident, as severity: Problem.Severity? = nil) -> Bool {
      accepts(incident.kind, severity ?? incident.severity, of: incident.cluster)
    }

    /// True if the filter accepts the problem.
    package func accepts(_ problem: Problem) -> Bool {
      accepts(problem.kind, problem.severity, of: problem.cluster)
    }

    private func accepts(_ kind: Problem.Kind, _ severity: Problem.Severity, of cluster: String) -> Bool {
      (least == .warning || severity == .critical) && concerns(cluster)
        && (kinds.isEmpty || kinds.contains(kind))
    }

    /// - Parameter cluster: empty for the guard itself.
    package func concerns(_ cluster: String) -> Bool {
      clusters.isEmpty || cluster.isEmpty || clusters.contains(cluster)
    }
  }
}

extension Configuration.AlertChannel.Filter {
  static var keys: [ConfigurationKey<Configuration.AlertChannel.Filter>] {
    [
      .init("severity", \.least, .word, "The minimum severity that is delivered."),
      .init(
        "clusters", \.clusters, .list(of: "names of clusters", .cluster), standard: "all clusters",
        isPrinted: { !$0.isEmpty }, "The clusters whose incidents are delivered."),
      .init(
        "kinds", \.kinds, .list(of: "kinds", .word), standard: "all kinds", isPrinted: { !$0.isEmpty },
        "The kinds of incidents that are delivered."),
    ]
  }
}

extension ValueFormat where Value == String {
  /// The name of a cluster of the same file.
  fileprivate static var cluster: ValueFormat {
    ValueFormat(description: "the name of a cluster") { reader, node, key in
      let names =
        reader.names["cluster"]?.map(\.name)
        ?? Configuration.builtIn(in: reader.environment).clusters.map(\.name)
      return reader.word(node, key, among: names)
    } text: {
      YAMLText.scalar($0)
    }
  }
}
