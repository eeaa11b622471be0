package import GuardAPI
package import GuardTerminal
import Health

/// `oceanid-ctl diff`: what changed, in sections, each change with the time at which it was last seen.
package enum DiffPage {
  private enum Section: String, CaseIterable {
    case nodes = "Nodes"
    case versions = "Versions"
    case flux = "Flux"
    case images = "Images"
    /// Facts of a newer guard.
    case others = "Others"

    init(_ fact: String) {
      switch Fact.Kind(rawValue: fact) {
      case .node: self = .nodes
      case .kubernetes, .kubelet, .kernel, .os, .runtime, .flux, .controller: self = .versions
      case .revision: self = .flux
      case .policy, .image: self = .images
      case nil: self = .others
      }
    }
  }

  /// An entry of a section.
  private struct Entry {
    let at: Timestamp
    let text: Span
  }

  /// Names beyond this number are counted. The document has all that the journal has.
  private static let namesShown = 6
  /// Polls of a running guard are closer together, so a longer time is shown.
  private static let ordinaryGap: Duration = .seconds(300)

  /// - Parameter range: the span of time in words: `last 24h`.
  package static func page(_ document: DiffDocument, _ terminal: Terminal, range: String) -> Page {
    var page = Page()
    let clusters = Set(
      document.changes.map(\.cluster) + document.reverted.map(\.cluster) + document.problems.map(\.cluster)
        + document.tunnels.map(\.cluster)
    ).subtracting([""])
    let namesCluster = clusters.count > 1
    func add(_ title: String, _ entries: [Entry]) {
      guard !entries.isEmpty else { return }
      page.gap()
      page += Line(Span(title, .strong))
      let labels = entries.map { $0.at.clock(at: terminal.now) }
      let margin = (labels.map(\.displayWidth).max() ?? 0) + 2
      for (label, entry) in zip(labels, entries) {
        page += terminal.labeled(label, margin: margin, entry.text)
      }
    }
    func prefix(_ cluster: String) -> String { namesCluster && !cluster.isEmpty ? "\(cluster): " : "" }
    for section in Section.allCases {
      let changed = document.changes.filter { Section($0.fact) == section }.map {
        Entry(at: $0.lastAt, text: Span(prefix($0.cluster) + text($0, terminal.now)))
      }
      let reverted = document.reverted.filter { Section($0.fact) == section }.map {
        Entry(at: $0.lastAt, text: Span(prefix($0.cluster) + text(reverted: $0), .faint))
      }
      add(section.rawValue, changed + reverted)
    }
    add(
      "Problems",
      document.problems.map { problem in
        Entry(
          at: problem.since ?? problem.endedAt ?? document.since,
          text: Span(
            prefix(problem.cluster) + text(problem, terminal.now), problem.endedAt == nil ? .bad : .plain))
      }.sorted { $0.at < $1.at })
    add("Tunnel", document.tunnels.map { Entry(at: $0.lastAt, text: Span(prefix($0.cluster) + text($0))) })
    let isEmpty = page.lines.isEmpty
    page.gap()
    page += terminal.wrapped(
      Span(
        (isEmpty ? "nothing changed, " : "") + footer(document, range, terminal.now),
        isEmpty ? .plain : .faint))
    return page
  }

  // MARK: - Changes

  private static func text(_ change: DiffDocument.Change, _ now: Timestamp) -> String {
    let steps = change.steps > 1 ? ", \(change.steps) steps" : ""
    return "\(subject(change)): \(transition(change))\(steps)\(gap(change, now))"
  }

  private static func text(reverted change: DiffDocument.Change) -> String {
    let value =
      change.fact == Fact.Kind.node.rawValue ? "" : change.to.map { " to \($0.withShortHashes)" } ?? ""
    return "\(subject(change)): changed and back\(value), \(change.steps.of("step"))"
  }

  private static func subject(_ change: DiffDocument.Change) -> String {
    var names: [String] = []
    var kind: Substring = ""
    for name in change.names.prefix(namesShown) {
      // The kind is written once: `kustomization flux-system/apps, flux-system/infra`.
      let own = name.prefix { $0 != " " }
      names.append(own == kind ? String(name.dropFirst(own.count + 1)) : name)
      kind = own
    }
    let more = change.count - names.count
    if names.isEmpty { return more.of("object") }
    return names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private static func transition(_ change: DiffDocument.Change) -> String {
    let kind = Fact.Kind(rawValue: change.fact)
    let (from, to) = (change.from?.withShortHashes, change.to?.withShortHashes)
    switch (from, to) {
    case (nil, _?) where kind == .node: return "joined"
    case (_?, nil) where kind == .node: return "gone"
    case (nil, let to?): return "new, \(label(kind))\(to)"
    case (let from?, nil): return "gone, was \(label(kind))\(from)"
    case (let from?, let to?):
      guard kind == .image || kind == .policy, let short = tag(of: to, besides: from) else {
        return "\(label(kind))\(from) -> \(to)"
      }
      return "\(from) -> \(short)"
    case (nil, nil): return "changed"
    }
  }

  /// The tag of an image, if the rest of its name is the same as that of the other.
  private static func tag(of image: String, besides other: String) -> String? {
    let common = zip(image, other).prefix { $0 == $1 }.count
    let shared = image.prefix(common)
    guard !image.contains(", "), !other.contains(", "),
      let end = shared.lastIndex(where: { ":@".contains($0) })
    else { return nil }
    // A colon before a slash is one of a port.
    let tag = image[image.index(after: end)...]
    return tag.contains("/") || tag.isEmpty ? nil : String(tag)
  }

  private static func label(_ kind: Fact.Kind?) -> String {
    switch kind {
    case .kubelet, .kernel: "\(kind?.rawValue ?? "") "
    case .os: "OS "
    case .runtime: "container runtime "
    case .flux: "Flux "
    case .node, .kubernetes, .controller, .revision, .policy, .image, nil: ""
    }
  }

  /// Says when a change happened that could not be seen at once.
  private static func gap(_ change: DiffDocument.Change, _ now: Timestamp) -> String {
    guard let former = change.formerSeenAt, change.lastAt - former > ordinaryGap else { return "" }
    return ", after \(former.clock(at: now)) (no poll in between)"
  }

  // MARK: - Problems and tunnels

  private static func text(_ problem: DiffDocument.Problem, _ now: Timestamp) -> String {
    // More text follows, so a final full stop is dropped.
    let title = problem.title.hasSuffix(".") ? String(problem.title.dropLast()) : problem.title
    let length = problem.seconds.map { $0 > 0 ? Duration.seconds($0).exact : "less than 1 s" }
    guard let end = problem.endedAt else {
      return "\(title); still open" + (length.map { ", \($0) so far" } ?? "")
    }
    return "\(title); ended \(end.clock(at: now))" + (length.map { " after \($0)" } ?? ", began before")
  }

  private static func text(_ tunnel: DiffDocument.Tunnel) -> String {
    "\(tunnel.outages.of("outage")), \(Duration.seconds(tunnel.seconds).exact) in total"
      + (tunnel.ongoing ? "; the last is ongoing" : "")
  }

  // MARK: - Footer

  private static func footer(_ document: DiffDocument, _ range: String, _ now: Timestamp) -> String {
    var text = range
    switch document.source {
    case .journal: text += "; from the journal"
    case .memory: text += "; from the guard's memory"
    case .unknown: break
    }
    if document.truncated { text += "; there are more entries than can be read: use a later --since" }
    return text + (known(document, now).map { "; \($0)" } ?? "")
  }

  /// The times that are not known; nil if all are.
  private static func known(_ document: DiffDocument, _ now: Timestamp) -> String? {
    var parts: [String] = []
    var rest = document.unknown
    if let since = document.knownSince {
      parts.append("known since \(since.clock(at: now))")
      rest.removeFirst()
    } else if rest.count == 1, rest[0].from == document.since, rest[0].to == document.until {
      return "nothing is known about this time: the guard recorded no changes"
    }
    let end = rest.last?.to == document.until ? rest.removeLast() : nil
    // The clock shows seconds.
    rest.removeAll { $0.to - $0.from < .seconds(1) }
    let spans = rest.prefix(3).map { "\($0.from.clock(at: now)) to \($0.to.clock(at: now))" }
    if !spans.isEmpty {
      let more = rest.count - spans.count
      parts.append(
        "the guard was not running from \(spans.joined(separator: ", from "))"
          + (more > 0 ? " and \(more) more times" : ""))
    }
    if let end { parts.append("no sign of the guard since \(end.from.clock(at: now))") }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
