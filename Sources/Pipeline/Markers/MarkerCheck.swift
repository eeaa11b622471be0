package import Health
internal import Redaction

/// Compares the markers in Git with the policies and automations of a cluster. Pure: time and history are parameters.
///
/// Policies without an image, and policies that no automation handles, have no verdict: the one is a problem of its own,
/// the other is meant.
///
/// - Parameter now: the time by the guard's clock.
/// - Returns: one finding for each handled policy, unknown name and skipped file, in the order of their names; the
///   history for the next call; and when time alone changes the findings, nil for never.
package func checkMarkers(
  in tree: MarkedTree, of input: MarkerInput, history: MarkerHistory, now: Timestamp
) -> (findings: [MarkerFinding], history: MarkerHistory, until: Timestamp?) {
  var check = MarkerCheck(tree: tree, input: input, history: history, now: now)
  // They explain why a policy has no marker that works.
  let names = check.unknownNames()
  let files = check.skippedFiles()
  check.causes = names + files
  var findings: [MarkerFinding] = []
  for report in input.policies.sorted(by: { PolicyName($0) < PolicyName($1) }) {
    if let finding = check.judge(report) { findings.append(finding) }
  }
  findings += names.map(\.finding) + files.map(\.finding)
  return (findings, MarkerHistory(firstSeen: check.firstSeen), check.until)
}

struct MarkerCheck {
  let tree: MarkedTree
  let input: MarkerInput
  let history: MarkerHistory
  let now: Timestamp
  /// The verdicts that last, for the history.
  private(set) var firstSeen: [String: Timestamp] = [:]
  /// When time alone changes a verdict or its words; nil for never.
  private(set) var until: Timestamp?
  /// Faults of names and files, which explain the lack of a marker.
  var causes: [Cause] = []

  /// A fault that is not a policy's own.
  struct Cause {
    let finding: MarkerFinding
    /// The policy that the marker probably means; nil for a file, which may have any marker.
    let policy: PolicyName?
    /// The file that is skipped; nil for a marker with a wrong name.
    let skippedFile: String?
  }

  /// A marker and its file.
  struct Place: Hashable {
    let file: String
    let marker: Marker

    var text: String { "\(file.escapedName):\(marker.line)" }
  }

  init(tree: MarkedTree, input: MarkerInput, history: MarkerHistory, now: Timestamp) {
    self.tree = tree
    self.input = input
    self.history = history
    self.now = now
  }

  // MARK: Facts

  /// All markers in the order of their files and lines.
  var places: [Place] {
    readableFiles.flatMap { file, marked in marked.markers.map { Place(file: file, marker: $0) } }
  }

  var readableFiles: [(file: String, marked: MarkedFile)] {
    tree.files.sorted { $0.key < $1.key }.compactMap { file, result in
      (try? result.get()).map { (file, $0) }
    }
  }

  func automations(readingFile file: String) -> [ImageUpdateAutomation] {
    input.automations.filter { $0.reads(file) }
  }

  func automations(of policy: ImagePolicy) -> [ImageUpdateAutomation] {
    input.automations.filter { $0.handles(policy) }
  }

  /// The verdict holds no longer than until then.
  mutating func expires(at time: Timestamp) { until = Swift.min(until ?? time, time) }

  /// The time of a verdict's first sighting, also for the history.
  mutating func since(_ path: String) -> Timestamp {
    let first = min(history.firstSeen[path] ?? now, now)
    firstSeen[path] = first
    return first
  }

  // MARK: Problems

  mutating func problem(
    _ code: MarkerProblem, _ facts: [String: String], subject: String, detail: String, path: String? = nil
  ) -> Problem {
    let since = since(path ?? "\(subject)/\(code.rawValue)")
    return Problem(
      .marker(code), facts, cluster: input.cluster, subject: subject,
      detail: redacted(detail).limited(to: 1000),
      since: since, access: input.access, owner: input.owner)
  }
}

extension MarkedTree {
  var shortCommit: String { String(commit.prefix(7)) }
}

extension String {
  /// Text of a file for a title: one line, visible and short.
  var shown: String { escapedName.limited(to: 200) }
}

extension PolicyName {
  init(_ report: ImagePolicyReport) {
    let resource = report.policy.value.resource
    self.init(namespace: resource.namespace, name: resource.name)
  }
}

extension ImageUpdateAutomation {
  func reads(_ file: String) -> Bool {
    RepositoryPath.isUnder(RepositoryPath.normalized(updatePath ?? ""), file)
  }

  /// An automation sets only policies in its own namespace (flux2#2853).
  func handles(_ policy: ImagePolicy) -> Bool {
    policy.resource.namespace == resource.namespace && (policySelector?.matches(policy.labels) ?? true)
  }

  var pathInWords: String {
    let path = RepositoryPath.normalized(updatePath ?? "")
    return path.isEmpty ? "the whole repository" : path
  }

  var nameInWords: String { resource.reference.description }
}
