public import GuardTypes

/// The kstatus of an object (sigs.k8s.io/cli-utils pkg/kstatus).
public enum ObjectStatus: String, Codable, Sendable, CaseIterable {
  case current = "Current"
  case inProgress = "InProgress"
  case failed = "Failed"
  case terminating = "Terminating"
  case unknown = "Unknown"
}

/// An object with the result of the rules.
public struct Judged<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The reason of an object that cannot be read now.
  static var lastKnown: String { "Stale" }

  public let value: Value
  public package(set) var verdict: Verdict
  public let status: ObjectStatus
  /// The reason and message of the deciding condition, without secrets.
  public let reason: String
  public let message: String
  public let since: Timestamp?

  /// True for an object as it was at an earlier poll, because its kind cannot be listed now.
  package var isLastKnown: Bool { status == .unknown && reason == Judged.lastKnown }

  public init(
    value: Value, verdict: Verdict, status: ObjectStatus = .current, reason: String = "",
    message: String = "", since: Timestamp? = nil
  ) {
    self.value = value
    self.verdict = verdict
    self.status = status
    self.reason = reason
    self.message = message
    self.since = since
  }
}

/// A node with its verdict and its line in `kubectl get nodes`.
public struct NodeReport: Hashable, Sendable {
  public let node: Node
  public let verdict: Verdict
  /// The STATUS column, for example `Ready` or `NotReady,SchedulingDisabled`.
  public let status: String
  public let isExpected: Bool

  public init(node: Node, verdict: Verdict, status: String, isExpected: Bool) {
    self.node = node
    self.verdict = verdict
    self.status = status
    self.isExpected = isExpected
  }
}

/// An image policy and the running versions of its image.
public struct ImagePolicyReport: Hashable, Sendable {
  public struct Running: Hashable, Sendable {
    public let image: String
    /// For example `deployment cert-manager/cert-manager`.
    public let workload: String

    public init(image: String, workload: String) {
      self.image = image
      self.workload = workload
    }
  }

  public package(set) var policy: Judged<ImagePolicy>
  /// nil if workloads could not be read; empty if no workload is known to run it.
  public let running: [Running]?
  /// True if a workload runs another image than the latest; nil if unknown, for example because no workload is known to
  /// run it.
  public let isBehind: Bool?
  /// The time since which it has been behind.
  public let behindSince: Timestamp?
  /// The last step that the latest image has reached, if it is not running yet.
  public let standstill: Standstill?

  /// The steps from a registry to a running container, with the intended stops.
  public enum Standstill: String, Codable, Sendable {
    case scan, policy, automation, push, fetch, apply
    /// No automation handles this policy: the image is updated in Git manually.
    case held
    /// The automation pushes to a branch that must be merged manually.
    case review
  }

  public init(
    policy: Judged<ImagePolicy>, running: [Running]?, isBehind: Bool?, behindSince: Timestamp? = nil,
    standstill: Standstill? = nil
  ) {
    self.policy = policy
    self.running = running
    self.isBehind = isBehind
    self.behindSince = behindSince
    self.standstill = standstill
  }
}

/// The result of the rules for one cluster.
public struct ClusterReport: Hashable, Sendable {
  public let name: String
  public private(set) var verdict: Verdict
  /// One line.
  public private(set) var summary: String
  /// True if the server has the Flux API groups; nil if unknown.
  public let isFluxInstalled: Bool?
  /// The distribution version from the controllers' labels; nil if unknown.
  public let fluxVersion: String?
  public let nodes: [NodeReport]
  public let flux: [Judged<FluxObject>]
  public let policies: [ImagePolicyReport]
  public let repositories: [Judged<ImageRepository>]
  public let automations: [Judged<ImageUpdateAutomation>]
  public let workloads: [Judged<Workload>]
  public let certificates: [Judged<Certificate>]
  public let stacks: [Judged<Stack>]
  public let secrets: [SecretPresence]
  /// nil if pods could not be read.
  public let pods: PodReport?
  /// The controllers of Flux by name.
  public let controllers: [ControllerReport]
  /// Causes first, then by severity, then the oldest. Symptoms are not listed beside their cause.
  public package(set) var problems: [Problem]
  /// Kinds of which nothing could be seen. If none of their problems is listed, that proves nothing.
  public let unseen: Set<Problem.Kind>
  /// Existing objects that could not be decoded, for example `node calypso`.
  public let unseenSubjects: Set<String>

  public init(
    name: String, verdict: Verdict, summary: String, isFluxInstalled: Bool? = nil,
    fluxVersion: String? = nil, nodes: [NodeReport] = [], flux: [Judged<FluxObject>] = [],
    policies: [ImagePolicyReport] = [], repositories: [Judged<ImageRepository>] = [],
    automations: [Judged<ImageUpdateAutomation>] = [], workloads: [Judged<Workload>] = [],
    certificates: [Judged<Certificate>] = [], stacks: [Judged<Stack>] = [],
    secrets: [SecretPresence] = [], pods: PodReport? = nil, controllers: [ControllerReport] = [],
    problems: [Problem] = [], unseen: Set<Problem.Kind> = [],
    unseenSubjects: Set<String> = []
  ) {
    self.name = name
    self.verdict = verdict
    self.summary = summary
    self.isFluxInstalled = isFluxInstalled
    self.fluxVersion = fluxVersion
    self.nodes = nodes
    self.flux = flux
    self.policies = policies
    self.repositories = repositories
    self.automations = automations
    self.workloads = workloads
    self.certificates = certificates
    self.stacks = stacks
    self.secrets = secrets
    self.pods = pods
    self.controllers = controllers
    self.problems = problems
    self.unseen = unseen
    self.unseenSubjects = unseenSubjects
  }

  /// The report with these problems instead of its own, in their order. The verdict and the summary follow from them.
  package func replacing(problems: [Problem]) -> ClusterReport {
    guard problems != self.problems else { return self }
    var report = self
    report.problems = problems
    if problems.contains(where: { $0.severity == .critical }) {
      report.verdict = .critical
    } else if verdict != .unknown {
      report.verdict = problems.isEmpty ? .healthy : .degraded
    }
    if let line = Summary.line(problems) { report.summary = line }
    return report
  }
}
