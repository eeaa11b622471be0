internal import GuardTypes
internal import Health

/// The verdict on the markers of one policy, before it becomes a finding.
private struct PolicyVerdict {
  let state: MarkerFinding.State
  let file: String?
  let line: Int?
  let value: String?
  var facts: [String: String] = [:]
  var detail = ""
  /// The id of the problem that explains it.
  var cause: String?

  init(
    _ state: MarkerFinding.State, at place: MarkerCheck.Place?, _ facts: [String: String] = [:],
    detail: String = ""
  ) {
    self.state = state
    (file, line, value) = (place?.file, place?.marker.line, place?.marker.value)
    self.facts = facts
    self.detail = detail
  }

  init(explainedBy finding: MarkerFinding) {
    state = finding.state
    (file, line, value) = (finding.file, finding.line, finding.value)
    cause = finding.problem?.id
  }

  init(ignored marker: IgnoredMarker, in file: String, detail: String) {
    state = .faulty(.ignored)
    (self.file, line, value) = (file, marker.line, nil)
    facts = ["place": "\(file.escapedName):\(marker.line)"]
    self.detail = detail
  }
}

extension MarkerCheck {
  /// - Returns: nil for a policy without an image or without an automation, or if not all files are known.
  mutating func judge(_ report: ImagePolicyReport) -> MarkerFinding? {
    let policy = report.policy.value
    let name = PolicyName(report)
    let automations = automations(of: policy)
    guard let latest = policy.latestImage, let automation = automations.first,
      let verdict = verdict(on: report, latest: ImageParts(latest), automations)
    else { return nil }
    var problem: Problem?
    if case .faulty(let code) = verdict.state, verdict.cause == nil {
      let facts = [
        "namespace": name.namespace, "name": name.name, "policy": name.description,
        "automation": automation.resource.name, "path": automation.pathInWords, "marker": name.marker(),
      ]
      problem = self.problem(
        code, facts.merging(verdict.facts) { $1 }, subject: policy.resource.reference.description,
        detail: "\(verdict.detail) (commit \(tree.shortCommit))")
    }
    return MarkerFinding(
      policy: name, file: verdict.file, line: verdict.line, value: verdict.value, state: verdict.state,
      problem: problem, cause: verdict.cause)
  }

  private mutating func verdict(
    on report: ImagePolicyReport, latest: ImageParts, _ automations: [ImageUpdateAutomation]
  ) -> PolicyVerdict? {
    let name = PolicyName(report)
    let all = places.filter { $0.marker.policy == name && $0.marker.part != nil }
    let read = all.filter { place in automations.contains { $0.reads(place.file) } }
    for place in read {
      guard let mistake = WrongKind(of: place.marker, latest: latest) else { continue }
      let marker = name.marker(mistake.form)
      return PolicyVerdict(
        .faulty(.wrongKind), at: place,
        [
          "what": mistake.words, "place": place.text,
          "marker": mistake.lacksDigest
            ? "\(marker), or set spec.digestReflectionPolicy of the policy" : marker,
        ], detail: "the value is \(place.marker.value.shown)")
    }
    if let ignored = ignored(of: name, automations, hasGood: !read.isEmpty) { return ignored }
    if !read.isEmpty { return verdict(onValuesAt: read, of: report, latest: latest, automations) }
    guard !tree.isPartial else { return nil }
    // A marker whose name is wrong may mean it, and a file that can't be read may have its marker: one problem.
    let cause =
      causes.first { $0.policy == name }
      ?? causes.first { cause in
        cause.skippedFile.map { file in automations.contains { $0.reads(file) } } ?? false
      }
    if let cause { return PolicyVerdict(explainedBy: cause.finding) }
    if let other = all.first {
      let readers = automations.map { "\($0.nameInWords) reads \($0.pathInWords)" }.prefix(3)
      return PolicyVerdict(
        .faulty(.wrongPath), at: other, ["place": other.text],
        detail: "\(other.text) has it, and \(readers.joined(separator: ", "))")
    }
    return PolicyVerdict(
      .faulty(.missing), at: nil, detail: "it selected \(latest.image.shown), and no file can follow")
  }

  private mutating func verdict(
    onValuesAt places: [Place], of report: ImagePolicyReport, latest: ImageParts,
    _ automations: [ImageUpdateAutomation]
  ) -> PolicyVerdict {
    func wanted(_ place: Place) -> String? { place.marker.part.flatMap(latest.value(for:)) }
    let late = places.first { place in wanted(place).map { $0 != place.marker.value } ?? false }
    guard let late, let image = wanted(late) else {
      return PolicyVerdict(isRollingOut(report) ? .rollout : .good, at: places.first)
    }
    let writers = automations.filter { $0.reads(late.file) }
    // A suspended automation is a problem of its own, and a branch that people merge is meant.
    guard let writer = writers.first(where: { !$0.isSuspended }) else {
      return PolicyVerdict(.pending, at: late)
    }
    if writers.allSatisfy({ $0.reviewBranch != nil }) { return PolicyVerdict(.review, at: late) }
    let since = since("marker/\(PolicyName(report))/\(late.file)/\(image)")
    let timeLimit = (writer.interval ?? .seconds(300)) + .seconds(300)
    guard now - since > timeLimit else {
      expires(at: since + timeLimit + .milliseconds(1))
      return PolicyVerdict(.pending, at: late)
    }
    // The problem says for how long.
    expires(at: now + .seconds(60))
    return PolicyVerdict(
      .faulty(.notWritten), at: late,
      ["image": image.shown, "place": late.text, "automation": writer.resource.name],
      detail: "the value is \(late.marker.value.shown), and has been late for \((now - since).humanDuration)")
  }

  /// True if a Kustomization has applied the commit, and pods run another image all the same.
  private func isRollingOut(_ report: ImagePolicyReport) -> Bool {
    report.isBehind == true
      && input.kustomizations.contains { $0.revision?.hasSuffix(tree.commit) == true }
  }

  /// The verdict on the ignored markers of a policy; nil if there is none.
  private func ignored(
    of name: PolicyName, _ automations: [ImageUpdateAutomation], hasGood: Bool
  ) -> PolicyVerdict? {
    var found: [(file: String, marker: IgnoredMarker)] = []
    for (file, marked) in readableFiles where automations.contains(where: { $0.reads(file) }) {
      // A line that was turned into a comment is not a problem while another marker works.
      for marker in marked.ignored where marker.policy == name && !(hasGood && marker.isCommentedOut) {
        found.append((file, marker))
      }
    }
    guard let first = found.first else { return nil }
    let others = found.dropFirst().prefix(3).map { "\($0.file.escapedName):\($0.marker.line)" }
    let more = found.count > 4 ? " and \(found.count - 4) more" : ""
    return PolicyVerdict(
      ignored: first.marker, in: first.file,
      detail: "it \(first.marker.reason.rawValue)"
        + (others.isEmpty ? "" : "; also at \(others.joined(separator: ", "))\(more)"))
  }
}

extension PolicyName {
  /// The comment of a good marker.
  fileprivate func marker(_ part: Marker.Part = .image) -> String {
    "# {\"\(Marker.key)\": \"\(self)\(part == .image ? "" : ":\(part.rawValue)")\"}"
  }
}
