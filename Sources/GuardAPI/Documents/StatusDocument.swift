package import GuardTypes
package import Health
package import IncidentTracking

/// The status document: the response to `GET /v1/status`.
package struct StatusDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// The daemon's version.
  @Field package var version: String
  package var generatedAt: Timestamp
  @Field package var verdict: Verdict
  @Field package var summary: String
  @Field package var clusters: [ClusterDocument]
  /// At most `problemLimit`, and `problemBytes` in total; critical ones come first if there are more.
  @Field package var problems: [ProblemDocument]
  /// Number of omitted problems.
  @Field package var omittedProblems: Int?
  @Field package var configuration: ConfigurationDocument?

  /// Maximum number of problems in a document. `incidents` returns the others.
  package static let problemLimit = 1000
  /// Maximum size of all problems in bytes.
  package static let problemBytes = 1 << 20

  /// The verdict is the worst of all clusters. It is not healthy if the configuration file has errors, because the
  /// next start would fail, and unknown without clusters.
  ///
  /// - Parameter starting: clusters of which nothing is known yet.
  package init(
    version: String = Product.version, generatedAt: Timestamp, clusters: [ClusterDocument],
    starting: [String] = [], problems: [Problem], silences: [Silence] = [],
    configuration: ConfigurationDocument? = nil
  ) {
    schema = Schema.status.description
    self.version = version
    self.generatedAt = generatedAt
    verdict =
      clusters.isEmpty || !starting.isEmpty
      ? clusters.reduce(.unknown) { $0.combined(with: $1.verdict) }
      : clusters.reduce(configuration?.rejected == nil ? .healthy : .degraded) {
        $0.combined(with: $1.verdict)
      }
    summary =
      StatusDocument.summary(of: clusters, starting)
      + (configuration?.rejected == nil ? "" : "; the configuration file has errors")
    self.clusters = clusters
    let listed = StatusDocument.listed(problems, silences)
    self.problems = listed
    omittedProblems = problems.count - listed.count
    self.configuration = configuration
  }

  /// A smaller form of the document, requested with `GET /v1/status?view=overview`.
  package enum View: String, Sendable, CaseIterable {
    case overview

    /// The name of the query's parameter.
    package static let parameter = "view"
  }

  /// The document without the objects of several clusters, which an overview of them does not show. Decoding the objects
  /// of a hundred clusters takes longer than everything else. A single cluster keeps its objects.
  package var overview: StatusDocument {
    guard clusters.count > 1 else { return self }
    var document = self
    for index in document.clusters.indices { document.clusters[index].removeObjects() }
    return document
  }

  /// All of them in their order, if they fit. Otherwise as many as fit, the critical ones first.
  private static func listed(_ problems: [Problem], _ silences: [Silence]) -> [ProblemDocument] {
    func fitting(_ problems: some Sequence<Problem>) -> [ProblemDocument] {
      var (listed, left): ([ProblemDocument], Int) = ([], problemBytes)
      for problem in problems.prefix(problemLimit) {
        let document = ProblemDocument(problem, silence: silences.first { $0.matches(problem) })
        left -= document.size
        guard left >= 0 else { break }
        listed.append(document)
      }
      return listed
    }
    if problems.count <= problemLimit {
      let listed = fitting(problems)
      if listed.count == problems.count { return listed }
    }
    // Lazily, because most of them are not listed.
    return fitting(
      Problem.Severity.allCases.lazy.flatMap { severity in problems.lazy.filter { $0.severity == severity } })
  }

  private static func summary(of clusters: [ClusterDocument], _ starting: [String]) -> String {
    guard starting.isEmpty else {
      let begun = clusters.isEmpty ? "" : "\(summary(of: clusters, [])); "
      return "\(begun)\(starting.joined(separator: ", ")) starting"
    }
    guard let first = clusters.first else { return "no cluster is configured" }
    guard clusters.count > 1 else { return "\(first.name): \(first.summary)" }
    let counts = [Verdict.critical, .unknown, .degraded, .healthy].compactMap { verdict in
      let names = clusters.filter { $0.verdict == verdict }.map(\.name)
      return names.isEmpty ? nil : "\(names.joined(separator: ", ")) \(verdict.rawValue)"
    }
    return counts.joined(separator: "; ")
  }
}
