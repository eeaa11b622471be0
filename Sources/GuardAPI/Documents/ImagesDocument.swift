package import GuardTypes
package import Health

/// `clusters[].images`
package struct ImagesDocument: Codable, Hashable, Sendable {
  @Field package var policies: [ImagePolicyDocument]
  @Field package var repositories: [ImageRepositoryDocument]
  @Field package var automations: [ImageAutomationDocument]

  package init(
    policies: [ImagePolicyDocument] = [], repositories: [ImageRepositoryDocument] = [],
    automations: [ImageAutomationDocument] = []
  ) {
    self.policies = policies
    self.repositories = repositories
    self.automations = automations
  }
}

/// `images.policies[]`
package struct ImagePolicyDocument: Codable, Hashable, Sendable {
  package struct Running: Codable, Hashable, Sendable {
    package var image: String
    /// For example `deployment cert-manager/cert-manager`.
    package var workload: String
  }

  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var ready: Condition.Status?
  @Field package var suspended: Bool
  /// The policy as text, for example `semver 1.18.x`.
  @Field package var range: String?
  @Field package var latest: String?
  /// nil if workloads could not be read. At most `runningLimit`; those that do not run the latest image come first if
  /// there are more.
  @Field package var running: [Running]?
  /// The number of running images that `running` does not contain.
  @Field package var omittedRunning: Int?
  /// True if a workload runs another image than the latest; nil if unknown.
  @Field package var behind: Bool?
  /// The time since which it has been behind.
  @Field package var behindSince: Timestamp?
  /// The stage that blocks the latest image: `scan`, `policy`, `automation`, `push`, `fetch` or `apply`;
  /// `held` and `review` if it waits for a person. nil if it runs or is in progress.
  @Field package var stuckAt: String?
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ report: ImagePolicyReport) {
    let policy = report.policy.value
    namespace = policy.resource.namespace
    name = policy.resource.name
    verdict = report.policy.verdict
    ready = policy.resource.conditions["Ready"]?.status
    suspended = policy.isSuspended
    range = policy.range
    latest = policy.latestImage
    running = report.running.map { running in
      ImagePolicyDocument.listed(running, latest: policy.latestImage).map {
        Running(image: $0.image, workload: $0.workload)
      }
    }
    omittedRunning = report.running.map { max(0, $0.count - ImagePolicyDocument.runningLimit) }
    behind = report.isBehind
    behindSince = report.behindSince
    stuckAt = report.standstill?.rawValue
    reason = report.policy.reason
    message = report.policy.message
    since = report.policy.since
  }

  /// Maximum number of running images of one policy.
  package static let runningLimit = 20

  private static func listed(_ running: [ImagePolicyReport.Running], latest: String?)
    -> ArraySlice<ImagePolicyReport.Running>
  {
    guard running.count > runningLimit else { return running.prefix(runningLimit) }
    return (running.filter { $0.image != latest } + running.filter { $0.image == latest }).prefix(
      runningLimit)
  }
}

extension ImagePolicyDocument: MessageRow {
  var otherTexts: [String?] { [range, latest] + (running ?? []).flatMap { [$0.image, $0.workload] } }
  var size: Int { 400 + textBytes + messageBytes + (running ?? []).count * 32 }
}

/// `images.repositories[]`
package struct ImageRepositoryDocument: Codable, Hashable, Sendable {
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var ready: Condition.Status?
  @Field package var suspended: Bool
  @Field package var image: String
  @Field package var tags: Int?
  @Field package var lastScanAt: Timestamp?
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ judged: Judged<ImageRepository>) {
    let resource = judged.value.resource
    namespace = resource.namespace
    name = resource.name
    verdict = judged.verdict
    ready = resource.conditions["Ready"]?.status
    suspended = judged.value.isSuspended
    image = judged.value.image
    tags = judged.value.tagCount
    lastScanAt = judged.value.lastScanTime
    reason = judged.reason
    message = judged.message
    since = judged.since
  }
}

extension ImageRepositoryDocument: MessageRow {
  var otherTexts: [String?] { [image] }
}

/// `images.automations[]`
package struct ImageAutomationDocument: Codable, Hashable, Sendable {
  @Field package var namespace: String
  package var name: String
  @Field package var verdict: Verdict
  @Field package var ready: Condition.Status?
  @Field package var suspended: Bool
  @Field package var lastRunAt: Timestamp?
  @Field package var lastPushAt: Timestamp?
  @Field package var lastPushCommit: String?
  @Field package var reason: String
  @Field package var message: String
  @Field package var since: Timestamp?

  package init(_ judged: Judged<ImageUpdateAutomation>) {
    let resource = judged.value.resource
    namespace = resource.namespace
    name = resource.name
    verdict = judged.verdict
    ready = resource.conditions["Ready"]?.status
    suspended = judged.value.isSuspended
    lastRunAt = judged.value.lastRunTime
    lastPushAt = judged.value.lastPushTime
    lastPushCommit = judged.value.lastPushCommit
    reason = judged.reason
    message = judged.message
    since = judged.since
  }
}

extension ImageAutomationDocument: MessageRow {
  var otherTexts: [String?] { [lastPushCommit] }
}
