package import Health

extension [MarkerFinding] {
  /// The problems of a cluster together with those of the markers: one problem for one cause.
  ///
  /// A policy whose marker, or the file with its marker, is at fault runs behind for that reason, so its own problem is
  /// left out; its time of beginning stays. Where Git and the applied commit have the image, the problem of the policy
  /// reports that.
  package func joined(with problems: [Problem]) -> [Problem] {
    let byPolicy = Dictionary(compactMap { finding in finding.policy.map { ($0, finding) } }) { a, _ in a }
    var begin: [String: Timestamp] = [:]
    var joined: [Problem] = []
    for problem in problems {
      guard let finding = byPolicy.first(where: { problem.isLateness(of: $0.key) })?.value else {
        joined.append(problem)
        continue
      }
      if let cause = finding.problem?.id ?? finding.cause {
        begin[cause] = Swift.min(begin[cause] ?? problem.since, problem.since)
      } else {
        joined.append(finding.state == .rollout ? problem.asRollout : problem)
      }
    }
    for var problem in compactMap(\.problem) {
      problem.since = Swift.min(problem.since, begin[problem.id] ?? problem.since)
      joined.append(problem)
    }
    return joined.sorted(by: Problem.isBefore)
  }
}

extension Problem {
  /// True if it reports that this policy's image is not written or does not run.
  fileprivate func isLateness(of policy: PolicyName) -> Bool {
    guard code == .image(.behind) || code == .image(.notTakenUp) else { return false }
    return subject
      == Reference(kind: "ImagePolicy", namespace: policy.namespace, name: policy.name).description
  }

  /// The same problem with the knowledge that Git and the applied commit have the image.
  fileprivate var asRollout: Problem {
    Problem(
      code, id: id, severity: severity, rank: rank, cluster: cluster, subject: subject, title: title,
      detail: detail
        + "; Git has the image and the commit is applied, so the rollout is late, not the automation",
      since: since, step: step, hides: hides)
  }
}
