package import GuardTypes

/// `clusters[].omitted`: the objects that the lists of a cluster do not contain, because the document would become too
/// large. A list is null if it is complete.
package struct OmittedDocument: Codable, Hashable, Sendable {
  @Field package var nodes: OmittedRowsDocument?
  /// Of `flux.objects`.
  @Field package var flux: OmittedRowsDocument?
  /// Of `images.policies`.
  @Field package var policies: OmittedRowsDocument?
  /// Of `images.repositories`.
  @Field package var repositories: OmittedRowsDocument?
  /// Of `images.automations`.
  @Field package var automations: OmittedRowsDocument?
  @Field package var workloads: OmittedRowsDocument?
  @Field package var certificates: OmittedRowsDocument?
  @Field package var stacks: OmittedRowsDocument?

  package init(
    nodes: OmittedRowsDocument? = nil, flux: OmittedRowsDocument? = nil, policies: OmittedRowsDocument? = nil,
    repositories: OmittedRowsDocument? = nil, automations: OmittedRowsDocument? = nil,
    workloads: OmittedRowsDocument? = nil, certificates: OmittedRowsDocument? = nil,
    stacks: OmittedRowsDocument? = nil
  ) {
    self.nodes = nodes
    self.flux = flux
    self.policies = policies
    self.repositories = repositories
    self.automations = automations
    self.workloads = workloads
    self.certificates = certificates
    self.stacks = stacks
  }

  /// The number of objects that all lists omit.
  package var count: Int {
    [nodes, flux, policies, repositories, automations, workloads, certificates, stacks].reduce(0) {
      $0 + ($1?.count ?? 0)
    }
  }
}

/// The objects that one list omits, counted.
package struct OmittedRowsDocument: Codable, Hashable, Sendable {
  /// The number of all objects: those in the list, and those that it omits.
  @Field package var total: Int
  /// The number of omitted objects. The following counts are of these.
  @Field package var count: Int
  @Field package var healthy: Int
  @Field package var degraded: Int
  @Field package var critical: Int
  @Field package var unknown: Int
  /// Nodes: Ready. Flux objects: healthy, or healthy when last seen. 0 for other lists.
  @Field package var ready: Int
  /// Nodes: not Ready, or with another problem. Other objects: degraded or critical, and not behind.
  @Field package var wrong: Int
  /// Flux objects only.
  @Field package var suspended: Int
  /// Image policies: a workload runs another image than the latest, and that is not intended.
  @Field package var behind: Int
  /// Image policies: behind, and a person decides about the update.
  @Field package var held: Int
  /// Image policies: no workload runs the image.
  @Field package var unused: Int
  /// Image policies: all workloads run the latest image.
  @Field package var current: Int

  package init(total: Int = 0, count: Int = 0) {
    (self.total, self.count) = (total, count)
    (healthy, degraded, critical, unknown) = (0, 0, 0, 0)
    (ready, wrong, suspended) = (0, 0, 0)
    (behind, held, unused, current) = (0, 0, 0, 0)
  }

  package mutating func add(_ verdict: Verdict) {
    switch verdict {
    case .healthy: healthy += 1
    case .degraded: degraded += 1
    case .critical: critical += 1
    case .unknown: unknown += 1
    }
  }
}

extension OmittedRowsDocument? {
  /// The verdict of each omitted object.
  package var verdicts: [Verdict] {
    guard let rows = self else { return [] }
    let counts: [(Verdict, Int)] = [
      (.healthy, rows.healthy), (.degraded, rows.degraded), (.critical, rows.critical),
      (.unknown, rows.unknown),
    ]
    // The counts come from outside. A wrong one must not use up the memory.
    return counts.flatMap { verdict, count in
      Array(repeating: verdict, count: Swift.min(Swift.max(0, count), 1_000_000))
    }
  }
}
