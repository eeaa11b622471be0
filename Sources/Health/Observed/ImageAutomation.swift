/// An ImageRepository: the scan of one image's tags.
public struct ImageRepository: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  /// `spec.image`, without a tag.
  public let image: String
  public let interval: Duration?
  public let lastScanTime: Timestamp?
  public let tagCount: Int?

  public init(
    resource: Resource, isSuspended: Bool = false, image: String, interval: Duration? = nil,
    lastScanTime: Timestamp? = nil, tagCount: Int? = nil
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.image = image
    self.interval = interval
    self.lastScanTime = lastScanTime
    self.tagCount = tagCount
  }
}

/// An ImagePolicy, which selects a tag of a repository.
public struct ImagePolicy: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let repository: Reference
  /// The policy in the words of its spec, for example `semver 1.18.x`; nil if it could not be read.
  public let range: String?
  /// `name:tag` of `status.latestRef` with its digest if it has one; otherwise `status.latestImage`.
  public let latestImage: String?
  public let labels: [String: String]

  public init(
    resource: Resource, isSuspended: Bool = false, repository: Reference, range: String? = nil,
    latestImage: String? = nil, labels: [String: String] = [:]
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.repository = repository
    self.range = range
    self.latestImage = latestImage
    self.labels = labels
  }
}

/// An ImageUpdateAutomation, which writes the policies' images into Git.
public struct ImageUpdateAutomation: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let interval: Duration?
  public let source: Reference?
  /// Selects the policies in its namespace that it handles; nil selects all.
  public let policySelector: LabelSelector?
  /// `spec.update.path`, the folder or file in which it looks for markers; nil for the whole repository.
  public let updatePath: String?
  /// The branch that it pushes to, if it differs from the branch that it reads.
  public private(set) var reviewBranch: String?
  /// The branch that it pushes to, if it reads the branch of its source because it names none itself.
  public let pushBranch: String?
  public let lastRunTime: Timestamp?
  public let lastPushTime: Timestamp?
  public let lastPushCommit: String?
  /// The images that the last run saw, by policy name; nil if the server does not report them.
  public let observedPolicies: [String: String]?
  /// The author of its commits, from `spec.git.commit.author`.
  public let author: Author?

  /// A name and an address as Git stores them.
  public struct Author: Hashable, Sendable {
    public let name: String
    public let email: String

    public init(name: String, email: String) {
      self.name = name
      self.email = email
    }
  }

  public init(
    resource: Resource, isSuspended: Bool = false, interval: Duration? = nil, source: Reference? = nil,
    policySelector: LabelSelector? = nil, updatePath: String? = nil,
    reviewBranch: String? = nil, pushBranch: String? = nil, lastRunTime: Timestamp? = nil,
    lastPushTime: Timestamp? = nil, lastPushCommit: String? = nil,
    observedPolicies: [String: String]? = nil, author: Author? = nil
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.interval = interval
    self.source = source
    self.policySelector = policySelector
    self.updatePath = updatePath
    self.reviewBranch = reviewBranch
    self.pushBranch = pushBranch
    self.lastRunTime = lastRunTime
    self.lastPushTime = lastPushTime
    self.lastPushCommit = lastPushCommit
    self.observedPolicies = observedPolicies
    self.author = author
  }
}

extension ImageUpdateAutomation {
  /// The same automation, with the branch that its source follows.
  func reading(_ source: FluxObject?) -> ImageUpdateAutomation {
    // Without a reference, a GitRepository follows master.
    guard let git = source?.git, git.pinned == nil, let pushBranch, pushBranch != git.branch ?? "master"
    else {
      return self
    }
    var automation = self
    automation.reviewBranch = pushBranch
    return automation
  }
}

/// metav1.LabelSelector: all requirements must be met.
public struct LabelSelector: Hashable, Sendable {
  public struct Requirement: Hashable, Sendable {
    public let key: String
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`
    public let requirement: String
    public let values: [String]

    public init(key: String, requirement: String, values: [String] = []) {
      self.key = key
      self.requirement = requirement
      self.values = values
    }
  }

  public let labels: [String: String]
  public let requirements: [Requirement]

  public init(labels: [String: String] = [:], requirements: [Requirement] = []) {
    self.labels = labels
    self.requirements = requirements
  }

  public func matches(_ own: [String: String]) -> Bool {
    labels.allSatisfy { own[$0.key] == $0.value }
      && requirements.allSatisfy { wanted in
        let value = own[wanted.key]
        return switch wanted.requirement {
        case "In": value.map(wanted.values.contains) ?? false
        case "NotIn": value.map { !wanted.values.contains($0) } ?? true
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        default: false
        }
      }
  }
}
