public import GuardTypes

/// kstatus of an object, to the letter (sigs.k8s.io/cli-utils pkg/kstatus).
public enum ObjectStatus: String, Codable, Sendable, CaseIterable {
  case current = "Current"
  case inProgress = "InProgress"
  case failed = "Failed"
  case terminating = "Terminating"
  case unknown = "Unknown"
}

/// An object with what the rules say about it.
public struct Judged<Value: Hashable & Sendable>: Hashable, Sendable {
  public let value: Value
  public let verdict: Verdict
  public let status: ObjectStatus
  /// Reason and message of the condition that decided, free of secrets.
  public let reason: String
  public let message: String
  public let since: Timestamp?

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

/// A node with its verdict and what `kubectl get nodes` prints for it.
public struct NodeReport: Hashable, Sendable {
  public let node: Node
  public let verdict: Verdict
  /// The STATUS column: `Ready`, `NotReady,SchedulingDisabled`.
  public let status: String
  public let isExpected: Bool

  public init(node: Node, verdict: Verdict, status: String, isExpected: Bool) {
    self.node = node
    self.verdict = verdict
    self.status = status
    self.isExpected = isExpected
  }
}

/// An image policy, and what the workloads run of its image.
public struct ImagePolicyReport: Hashable, Sendable {
  public struct Running: Hashable, Sendable {
    public let image: String
    /// `deployment cert-manager/cert-manager`
    public let workload: String

    public init(image: String, workload: String) {
      self.image = image
      self.workload = workload
    }
  }

  public let policy: Judged<ImagePolicy>
  /// nil: workloads could not be read; empty: nothing that runs it is known.
  public let running: [Running]?
  /// Something runs another image than the latest; nil: not known, as where nothing that runs it is known.
  public let isBehind: Bool?
  /// Since when it has been so.
  public let behindSince: Timestamp?
  /// How far the latest image has come, where it runs nowhere yet.
  public let standstill: Standstill?

  /// The steps from a registry to a running container, and where the way may end on purpose.
  public enum Standstill: String, Codable, Sendable {
    case scan, policy, automation, push, fetch, apply
    /// No automation acts on this policy: people write it into Git.
    case held
    /// The automation pushes to a branch that people merge.
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

/// What the rules make of one cluster.
public struct ClusterReport: Hashable, Sendable {
  public let name: String
  public let verdict: Verdict
  /// One line.
  public let summary: String
  /// The server has the Flux API groups; nil: not known.
  public let isFluxInstalled: Bool?
  /// Distribution version by the controllers' labels; nil: not known.
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
  /// nil: pods could not be read.
  public let pods: PodReport?
  /// The controllers of Flux, by name.
  public let controllers: [ControllerReport]
  /// Causes first, then the worst, then the oldest. A cause stands for its symptoms.
  public internal(set) var problems: [Problem]
  /// Of these nothing could be seen: that there is no problem tells nothing.
  public let unseen: Set<Problem.Kind>
  /// The same of single objects, which are there and could not be decoded: `node calypso`.
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
}
