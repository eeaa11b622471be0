package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// `oceanid-ctl images`: policies with the selected and the running images, repositories and automations.
package enum ImagesPage {
  package static func page(_ status: StatusDocument, _ terminal: Terminal, isWide: Bool = false) -> Page {
    SectionPage.page(.images, status, terminal, isWide: isWide) { cluster in
      let tables = tables(cluster.images, terminal.now).filter { !$0.rows.isEmpty }
      if tables.isEmpty { return [Line(Span("No image policies seen."))] }
      return Array(tables.map { $0.lines(width: terminal.width) }.joined(separator: [Line.empty]))
        + OmittedRows.lines(cluster, [.images])
    }
  }

  package static func tables(_ images: ImagesDocument, _ now: Timestamp) -> [Table] {
    let showsAge = !images.verdicts.areUnknown
    return [
      policies(images.policies, now, showsAge: showsAge),
      repositories(images.repositories, now, showsAge: showsAge),
      automations(images.automations, now, showsAge: showsAge),
    ]
  }

  private static func policies(
    _ policies: [ImagePolicyDocument], _ now: Timestamp, showsAge: Bool
  ) -> Table {
    var table = Table(columns: ["NAMESPACE", "NAME", "LATEST", "RUNNING", "READY", "IMAGE", "MESSAGE"])
    table.endsInProse = true
    table.names = 2
    table.elastic = 5
    table.minor = [5, 4]
    for policy in policies {
      let style: Style = policy.verdict == .healthy ? .plain : policy.verdict.style
      let message = Span(details(policy, now, showsAge: showsAge), style)
      let (image, tag) = named(policy.latest)
      table.rows.append(
        Table.Row(
          cells: [
            Span(policy.namespace), Span(policy.name), Span(tag),
            Span(running(policy, image: image), policy.behind == true ? .warning : .plain),
            Span((policy.ready ?? .isFalse).rawValue, style), Span(image), message,
          ], showsAll: policy.verdict.isWrong || policy.stuckAt != nil))
    }
    return table
  }

  /// The policy's range, how long the cluster is behind, at which step the update is stuck, and the message.
  private static func details(_ policy: ImagePolicyDocument, _ now: Timestamp, showsAge: Bool) -> String {
    var parts = [policy.range].compactMap(\.self)
    if policy.behind == true {
      let since = policy.behindSince.map { " for \((now - $0).asAge)" } ?? ""
      let word: String? =
        switch policy.stuckAt {
        case "held": "held manually"
        case "review": "awaiting review"
        case let step?: "stuck at \(step)"
        case nil: nil
        }
      parts.append((["behind\(since)"] + [word].compactMap(\.self)).joined(separator: ", "))
    }
    return (parts + [policy.message.withAge(showsAge)]).filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// The running tags of the policy's image; whole names for other images.
  private static func running(_ policy: ImagePolicyDocument, image name: String) -> String {
    guard let running = policy.running else { return "<unknown>" }
    guard !running.isEmpty else { return "<none>" }
    var tags: [String] = []
    for image in running.map(\.image) {
      let tag = image.hasPrefix(name + ":") ? String(image.dropFirst(name.count + 1)) : image
      if !tags.contains(tag) { tags.append(tag) }
    }
    let more = policy.omittedRunning.flatMap { $0 > 0 ? ",and \($0) more" : nil } ?? ""
    return tags.joined(separator: ",").withShortHashes + more + (policy.behind == true ? " (behind)" : "")
  }

  /// Splits `quay.io/jetstack/x:v1.18.2` into name and tag.
  private static func named(_ image: String?) -> (name: String, tag: String) {
    guard let image else { return ("<none>", "<none>") }
    // A colon before the last slash begins a registry's port.
    let start = image.lastIndex(of: "/") ?? image.startIndex
    guard let colon = image[start...].firstIndex(of: ":") else { return (image, "<none>") }
    return (String(image[..<colon]), String(image[image.index(after: colon)...]).withShortHashes)
  }

  private static func repositories(
    _ repositories: [ImageRepositoryDocument], _ now: Timestamp, showsAge: Bool
  ) -> Table {
    var table = Table(columns: ["NAMESPACE", "NAME", "TAGS", "LAST SCAN", "SUSPENDED", "READY", "MESSAGE"])
    table.endsInProse = true
    table.names = 2
    table.minor = [4, 2, 3]
    for repository in repositories {
      table.rows.append(
        row(
          repository.namespace, repository.name,
          [repository.tags.map { "\($0)" } ?? "-", moment(repository.lastScanAt, now)],
          repository.suspended, repository.ready, repository.message.withAge(showsAge), repository.verdict))
    }
    return table
  }

  private static func automations(
    _ automations: [ImageAutomationDocument], _ now: Timestamp, showsAge: Bool
  ) -> Table {
    var table = Table(columns: [
      "NAMESPACE", "NAME", "LAST RUN", "LAST PUSH", "SUSPENDED", "READY", "MESSAGE",
    ])
    table.endsInProse = true
    table.names = 2
    table.minor = [4, 3, 2]
    for automation in automations {
      table.rows.append(
        row(
          automation.namespace, automation.name,
          [moment(automation.lastRunAt, now), moment(automation.lastPushAt, now)],
          automation.suspended, automation.ready, automation.message.withAge(showsAge), automation.verdict))
    }
    return table
  }

  /// `12m ago`; exact with `--utc`.
  private static func moment(_ moment: Timestamp?, _ now: Timestamp) -> String {
    guard let moment else { return "<never>" }
    return DisplayTimeZone.current == .utc ? moment.toTheSecond.description : moment.relative(to: now)
  }

  private static func row(
    _ namespace: String, _ name: String, _ facts: [String], _ isSuspended: Bool, _ ready: Condition.Status?,
    _ message: String, _ verdict: Verdict
  ) -> Table.Row {
    let style: Style = verdict == .healthy ? .plain : verdict.style
    let message = Span(message.withShortHashes, style)
    return Table.Row(
      cells: [
        Span(namespace), Span(name),
      ] + facts.map { Span($0) } + [
        Span(isSuspended ? "True" : "False"), Span((ready ?? .isFalse).rawValue, style), message,
      ], showsAll: verdict.isWrong)
  }
}
