internal import GuardAPI
internal import GuardJournal
internal import Health

extension LogRecord {
  /// The entry of objects that changed.
  init(_ change: ObservedChange, cluster: String) {
    let count = change.names.count
    self.init(
      .objectChanged, "\(cluster): \(change.sentence)", cluster: cluster,
      subject: count == 1 ? change.names.first : "\(count) objects", from: change.from, to: change.to,
      names: ChangeDocument.fitting(change.names),
      extra: [
        .fact: change.kind.rawValue, .count: "\(count)", .steps: "\(change.steps)",
        .seenAt: change.seenAt.description, .formerSeenAt: change.formerSeenAt.description,
      ])
  }
}

extension ObservedChange {
  /// For example `kustomization flux-system/apps and 3 more changed from revision a to b`.
  fileprivate var sentence: String {
    let others = names.count - 1
    let subject = (names.first ?? "") + (others > 0 ? " and \(others) more" : "")
    let noun = kind.noun.isEmpty ? "" : "\(kind.noun) "
    switch (from, to) {
    case (let from?, let to?): return "\(subject) changed from \(noun)\(from) to \(to)"
    case (nil, let to?):
      return kind == .node ? "\(subject) joined" : "\(subject): \(noun)\(to) is new"
    case (let from?, nil):
      return kind == .node ? "\(subject) is gone" : "\(subject): \(noun)\(from) is gone"
    case (nil, nil): return "\(subject) changed"
    }
  }
}

extension Fact.Kind {
  fileprivate var noun: String {
    switch self {
    case .node, .kubernetes: ""
    case .kubelet, .kernel: rawValue
    case .os: "OS"
    case .runtime: "container runtime"
    case .flux: "Flux"
    case .controller: "version"
    case .revision: rawValue
    case .policy, .image: "image"
    }
  }
}
