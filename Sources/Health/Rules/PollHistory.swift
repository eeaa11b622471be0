/// The history of the rules between two evaluations.
public struct PollHistory: Hashable, Sendable {
  /// The time of the first sighting, by problem id or by the path of a watched state.
  public var firstSeen: [String: Timestamp]
  /// Failures that are being retried. During the retry, the objects do not report them.
  public var failures: [Reference: Condition]
  /// When each Lease was last observed to change.
  public var renewals: [Reference: Renewal]
  /// The ids of the critical problems.
  public var critical: Set<String>
  /// Kinds that the server had, by name.
  public var kinds: [String: KnownKind]
  /// The last known state, for parts that the next poll cannot read.
  public var lastSeen: LastSeen

  /// The last observed change of a Lease, by the server's clock.
  public struct Renewal: Hashable, Sendable {
    public let renewTime: Timestamp
    /// nil if it has not changed since it was first seen.
    public let movedAt: Timestamp?

    public init(renewTime: Timestamp, movedAt: Timestamp?) {
      self.renewTime = renewTime
      self.movedAt = movedAt
    }
  }

  /// A kind that a server had.
  public struct KnownKind: Hashable, Sendable {
    /// The last known number of its objects. If all of them are gone, the number before.
    public var objects: Int
    /// The time since which it is no longer served.
    public var goneSince: Timestamp?
    /// The time since which it is served without the objects that it had.
    public var emptySince: Timestamp?
    /// True if these objects were deleted with their definition.
    public var isRecreated: Bool

    public init(
      objects: Int, goneSince: Timestamp? = nil, emptySince: Timestamp? = nil, isRecreated: Bool = false
    ) {
      self.objects = objects
      self.goneSince = goneSince
      self.emptySince = emptySince
      self.isRecreated = isRecreated
    }
  }

  public init(
    firstSeen: [String: Timestamp] = [:], failures: [Reference: Condition] = [:],
    renewals: [Reference: Renewal] = [:], critical: Set<String> = [], kinds: [String: KnownKind] = [:],
    lastSeen: LastSeen = LastSeen()
  ) {
    self.firstSeen = firstSeen
    self.failures = failures
    self.renewals = renewals
    self.critical = critical
    self.kinds = kinds
    self.lastSeen = lastSeen
  }

  /// The history without the last known objects, which the next evaluation then does not know.
  public var withoutObjects: PollHistory {
    PollHistory(
      firstSeen: firstSeen, failures: failures, renewals: renewals, critical: critical, kinds: kinds)
  }

  /// The history of parts that this poll could not read. The rest is computed again.
  func left(by unread: [UnreadPath], of cluster: String) -> PollHistory {
    guard !unread.isEmpty else { return PollHistory(kinds: kinds, lastSeen: lastSeen) }
    func isUnread(_ path: Substring) -> Bool { unread.contains { $0.covers(path) } }
    func isUnread(id: String) -> Bool { isUnread(id.dropFirst(cluster.count + 1)) }
    return PollHistory(
      firstSeen: firstSeen.filter { isUnread(id: $0.key) },
      failures: failures.filter { isUnread($0.key.problems[...]) },
      renewals: renewals.filter { isUnread($0.key.problems[...]) },
      critical: critical.filter { isUnread(id: $0) }, kinds: kinds, lastSeen: lastSeen)
  }
}

/// A prefix of paths, and a word in them. Problems and memories at these paths cannot be checked while a part of the
/// cluster cannot be read.
struct UnreadPath: Hashable {
  let beginning: String
  var word: String? = nil

  func covers(_ path: Substring) -> Bool {
    path.hasPrefix(beginning) && (word.map { path.split(separator: "/").contains(Substring($0)) } ?? true)
  }

  static func all(_ beginnings: String...) -> [UnreadPath] { beginnings.map { UnreadPath(beginning: $0) } }
}

extension Reference {
  /// The path of this object's problems, without the cluster's name.
  var problemPath: String { problems + (namespace.isEmpty ? name : "\(namespace)/\(name)") }

  /// True if a problem with this id is one of this object.
  func hasProblem(at id: String) -> Bool {
    let path = id.drop { $0 != "/" }.dropFirst()
    // The names of workloads of different kinds may be equal.
    if problems == "workload/" { return path == "\(problemPath)/\(kind.lowercased())" }
    return path.hasPrefix("\(problemPath)/")
  }

  /// The path prefix for problems of objects of this kind. Leases have no problems.
  var problems: String {
    switch kind {
    case "ImageRepository": "image/repository/"
    case "ImagePolicy": "image/policy/"
    case "ImageUpdateAutomation": "image/automation/"
    case "Certificate": "certificate/"
    case "Stack": "stack/"
    case "Node": "node/"
    case "Pod": "pods/"
    case "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob": "workload/"
    case "Lease": namespace == "kube-node-lease" ? "lease/node/" : "lease/leader/"
    default: "flux/\(kind.lowercased())/"
    }
  }
}
