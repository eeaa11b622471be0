internal import Health
package import Pipeline

// The values that the guard reads from Pulumi Cloud's answers. Everything else in them is dropped, because a body may
// hold configuration and addresses of people.

/// The newest deployments of a stack.
package struct DeploymentList: Hashable, Sendable {
  /// Newest first.
  package let deployments: [Deployment]
  /// True if the stack has no others.
  package let isWhole: Bool

  init?(_ body: [UInt8]) {
    guard let object = JSONObject(body), let list = object.values("deployments", limit: 100, Deployment.init)
    else { return nil }
    deployments = list.values.sorted { $0.version > $1.version }
    if deployments.isEmpty, list.objects > 0 { return nil }
    isWhole = (object.count("total") ?? Int.max) <= list.objects
  }
}

extension Deployment {
  fileprivate init?(_ object: JSONObject) {
    guard let version = object.number("version"), let status = object.word("status") else { return nil }
    let jobs = object.objects("jobs", limit: 20) ?? []
    let steps = jobs.flatMap { $0.objects("steps", limit: 50) ?? [] }
    self.init(
      version: version, status: status, operation: object.word("pulumiOperation") ?? "update",
      createdAt: object.pulumiTime("created"), modifiedAt: object.pulumiTime("modified"),
      isPaused: object.flag("paused") ?? false,
      requestedBy: object.object("requestedBy")?.text("githubLogin"),
      agentPool: object.object("agentPool")?.text("name"),
      startedAt: jobs.compactMap { $0.pulumiTime("started") }.min(),
      failedStep: steps.first { $0.word("status") == "failed" }?.text("name"),
      updates: (object.objects("updates", limit: 50) ?? []).compactMap(StackUpdate.init(listed:)))
  }
}

extension StackUpdate {
  /// An entry of a deployment's `updates`.
  fileprivate init?(listed object: JSONObject) {
    guard let version = object.number("version") else { return nil }
    self.init(version: version, info: object)
  }

  /// The answer of `updates/latest`.
  init?(latest object: JSONObject) {
    guard let version = object.number("version") ?? object.object("info")?.number("version"),
      let info = object.object("info")
    else { return nil }
    self.init(version: version, info: info, fallback: object.object("githubCommitInfo")?.commit("sha"))
  }

  private init(version: Int64, info: JSONObject, fallback: CommitID? = nil) {
    let environment = info.object("environment")
    self.init(
      version: version, kind: info.word("kind") ?? "update", result: info.word("result") ?? "",
      startedAt: info.pulumiTime("startTime"), endedAt: info.pulumiTime("endTime"),
      commit: environment?.commit("git.head") ?? fallback, isDirty: environment?.flag("git.dirty") ?? false)
  }
}

extension DeploymentsState {
  init(_ object: JSONObject) {
    let isPaused = object.flag("paused") ?? false
    let isOrganizationPaused = object.flag("organizationPaused") ?? false
    self.init(
      isStackPaused: object.flag("stackPaused") ?? (isPaused && !isOrganizationPaused),
      isOrganizationPaused: isOrganizationPaused,
      hasDrift: object.object("drift")?.flag("driftDetected") ?? false)
  }
}

extension AgentPool {
  init?(_ object: JSONObject) {
    guard let name = object.text("name"), let status = object.word("status") else { return nil }
    self.init(name: name, isOnline: status == "online", lastSeen: object.pulumiTime("lastSeen"))
  }
}

extension JSONObject {
  /// Pulumi writes times in three ways: without a zone, in RFC 3339, and as seconds since 1970. The year 1 is "not yet".
  func pulumiTime(_ name: String) -> Timestamp? {
    if let seconds = number(name) {
      return seconds > 0 && seconds < 1 << 36 ? Timestamp(seconds: seconds).ifPlausible : nil
    }
    return raw(name).flatMap { Timestamp(rfc3339: $0) ?? Timestamp(rfc3339: $0 + "Z") }?.ifPlausible
  }
}
