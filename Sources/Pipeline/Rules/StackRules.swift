internal import GuardTypes
package import Health

/// The known facts about the stack that Pulumi Deployments update.
package struct StackFacts: Hashable, Sendable {
  /// Newest first.
  package let deployments: [Deployment]
  /// True if there are no others.
  package let isWhole: Bool
  /// nil if it is not known.
  package let state: DeploymentsState?
  package let latestUpdate: StackUpdate?
  /// nil if there is none, or it is not known.
  package let pool: AgentPool?

  package init(
    deployments: [Deployment], isWhole: Bool = true, state: DeploymentsState? = nil,
    latestUpdate: StackUpdate? = nil, pool: AgentPool? = nil
  ) {
    self.deployments = deployments
    self.isWhole = isWhole
    self.state = state
    self.latestUpdate = latestUpdate
    self.pool = pool
  }

  /// The newest update that the stack runs, if its commit is known.
  var applied: StackUpdate? {
    let updates = deployments.flatMap(\.updates) + (latestUpdate.map { [$0] } ?? [])
    return updates.filter { $0.isApplied && $0.commit != nil }.max { $0.version < $1.version }
  }

  /// The commit that the stack runs.
  package var appliedCommit: CommitID? { applied?.commit }
}

/// The verdict about the stack that Pulumi Deployments update.
package struct StackRules {
  /// An agent asks for work each minute.
  static let queueTimeLimit: Duration = .seconds(120)
  static let acceptTimeLimit: Duration = .seconds(300)

  private let facts: StackFacts
  private let stack: String
  private let pool: String?
  private let isSingleRun: Bool
  private let isClusterFaulty: Bool
  private let site: String?
  private let now: Timestamp

  /// - Parameters:
  ///   - stack: `organization/project/stack`
  ///   - pool: the name of the agent pool; nil if Pulumi runs the deployments.
  ///   - isSingleRun: true if an offline pool is normal while nothing waits.
  ///   - isClusterFaulty: true if the cluster that runs the agents has a fault, which explains that they are away.
  ///   - site: the address of the pages of Pulumi Cloud; nil if it is not known.
  package init(
    _ facts: StackFacts, stack: String, pool: String?, isSingleRun: Bool, isClusterFaulty: Bool,
    site: String?,
    now: Timestamp
  ) {
    self.facts = facts
    self.stack = stack
    self.pool = pool
    self.isSingleRun = isSingleRun
    self.isClusterFaulty = isClusterFaulty
    self.site = site
    self.now = now
  }

  package var judgment: StageResult {
    var judgment = judgmentOfState
    judgment.commit = applied?.commit
    judgment.others = [drift, byHand(judgment), offline(judgment)].compactMap(\.self)
    return judgment
  }

  /// Previews change nothing, and a skipped deployment was replaced by a newer one.
  private var changes: [Deployment] {
    facts.deployments.filter { $0.changesTheStack && $0.status != "skipped" }
  }

  private var applied: StackUpdate? { facts.applied }

  private var judgmentOfState: StageResult {
    guard let deployment = changes.first else {
      return facts.latestUpdate.map { update in
        StageResult(
          .current, "update \(update.version) \(update.result), no deployment is listed",
          since: update.endedAt,
          url: page("updates/\(update.version)"))
      } ?? StageResult(.unknown, "no deployment and no update of \(stack) is listed")
    }
    let url = page("deployments/\(deployment.version)")
    switch deployment.status {
    case "succeeded":
      return StageResult(
        .current, "deployment \(deployment.version) succeeded", since: deployment.modifiedAt, url: url)
    case "failed": return failed(deployment, url)
    case "not-started": return queued(deployment, url)
    case "accepted":
      return inProgress(deployment, url, state: "accepted", longest: StackRules.acceptTimeLimit)
    default: return running(deployment, url)
    }
  }

  private func finding(
    _ problem: PipelineProblem, _ deployment: Deployment?, _ more: [String: String] = [:],
    detail: String = "",
    since: Timestamp? = nil, page: String? = nil, subject: String? = nil
  ) -> Observation.Finding {
    var values = ["stack": stack, "url": page ?? self.page("") ?? "the stack's page at Pulumi Cloud"]
    if let pool { values["pool"] = pool }
    if let deployment { values["deployment"] = "\(deployment.version)" }
    return Observation.Finding(
      .pipeline(problem), values.merging(more) { $1 }, subject: subject ?? "stack \(stack)", detail: detail,
      since: since)
  }

  private func page(_ path: String) -> String? {
    site.map { path.isEmpty ? "\($0)/\(stack)" : "\($0)/\(stack)/\(path)" }
  }

  // MARK: - The newest deployment

  private func failed(_ deployment: Deployment, _ url: String?) -> StageResult {
    let step = deployment.failedStep.map { ": step \($0)" } ?? ""
    let update = deployment.updates.map(\.version).max().map { "update \($0), " } ?? ""
    let still = applied.map {
      "; update \($0.version) of \($0.commit?.short ?? "an unknown commit") is still in place"
    }
    return StageResult(
      .failed, "deployment \(deployment.version) failed\(step)", since: deployment.modifiedAt, url: url,
      finding: finding(
        .deploymentFailed, deployment, ["step": step],
        detail:
          "\(update)\(deployment.operation) requested by \(deployment.requestedBy ?? "an unknown login")"
          + (still ?? ""), since: deployment.modifiedAt ?? deployment.createdAt, page: url))
  }

  private func queued(_ deployment: Deployment, _ url: String?) -> StageResult {
    let age = deployment.createdAt.map { now - $0 } ?? .zero
    let isLate = age > StackRules.queueTimeLimit
    func waits(_ words: String, _ finding: Observation.Finding?) -> StageResult {
      StageResult(
        .waiting, "deployment \(deployment.version) \(words)", since: deployment.createdAt, url: url,
        finding: isLate ? finding : nil)
    }
    if let scope = pauseScope(deployment) {
      let words = "waits: deployments are paused for \(scope)"
      return StageResult(
        .stopped, "deployment \(deployment.version) \(words)", since: deployment.createdAt, url: url,
        finding: isLate
          ? finding(
            .deploymentsPaused, deployment, ["scope": scope], since: deployment.createdAt,
            page: page("settings")) : nil)
    }
    if let older = changes.dropFirst().first(where: { ["running", "accepted"].contains($0.status) }) {
      // Pulumi runs one deployment of a stack at a time.
      let judgment =
        older.status == "accepted"
        ? inProgress(
          older, page("deployments/\(older.version)"), state: "accepted", longest: StackRules.acceptTimeLimit)
        : running(older, page("deployments/\(older.version)"))
      return StageResult(
        .waiting, "deployment \(deployment.version) waits for deployment \(older.version)",
        since: deployment.createdAt, url: url, finding: judgment.finding)
    }
    if let pool = facts.pool, !pool.isOnline {
      return waits(
        "waits for an agent of \(pool.name)",
        isClusterFaulty
          ? nil
          : finding(
            .deploymentWithoutAgent, deployment, ["seen": seen(pool)],
            detail: "deployment \(deployment.version) has waited for \(age.humanDuration)",
            since: deployment.createdAt, page: poolPage))
    }
    return waits(
      "has not started",
      finding(
        .deploymentQueued, deployment, ["age": age.humanDuration], since: deployment.createdAt, page: url))
  }

  private func running(_ deployment: Deployment, _ url: String?) -> StageResult {
    let durations = changes.filter { $0.status == "succeeded" }.prefix(10).compactMap(\.duration)
    return inProgress(deployment, url, state: "running", longest: .timeLimit(Array(durations)))
  }

  private func inProgress(
    _ deployment: Deployment, _ url: String?, state: String, longest: Duration
  ) -> StageResult {
    let since = deployment.startedAt ?? deployment.modifiedAt ?? deployment.createdAt
    let age = since.map { now - $0 } ?? .zero
    return StageResult(
      .running, "deployment \(deployment.version) is \(state)", since: since, url: url,
      finding: age > longest
        ? finding(
          .deploymentSlow, deployment, ["state": state, "age": age.humanDuration], since: since, page: url)
        : nil)
  }

  private func pauseScope(_ deployment: Deployment) -> String? {
    if facts.state?.isOrganizationPaused == true {
      return "the organization \(stack.prefix { $0 != "/" })"
    }
    return facts.state?.isStackPaused == true || deployment.isPaused ? "the stack" : nil
  }

  // MARK: - Beside it

  private var drift: Observation.Finding? {
    guard facts.state?.hasDrift == true else { return nil }
    return finding(.drift, nil, page: page("drift"))
  }

  /// An update that no deployment made, or that has changes of no commit. While a deployment is on its way or has failed,
  /// that is what matters.
  private func byHand(_ judgment: StageResult) -> Observation.Finding? {
    guard judgment.state == .current, let update = facts.latestUpdate, update.kind != "preview",
      update.result == "succeeded"
    else { return nil }
    let made = facts.deployments.flatMap(\.updates).map(\.version)
    // An update that is older than all that are listed was made by a deployment that is not listed any more.
    let isForeign =
      !made.contains(update.version)
      && (made.max().map { $0 < update.version } ?? (facts.isWhole && !facts.deployments.isEmpty))
    guard isForeign || update.isDirty else { return nil }
    return finding(
      .appliedByHand, nil,
      ["update": "\(update.version)", "state": update.isDirty ? ", with changes that are in no commit" : ""],
      since: update.endedAt, page: page("updates/\(update.version)"))
  }

  /// No agent is online, and nothing waits for one.
  private func offline(_ judgment: StageResult) -> Observation.Finding? {
    guard let pool = facts.pool, !pool.isOnline, !isSingleRun, !isClusterFaulty,
      judgment.state != .waiting
    else { return nil }
    return finding(
      .agentPoolOffline, nil, ["seen": seen(pool)], since: pool.lastSeen, page: poolPage,
      subject: "agent pool \(pool.name)")
  }

  private func seen(_ pool: AgentPool) -> String {
    guard pool.isListed else { return "for more than seven days, or Pulumi lists no pool of this name" }
    return pool.lastSeen.map { "since \($0.toTheSecond)" } ?? "for an unknown time"
  }

  private var poolPage: String? {
    site.map { "\($0)/\(stack.prefix { $0 != "/" })/settings/agent-pools" }
  }
}

extension Deployment {
  /// How long it ran.
  fileprivate var duration: Duration? {
    guard let startedAt, let modifiedAt, modifiedAt >= startedAt else { return nil }
    return modifiedAt - startedAt
  }
}
