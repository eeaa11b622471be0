internal import GuardTypes
internal import Health

/// The lists of a cluster, limited to a total size.
///
/// Objects that are not healthy come first. Each list has an equal share; what some do not need is left to the others.
struct ClusterRows {
  /// The total size of the rows of all clusters of a document.
  static let perDocument = 4 << 20
  /// The largest size for one cluster.
  static let perCluster = 3 << 19
  /// The smallest size for one cluster.
  static let minimumPerCluster = 32 << 10
  private static let lists = 8

  private(set) var nodes: [NodeDocument] = []
  private(set) var flux: [FluxObjectDocument] = []
  private(set) var policies: [ImagePolicyDocument] = []
  private(set) var repositories: [ImageRepositoryDocument] = []
  private(set) var automations: [ImageAutomationDocument] = []
  private(set) var workloads: [WorkloadDocument] = []
  private(set) var certificates: [CertificateDocument] = []
  private(set) var stacks: [StackDocument] = []
  /// nil if all lists are complete.
  private(set) var omitted: OmittedDocument?
  /// The number of texts that were shortened to one line.
  private(set) var shortened = 0

  /// The size for each cluster of a document with this many.
  static func bytes(clusters: Int) -> Int {
    min(perCluster, max(minimumPerCluster, perDocument / max(1, clusters)))
  }

  init(_ report: ClusterReport, bytes: Int, now: Timestamp) {
    if !fill(report, bytes, now, ranks: nil) {
      _ = fill(report, bytes, now, ranks: RowRanks(report.problems))
    }
  }

  /// - Parameter ranks: nil for a first try without sorting, which is enough for most clusters.
  /// - Returns: false if the try failed.
  private mutating func fill(_ report: ClusterReport, _ bytes: Int, _ now: Timestamp, ranks: RowRanks?)
    -> Bool
  {
    let calm = ranks?.calm ?? 0
    var nodes = RowSelection(report.nodes, rank: ranks?.node, calm: calm) { NodeDocument($0, now: now) }
    var flux = RowSelection(report.flux, rank: ranks?.object, calm: calm, FluxObjectDocument.init)
    var policies = RowSelection(report.policies, rank: ranks?.policy, calm: calm, ImagePolicyDocument.init)
    var repositories = RowSelection(
      report.repositories, rank: ranks?.object, calm: calm, ImageRepositoryDocument.init)
    var automations = RowSelection(
      report.automations, rank: ranks?.object, calm: calm, ImageAutomationDocument.init)
    var workloads = RowSelection(report.workloads, rank: ranks?.object, calm: calm, WorkloadDocument.init)
    var certificates = RowSelection(
      report.certificates, rank: ranks?.object, calm: calm, CertificateDocument.init)
    var stacks = RowSelection(report.stacks, rank: ranks?.object, calm: calm, StackDocument.init)

    var left = bytes
    var texts = TextBudget(bytes: bytes / 3)
    func fill<Item, Row>(_ selection: inout RowSelection<Item, Row>, _ limit: Int, _ isUrgent: Bool) {
      let before = min(limit, left)
      var own = before
      selection.fill(&own, &texts, isUrgent: isUrgent)
      left -= before - own
    }
    /// - Parameter share: the limit for each list.
    func fillAll(_ share: Int, isUrgent: Bool) {
      // Flux objects have most of the long messages, so the other lists are processed first.
      fill(&certificates, share, isUrgent)
      fill(&stacks, share, isUrgent)
      fill(&policies, share, isUrgent)
      fill(&repositories, share, isUrgent)
      fill(&automations, share, isUrgent)
      fill(&workloads, share, isUrgent)
      fill(&nodes, share, isUrgent)
      fill(&flux, share, isUrgent)
    }
    if ranks == nil {
      fillAll(bytes, isUrgent: false)
    } else {
      for isUrgent in [true, false] {
        fillAll(left / ClusterRows.lists, isUrgent: isUrgent)
        fillAll(left, isUrgent: isUrgent)
      }
    }
    let isComplete =
      nodes.isComplete && flux.isComplete && policies.isComplete && repositories.isComplete
      && automations.isComplete && workloads.isComplete && certificates.isComplete && stacks.isComplete
    guard isComplete || ranks != nil else { return false }
    shortened = texts.shortened
    self.nodes = nodes.rows
    self.flux = flux.rows
    self.policies = policies.rows
    self.repositories = repositories.rows
    self.automations = automations.rows
    self.workloads = workloads.rows
    self.certificates = certificates.rows
    self.stacks = stacks.rows
    guard !isComplete else { return true }
    omitted = OmittedDocument(
      nodes: nodes.omitted { $1.add($0) }, flux: flux.omitted { $1.add($0) },
      policies: policies.omitted { $1.add($0) }, repositories: repositories.omitted { $1.add($0) },
      automations: automations.omitted { $1.add($0) }, workloads: workloads.omitted { $1.add($0) },
      certificates: certificates.omitted { $1.add($0) }, stacks: stacks.omitted { $1.add($0) })
    return true
  }
}

/// The order in which the objects of a cluster are chosen.
private struct RowRanks {
  /// The place of the first problem of each subject. Problems are in the order of causes and effects.
  private let places: [String: Int]
  /// The rank after those of all subjects.
  private let others: Int
  /// The rank of the first objects that are healthy.
  var calm: Int { others + 3 }

  init(_ problems: [Problem]) {
    others = problems.count
    places = Dictionary(problems.enumerated().map { ($0.element.subject, $0.offset) }) { first, _ in first }
  }

  func node(_ report: NodeReport) -> Int {
    rank(report.node.resource.reference, report.verdict, isSpecial: !report.isReady)
  }

  func policy(_ report: ImagePolicyReport) -> Int {
    rank(
      report.policy.value.resource.reference, report.policy.verdict,
      isSpecial: report.isBehind != false)
  }

  func object<Value: ClusterObject>(_ judged: Judged<Value>) -> Int {
    rank(judged.value.resource.reference, judged.verdict, isSpecial: judged.status != .current)
  }

  private func rank(_ reference: Reference, _ verdict: Verdict, isSpecial: Bool) -> Int {
    if !places.isEmpty, let place = places[reference.description] { return place }
    let rank =
      switch verdict {
      case .critical: 0
      case .degraded: 1
      case .unknown: 2
      case .healthy: isSpecial ? 3 : 4
      }
    return others + rank
  }
}

extension Verdict {
  fileprivate var isWrong: Bool { self == .critical || self == .degraded }
}

extension NodeReport {
  fileprivate var isReady: Bool { NodeDocument.isReady(status) }
}

// The counts have the same meaning as the pages of the client, which count the rows that they see.
extension OmittedRowsDocument {
  fileprivate mutating func add(_ report: NodeReport) {
    add(report.verdict)
    if report.isReady { ready += 1 }
    if !report.isReady || report.verdict.isWrong { wrong += 1 }
  }

  fileprivate mutating func add(_ judged: Judged<FluxObject>) {
    add(judged.verdict)
    let isReady = judged.value.isStatic || judged.value.resource.conditions["Ready"]?.status == .isTrue
    if judged.verdict == .healthy || (judged.verdict == .unknown && isReady) { ready += 1 }
    if judged.verdict.isWrong { wrong += 1 }
    if judged.value.isSuspended { suspended += 1 }
  }

  fileprivate mutating func add(_ report: ImagePolicyReport) {
    add(report.policy.verdict)
    switch report.isBehind {
    case true?:
      switch report.standstill {
      case .held, .review: held += 1
      case .scan, .policy, .automation, .push, .fetch, .apply, nil: behind += 1
      }
    case false?: current += 1
    case nil: if report.running?.isEmpty == true { unused += 1 }
    }
    if report.isBehind != true, report.policy.verdict.isWrong { wrong += 1 }
  }

  fileprivate mutating func add<Value>(_ judged: Judged<Value>) {
    add(judged.verdict)
    if judged.verdict.isWrong { wrong += 1 }
  }
}
