/// What the rules remember from one judgement to the next.
public struct Memory: Hashable, Sendable {
  /// Problem id, or the name of what may become one, to the moment when it was first seen.
  public var firstSeen: [String: Timestamp]
  /// Failures of objects that are being retried: while the retry runs, the object itself doesn't tell of them.
  public var failures: [Reference: Condition]
  /// When each Lease last moved.
  public var renewals: [Reference: Renewal]
  /// Ids of the critical problems.
  public var critical: Set<String>
  /// Kinds that the server had, by name.
  public var kinds: [String: KnownKind]
  /// For the parts of the cluster that can't be read next time.
  public var lastSeen: LastSeen

  /// A Lease as it was last seen to change, by the server's clock.
  public struct Renewal: Hashable, Sendable {
    public let renewTime: Timestamp
    /// nil: it has not changed since it was first seen.
    public let movedAt: Timestamp?

    public init(renewTime: Timestamp, movedAt: Timestamp?) {
      self.renewTime = renewTime
      self.movedAt = movedAt
    }
  }

  /// A kind that a server had.
  public struct KnownKind: Hashable, Sendable {
    /// Objects of it that were there last.
    public var objects: Int
    /// Since when it is not served any more.
    public var goneSince: Timestamp?

    public init(objects: Int, goneSince: Timestamp? = nil) {
      self.objects = objects
      self.goneSince = goneSince
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

  /// Without what a poll has seen, or seen to be gone: that is for it to tell anew.
  func left(by unread: [UnreadPath], of cluster: String) -> Memory {
    guard !unread.isEmpty else { return Memory(kinds: kinds, lastSeen: lastSeen) }
    func isUnread(_ path: Substring) -> Bool { unread.contains { $0.covers(path) } }
    func isUnread(id: String) -> Bool { isUnread(id.dropFirst(cluster.count + 1)) }
    return Memory(
      firstSeen: firstSeen.filter { isUnread(id: $0.key) },
      failures: failures.filter { isUnread($0.key.problems[...]) },
      renewals: renewals.filter { isUnread($0.key.problems[...]) },
      critical: critical.filter { isUnread(id: $0) }, kinds: kinds, lastSeen: lastSeen)
  }
}

/// Problems and memories by the beginning of their path, and by a word in it: those that can't be looked after while a
/// part of the cluster can't be read.
struct UnreadPath: Hashable {
  let beginning: String
  var word: String? = nil

  func covers(_ path: Substring) -> Bool {
    path.hasPrefix(beginning) && (word.map { path.split(separator: "/").contains(Substring($0)) } ?? true)
  }

  static func all(_ beginnings: String...) -> [UnreadPath] { beginnings.map { UnreadPath(beginning: $0) } }
}

extension Reference {
  /// Where the problems of this object are, after the cluster's name.
  var problemPath: String { problems + (namespace.isEmpty ? name : "\(namespace)/\(name)") }

  /// The beginning of the paths of such an object's problems; Leases have none of their own.
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
