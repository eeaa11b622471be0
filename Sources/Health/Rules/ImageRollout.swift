internal import GuardTypes

/// The path of one image that a policy has selected to the running workload, and the step at which it stops: automation,
/// push to Git, fetch, apply. Scans of the registry do not hold up a tag that is already selected.
struct ImageRollout {
  /// The step at which the path stops.
  struct End {
    let standstill: ImagePolicyReport.Standstill
    let reason: String
    let words: String
    var step = NextStep()
    /// The verdict if this is not a separate problem, because the cause is already reported or the stop is intended.
    var fixed: Verdict? = nil
  }

  private let policy: ImagePolicy
  private let latest: String
  private let automation: Judged<ImageUpdateAutomation>?
  private let source: Judged<FluxObject>?
  /// The Flux objects that apply the workloads running another image.
  private let managers: [Judged<FluxObject>]
  private let evaluation: Evaluation
  /// An automation that may cover the policy could not be decoded.
  private let hasUnreadableAutomation: Bool

  init(
    _ policy: ImagePolicy, latest: String, running: [ImagePolicyReport.Running], _ snapshot: Snapshot,
    _ evaluation: Evaluation
  ) {
    self.policy = policy
    self.latest = latest
    self.evaluation = evaluation
    hasUnreadableAutomation =
      snapshot.uncountedKinds.contains("ImageUpdateAutomation")
      || snapshot.undecodable.contains {
        $0.kind == "ImageUpdateAutomation"
          && ($0.name == nil || [policy.resource.namespace, ""].contains($0.namespace))
      }
    // An automation only handles policies in its own namespace (flux2#2853).
    let covering = evaluation.automations.filter { judged in
      judged.value.resource.namespace == policy.resource.namespace
        && (judged.value.policySelector?.matches(policy.labels) ?? true)
    }
    let automation = covering.first { !$0.value.isSuspended } ?? covering.first
    self.automation = automation
    source = evaluation.flux.first { $0.value.resource.reference == automation?.value.source }
    let late = Set(running.filter { ImageReference.isSame($0.image, latest) == false }.map(\.workload))
    let managed =
      (snapshot.workloads.value ?? []).map { ($0.resource.reference, $0.manager) }
      + (snapshot.cronJobs.value ?? []).map { ($0.resource.reference, $0.manager) }
      + (snapshot.jobs.value ?? []).map { ($0.resource.reference, $0.manager) }
    let names = Set(managed.filter { late.contains($0.0.description) }.compactMap(\.1))
    managers = evaluation.flux.filter { names.contains($0.value.resource.reference) }
  }

  /// The time limit for the whole path: a run, a fetch and a reconcile, each with its interval.
  var timeLimit: Duration {
    let run = automation?.value.interval ?? .seconds(900)
    return run * 2 + (source?.value.interval ?? .seconds(60)) + .seconds(300)
  }

  private var moved: Timestamp? { policy.resource.conditions["Ready"]?.lastTransitionTime }

  /// True if the automation has run and saw another image than the policy's current one.
  var isNotTakenUp: Bool { end.reason == Self.notTakenUp }

  private static let notTakenUp = "NotTakenUp"

  var end: End {
    guard let automation else { return held }
    let resource = automation.value.resource
    if automation.value.isSuspended {
      return End(
        standstill: .automation, reason: "AutomationSuspended", words: "\(name(resource)) is suspended",
        fixed: .degraded)
    }
    if resource.conditions["Ready"]?.status == .isFalse || automation.verdict == .degraded {
      let isPush = resource.conditions["Ready"]?.reason == "GitOperationFailed"
      return End(
        standstill: isPush ? .push : .automation, reason: isPush ? "PushFailed" : "AutomationStuck",
        words: "\(name(resource)) fails or does not run", fixed: .degraded)
    }
    let seen = automation.value.observedPolicies?[policy.resource.name]
    if automation.value.observedPolicies != nil,
      seen.map({ ImageReference.isSame($0, latest) == false }) ?? true
    {
      return End(
        standstill: .automation, reason: Self.notTakenUp,
        words: "\(name(resource)) has not taken it up" + (seen.map { ": it saw \($0)" } ?? ""),
        step: NextStep(command: evaluation.log(of: resource)))
    }
    guard let pushed = automation.value.lastPushTime, moved.map({ pushed >= $0 }) ?? true else {
      return notPushed(automation.value)
    }
    if let branch = automation.value.reviewBranch {
      return End(
        standstill: .review, reason: "AwaitsReview", words: "pushed to branch \(branch), which people merge",
        fixed: .healthy)
    }
    return afterPush(automation.value, pushed)
  }

  private var held: End {
    if hasUnreadableAutomation {
      return End(
        standstill: .automation, reason: "Unreadable",
        words: "an ImageUpdateAutomation that may cover it can't be read", fixed: .unknown)
    }
    let elsewhere = evaluation.automations.first.map {
      "; \(name($0.value.resource)) acts on the policies of its own namespace and selector only"
    }
    return End(
      standstill: .held, reason: "HeldByHand",
      words: "held manually: no automation covers \(name(policy.resource))\(elsewhere ?? "")", fixed: .healthy
    )
  }

  private func notPushed(_ automation: ImageUpdateAutomation) -> End {
    let marker = "{\"$imagepolicy\": \"\(policy.resource.namespace):\(policy.resource.name)\"}"
    return End(
      standstill: .push, reason: "NotPushed",
      words:
        "nothing was pushed to Git since the policy moved, although \(name(automation.resource)) is ready",
      step: NextStep(
        command: evaluation.log(of: automation.resource),
        note: "check that Git has the marker \(marker) under its path"))
  }

  private func afterPush(_ automation: ImageUpdateAutomation, _ pushed: Timestamp) -> End {
    if let source {
      let resource = source.value.resource
      if source.verdict == .critical || source.value.isSuspended {
        return End(
          standstill: .fetch, reason: "FetchStuck",
          words: "pushed to Git; \(name(resource)) does not fetch it",
          fixed: .degraded)
      }
      let has = automation.lastPushCommit.map { source.value.revision?.contains($0) ?? false } ?? true
      if !has, let fetched = source.value.artifactUpdateTime, fetched < pushed {
        return End(
          standstill: .fetch, reason: "NotFetched",
          words:
            "pushed to Git as \((automation.lastPushCommit ?? "").prefix(8)), and \(name(resource)) still has "
            + (source.value.revision?.shortRevision ?? "nothing"),
          step: NextStep(command: evaluation.log(of: resource)))
      }
    }
    if let stuck = managers.first(where: { $0.verdict == .critical || $0.verdict == .degraded }) {
      return End(
        standstill: .apply, reason: "ApplyStuck",
        words: "pushed to Git; \(name(stuck.value.resource)) does not apply it", fixed: .degraded)
    }
    if let elsewhere = appliedElsewhere(automation) { return elsewhere }
    return End(
      standstill: .apply, reason: "NotApplied", words: "pushed to Git and not applied yet",
      step: NextStep(
        command: managers.first.map { evaluation.log(of: $0.value.resource) }
          ?? evaluation.flux("get kustomizations -A")))
  }

  /// The end if the pushed commit is applied by all objects that apply the workloads: what it changed is not the image
  /// of these workloads.
  private func appliedElsewhere(_ automation: ImageUpdateAutomation) -> End? {
    guard let commit = automation.lastPushCommit, !managers.isEmpty,
      managers.allSatisfy({
        $0.value.resource.kind == "Kustomization" && $0.value.revision?.contains(commit) == true
      }), let manager = managers.first
    else { return nil }
    return End(
      standstill: .apply, reason: "NotApplied",
      words:
        """
        the pushed commit \(commit.prefix(8)) is applied by \(name(manager.value.resource)), and the workload does \
        not have the image
        """,
      step: NextStep(
        command: evaluation.log(of: manager.value.resource),
        note: "check that the marker is at the image that this workload gets"))
  }

  private func name(_ resource: Resource) -> String { resource.reference.description }
}
