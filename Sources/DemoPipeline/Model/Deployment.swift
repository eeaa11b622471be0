/// A deployment of the stack by Pulumi Deployments.
struct Deployment: Sendable {
  /// The values of Pulumi's `status`.
  enum Status: String, Sendable {
    case notStarted = "not-started"
    case accepted, running, succeeded, failed, skipped
  }

  static let steps = ["Get source", "Install dependencies", "Pulumi operation"]

  let version: Int
  let sha: String
  /// `update`, `preview`, `destroy`, `refresh`, `detect-drift`, `remediate-drift`
  let operation: String
  let requestedBy: String
  private(set) var created: PipelineTime
  var modified: PipelineTime
  var status = Status.notStarted
  /// When Pulumi's runner began; nil before.
  var started: PipelineTime?
  var failedStep = Deployment.steps[2]
  /// The version of the stack's update that it made; nil if it failed before Pulumi ran.
  var update: Int?
  /// True if it stays in its state until a command changes it.
  var isHeld = false

  init(version: Int, sha: String, operation: String = "update", by login: String, created: PipelineTime) {
    self.version = version
    self.sha = sha
    self.operation = operation
    requestedBy = login
    self.created = created
    modified = created
  }

  var id: String { Digest.uuid("deployment \(version)") }

  /// True until it has an outcome.
  var isOpen: Bool {
    switch status {
    case .notStarted, .accepted, .running: true
    case .succeeded, .failed, .skipped: false
    }
  }

  mutating func enter(_ status: Status, at now: PipelineTime) {
    (self.status, modified) = (status, now)
    if status == .running { started = now }
  }

  /// Stays in this state, which it has had since `since`.
  mutating func hold(_ status: Status, since: PipelineTime) {
    enter(status, at: since)
    if status == .notStarted { created = since }
    isHeld = true
  }
}

extension Digest {
  static func uuid(_ text: String) -> String {
    let digits = Array(hex(text.utf8, digits: 32))
    return [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
      .map { String($0) }.joined(separator: "-")
  }
}
