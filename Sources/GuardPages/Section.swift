package import GuardAPI
package import GuardTypes
import Health

/// The part of a cluster that a command shows, and whose verdict is its exit status.
package enum Section: String, CaseIterable, Sendable {
  case tunnel, nodes, flux, images, pipeline

  /// The worst verdict of its objects and of its problems.
  package func verdict(of cluster: ClusterDocument, problems: [ProblemDocument]) -> Verdict {
    self.problems(of: cluster, among: problems).reduce(ownVerdict(of: cluster)) { verdict, problem in
      verdict.combined(with: problem.severity == .critical ? .critical : .degraded)
    }
  }

  package func verdict(of status: StatusDocument) -> Verdict {
    let clusters = status.clusters.filter(isPart)
    return clusters.isEmpty
      ? .unknown
      : clusters.reduce(.healthy) {
        $0.combined(with: verdict(of: $1, problems: status.problems))
      }
  }

  /// False if the cluster has no such part: a pipeline is optional.
  package func isPart(of cluster: ClusterDocument) -> Bool { self != .pipeline || cluster.pipeline != nil }

  /// True if its objects come from the polls of the Kubernetes API.
  package var comesFromPolls: Bool {
    switch self {
    case .nodes, .flux, .images: true
    case .tunnel, .pipeline: false
    }
  }

  /// The problems of its kinds, and those that hide some of its objects. A problem of an older daemon has no
  /// kind and is in no section.
  package func problems(of cluster: ClusterDocument, among problems: [ProblemDocument]) -> [ProblemDocument] {
    problems.filter { problem in
      guard problem.cluster == cluster.name else { return false }
      return kinds.contains(problem.kind) || isGap(problem)
    }
  }

  /// The problems that hide some of its objects while the rest of the cluster is visible.
  package func gaps(of cluster: ClusterDocument, among problems: [ProblemDocument]) -> [ProblemDocument] {
    problems.filter { $0.cluster == cluster.name && isGap($0) }
  }

  private func isGap(_ problem: ProblemDocument) -> Bool {
    problem.isOf([.api]) && problem.severity == .warning
      && kinds.contains(where: problem.hides.contains)
  }

  /// Words of the problems' field `kind`.
  private var kinds: [String] {
    switch self {
    case .tunnel: [Problem.Kind.tunnel, .forward].map(\.rawValue)
    case .nodes: [Problem.Kind.node.rawValue]
    case .flux: [Problem.Kind.flux.rawValue]
    case .images: [Problem.Kind.image.rawValue]
    case .pipeline: [Problem.Kind.pipeline.rawValue]
    }
  }

  /// The problems that hide the whole cluster.
  package static func causes(of cluster: ClusterDocument, among problems: [ProblemDocument])
    -> [ProblemDocument]
  {
    problems.filter { problem in
      problem.cluster == cluster.name && problem.severity == .critical
        && problem.isOf([.tunnel, .forward, .api])
    }
  }

  /// The verdicts of its objects, also of those that the document omits.
  package func verdicts(of cluster: ClusterDocument) -> [Verdict] {
    switch self {
    case .tunnel: [cluster.tunnel.verdict]
    case .nodes: cluster.nodeVerdicts
    case .flux: cluster.fluxVerdicts
    case .images: cluster.imageVerdicts
    case .pipeline: cluster.pipeline.map { [$0.verdict] } ?? []
    }
  }

  /// Without objects, healthy only if the last poll succeeded; otherwise unknown.
  private func ownVerdict(of cluster: ClusterDocument) -> Verdict {
    let base: Verdict = !comesFromPolls || cluster.poll.ok == true ? .healthy : .unknown
    return verdicts(of: cluster).reduce(base) { $0.combined(with: $1) }
  }
}

extension ImagesDocument {
  /// The verdicts of the objects in the document.
  package var verdicts: [Verdict] {
    policies.map(\.verdict) + repositories.map(\.verdict) + automations.map(\.verdict)
  }
}

extension ClusterDocument {
  /// Expected nodes that the cluster does not list. The document has them only as problems.
  package func missingNodes(among problems: [ProblemDocument]) -> [String] {
    let code = ProblemCode.node(.missing).rawValue
    return problems.filter { $0.cluster == name && $0.code == code }.map {
      $0.subject.hasPrefix("node ") ? String($0.subject.dropFirst(5)) : $0.subject
    }
  }
}

extension ProblemDocument {
  fileprivate func isOf(_ kinds: [Problem.Kind]) -> Bool { kinds.contains { $0.rawValue == kind } }
}

extension TunnelDocument {
  package var verdict: Verdict {
    let state: Verdict =
      switch self.state {
      case .up: .healthy
      case .backoff, .blocked: .critical
      // A first attempt is in progress; a later one follows a failure.
      case .connecting: lastError == nil ? .unknown : .critical
      case .stopped, nil: .unknown
      }
    return forwards.reduce(state) { $0.combined(with: $1.state == .portBusy ? .critical : .healthy) }
  }
}

extension StatusDocument {
  /// The document with only one cluster; nil if there is none of that name.
  package func only(_ cluster: String) -> StatusDocument? {
    guard let found = clusters.first(where: { $0.name == cluster }) else { return nil }
    var status = self
    status.clusters = [found]
    status.problems = problems.filter { $0.cluster == cluster }
    status.verdict = found.verdict
    status.summary = "\(found.name): \(found.summary)"
    return status
  }
}
