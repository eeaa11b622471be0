import GuardAPI
import Health

/// What of a cluster a command shows and answers for.
enum Section: String, CaseIterable, Sendable {
  case tunnel, nodes, flux, images

  /// The worst of its objects and of the problems that name it.
  func verdict(of cluster: ClusterDocument, problems: [ProblemDocument]) -> Verdict {
    self.problems(of: cluster, among: problems).reduce(ownVerdict(of: cluster)) { verdict, problem in
      verdict.combined(with: problem.severity == .critical ? .critical : .degraded)
    }
  }

  func verdict(of status: StatusDocument) -> Verdict {
    status.clusters.isEmpty
      ? .unknown
      : status.clusters.reduce(.healthy) {
        $0.combined(with: verdict(of: $1, problems: status.problems))
      }
  }

  /// The problems whose id says that they are of this section: `tethys/node/calypso/not-ready`.
  func problems(of cluster: ClusterDocument, among problems: [ProblemDocument]) -> [ProblemDocument] {
    problems.filter { problem in
      guard problem.cluster == cluster.name else { return false }
      let parts = problem.id.split(separator: "/", maxSplits: 2)
      return parts.count > 1 && self == Section(topic: parts[1].lowercased())
    }
  }

  private init?(topic: String) {
    switch topic {
    case "tunnel", "forward", "forwards": self = .tunnel
    case "node", "nodes", "gpu": self = .nodes
    case _ where topic.hasPrefix("image"): self = .images
    case "flux", "kustomization", "helmrelease", "helmrepository", "helmchart", "gitrepository",
      "ocirepository", "bucket", "alert", "provider", "receiver", "source", "externalartifact":
      self = .flux
    default: return nil
    }
  }

  private func ownVerdict(of cluster: ClusterDocument) -> Verdict {
    switch self {
    case .tunnel: cluster.tunnel.verdict
    case .nodes: combined(cluster.nodes.map(\.verdict), cluster.poll)
    case .flux:
      combined(cluster.flux.objects.map(\.verdict), cluster.poll)
    case .images:
      combined(
        cluster.images.policies.map(\.verdict) + cluster.images.repositories.map(\.verdict)
          + cluster.images.automations.map(\.verdict), cluster.poll)
    }
  }

  /// Nothing seen and no poll that would vouch for "nothing there" is not known.
  private func combined(_ verdicts: [Verdict], _ poll: PollDocument) -> Verdict {
    verdicts.reduce(poll.ok == true ? .healthy : .unknown) { $0.combined(with: $1) }
  }
}

extension TunnelDocument {
  var verdict: Verdict {
    let state: Verdict =
      switch self.state {
      case .up: .healthy
      case .backoff, .blocked: .critical
      // A first attempt is on its way; a later one follows a failure.
      case .connecting: lastError == nil ? .unknown : .critical
      case .stopped, .unknown: .unknown
      }
    return forwards.reduce(state) { $0.combined(with: $1.state == .portBusy ? .critical : .healthy) }
  }
}

extension StatusDocument {
  /// The document of one cluster alone; nil where it has none of that name.
  func only(_ cluster: String) -> StatusDocument? {
    guard let found = clusters.first(where: { $0.name == cluster }) else { return nil }
    var status = self
    status.clusters = [found]
    status.problems = problems.filter { $0.cluster == cluster }
    status.verdict = found.verdict
    status.summary = "\(found.name): \(found.summary)"
    return status
  }
}
