internal import GuardTypes
internal import Health

extension MarkerCheck {
  /// Markers with a name that none of the automations that read the file sets.
  mutating func unknownNames() -> [Cause] {
    var causes: [Cause] = []
    var reported: Set<String> = []
    for place in places {
      let readers = automations(readingFile: place.file)
      guard let reader = readers.first, !reported.contains(place.marker.text),
        let reason = unknown(place.marker, readers)
      else { continue }
      reported.insert(place.marker.text)
      let marker = place.marker.text.shown
      let path = "image/marker-name/\(marker)"
      let finding = MarkerFinding(
        policy: nil, file: place.file, line: place.marker.line, value: place.marker.value,
        state: .faulty(.unknownPolicy),
        problem: problem(
          .unknownPolicy,
          [
            "marker": marker, "place": place.text, "namespace": reader.resource.namespace,
            "correction": reason.correction,
          ], subject: "marker \(marker)", detail: "\(reason.words) (commit \(tree.shortCommit))", path: path
        ))
      causes.append(Cause(finding: finding, policy: meant(by: place.marker, readers), skippedFile: nil))
    }
    return causes
  }

  /// The policy that a marker with a wrong name probably means: the same name with another namespace or suffix, or the
  /// nearest one.
  private func meant(by marker: Marker, _ readers: [ImageUpdateAutomation]) -> PolicyName? {
    let handled = input.policies.filter { report in
      readers.contains { $0.handles(report.policy.value) }
    }.map(PolicyName.init)
    let name = marker.policy?.name ?? marker.text
    return handled.first { $0 == marker.policy } ?? handled.first { $0.name == name }
      ?? Spelling.nearest(to: marker.policy?.description ?? "", among: handled.map(\.description))
      .flatMap { PolicyName(marker: $0) }
  }

  /// nil if one of the automations sets the marker's policy.
  private func unknown(_ marker: Marker, _ readers: [ImageUpdateAutomation]) -> (
    words: String, correction: String
  )? {
    guard let reader = readers.first else { return nil }
    let policies = input.policies.map(\.policy.value)
    guard let name = marker.policy else {
      return ("it has not the form NAMESPACE:NAME", "write the namespace and the name of a policy")
    }
    guard marker.part != nil else {
      let known = Marker.Part.allCases.map(\.rawValue).filter { !$0.isEmpty }
      let suffix = marker.text.split(separator: ":").dropFirst(2).joined(separator: ":")
      let meant = Spelling.nearest(to: suffix, among: known).map { ":\($0)" }
      return (
        "no part of an image is called \(suffix.shown)",
        "write \(meant ?? ":tag, :name or :digest, or no suffix")"
      )
    }
    let same = policies.first { $0.resource.namespace == name.namespace && $0.resource.name == name.name }
    guard let policy = same else {
      return (
        "the cluster has no such policy",
        meant(by: marker, readers).map { "did you mean \($0)?" } ?? "create the policy, or correct the marker"
      )
    }
    if readers.contains(where: { $0.handles(policy) }) { return nil }
    guard readers.contains(where: { $0.resource.namespace == name.namespace }) else {
      return (
        "the policy is in namespace \(name.namespace), and \(reader.nameInWords) sets only those of its own",
        "move the policy to namespace \(reader.resource.namespace), or add an automation to \(name.namespace)"
      )
    }
    return (
      "the policySelector of \(reader.nameInWords) does not select the policy",
      "add the labels of its policySelector to the policy"
    )
  }

  mutating func skippedFiles() -> [Cause] {
    var causes: [Cause] = []
    for (file, result) in tree.files.sorted(by: { $0.key < $1.key }) {
      guard case .failure(let fault) = result, !automations(readingFile: file).isEmpty else { continue }
      let name = file.shown
      let place = fault.line.map { "\(name):\($0)" } ?? name
      let finding = MarkerFinding(
        policy: nil, file: file, line: fault.line, value: nil, state: .faulty(.fileSkipped),
        problem: problem(
          .fileSkipped, ["file": name, "place": place], subject: "file \(name)",
          detail: "\(place): \(fault.problem) (commit \(tree.shortCommit))"))
      causes.append(Cause(finding: finding, policy: nil, skippedFile: file))
    }
    return causes
  }
}
