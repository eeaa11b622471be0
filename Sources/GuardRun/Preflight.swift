package import GuardAPI
import GuardTypes
import Health

/// Decides whether commands can be run against a cluster now.
///
/// The checks are in the order of their causes: without a tunnel, the API cannot be read either.
package struct Preflight {
  /// Only the clusters that are asked about.
  private let status: StatusDocument

  package init(status: StatusDocument) {
    self.status = status
  }

  package var document: PreflightDocument {
    let cluster = status.clusters.count == 1 ? status.clusters.first : nil
    let cause = cause
    let usable = try? ClusterKubeconfig.path(of: status, named: nil)
    return PreflightDocument(
      verdict: cluster?.verdict ?? status.verdict, reason: cause?.reason, command: cause?.step.command,
      note: cause?.step.note, kubeconfig: usable, context: cluster?.context, server: cluster?.server,
      problems: status.problems.filter { problem in cluster.map { $0.name == problem.cluster } ?? true })
  }

  private typealias Cause = (reason: String, step: NextStep)

  /// The first cause why commands cannot be run.
  private var cause: Cause? {
    guard let cluster = status.clusters.first else {
      return ("the guard watches no cluster", NextStep(command: "oceanid-ctl setup HOST"))
    }
    guard status.clusters.count == 1 else {
      let names = status.clusters.map(\.name).prefix(20).joined(separator: ", ")
      return (
        "the guard watches several clusters (\(names))",
        NextStep(note: "choose one of them with --cluster NAME")
      )
    }
    return tunnel(cluster) ?? api(cluster) ?? kubeconfig ?? verdict(cluster)
  }

  private func tunnel(_ cluster: ClusterDocument) -> Cause? {
    guard cluster.tunnel.state == .up else {
      let state = cluster.tunnel.state?.rawValue ?? "unknown"
      return problem(cluster, .tunnel)
        ?? ("the tunnel to \(cluster.name) is \(state)", NextStep(command: "oceanid-ctl tunnel"))
    }
    do throws(ForwardUnavailable) {
      try ForwardUnavailable.check(status)
      return nil
    } catch {
      return (error.reason, NextStep(note: error.nextStep))
    }
  }

  private func api(_ cluster: ClusterDocument) -> Cause? {
    guard cluster.poll.ok != nil else {
      return (
        "the guard has not read the API of \(cluster.name) yet",
        NextStep(command: "oceanid-ctl wait --for api --cluster \(cluster.name.shellWord)")
      )
    }
    if let error = cluster.poll.error {
      return problem(cluster, .api)
        ?? ("\(error.code): \(error.message)", NextStep(command: error.command, note: error.note))
    }
    guard cluster.poll.ok == true, cluster.api.ready != false else {
      return problem(cluster, .api)
        ?? ("the API of \(cluster.name) is not ready", NextStep(command: "oceanid-ctl doctor"))
    }
    return nil
  }

  private var kubeconfig: Cause? {
    do throws(UnusableKubeconfig) {
      _ = try ClusterKubeconfig.path(of: status, named: nil)
      return nil
    } catch {
      // The step of a wrong server or context is a command.
      if let known = status.clusters.first?.kubeconfigObstacle {
        let path = status.clusters.first?.kubeconfig ?? "the kubeconfig"
        return ("\(path) \(known.message)", NextStep(command: known.command, note: known.note))
      }
      return ("\(error)", NextStep(command: "oceanid-ctl doctor"))
    }
  }

  private func verdict(_ cluster: ClusterDocument) -> Cause? {
    switch cluster.verdict {
    case .healthy, .degraded: return nil
    case .critical, .unknown:
      let own = status.problems.filter { $0.cluster == cluster.name }
      guard let first = own.first(where: { $0.severity == .critical }) ?? own.first else {
        return ("\(cluster.name): \(cluster.summary)", NextStep(command: "oceanid-ctl status"))
      }
      return cause(first)
    }
  }

  private func problem(_ cluster: ClusterDocument, _ kind: Problem.Kind) -> Cause? {
    status.problems.first { $0.cluster == cluster.name && $0.kind == kind.rawValue }.map(cause)
  }

  private func cause(_ problem: ProblemDocument) -> Cause {
    let reason = problem.detail.isEmpty ? problem.title : "\(problem.title): \(problem.detail)"
    return (reason, problem.step)
  }
}
