package import GuardAPI
import GuardTerminal
import GuardTypes
import Health

/// Compares the guard's view of the connections with the caller's own. The guard's view decides, because the clusters
/// are reached through the guard.
package struct Comparison {
  private static let login = "login"
  private static let keys = "keys"
  /// The steps before the guard is logged in. After them, a command of ssh(1) runs on the server.
  private static let beforeLogin = ["ssh_config", "address", "connection", "host key", login, keys]

  private let view: GuardViewDocument
  private let own: [FindingDocument]
  private let clusters: [ClusterDocument]
  private let caller: Caller

  /// - Parameters:
  ///   - own: the findings of the caller's own examination.
  ///   - clusters: the clusters in the guard's status.
  package init(
    view: GuardViewDocument, own: [FindingDocument], clusters: [ClusterDocument], caller: Caller
  ) {
    self.view = view
    self.own = own
    self.clusters = clusters
    self.caller = caller
  }

  /// The findings about this machine, then those of each cluster, then those that only the caller has.
  package var findings: [FindingDocument] {
    let beforeClusters = Array(own.prefix { $0.cluster == nil })
    var findings = merged(nil, own: beforeClusters)
    findings.append(identity)
    var names: Set<String> = []
    for name in view.findings.compactMap(\.cluster) where names.insert(name).inserted {
      findings += merged(name, own: own.filter { $0.cluster == name })
    }
    return findings + own.dropFirst(beforeClusters.count).filter { $0.cluster == nil }
  }

  private var identity: FindingDocument {
    let isSame = view.uid == caller.uid
    var words = "the guard runs as \(isSame ? "you (\(view.user))" : "\(view.user) (uid \(view.uid))")"
    words += ", home \(view.home), \(view.agent.map { "agent \($0)" } ?? "no agent (SSH_AUTH_SOCK)")"
    if !view.credentials.isEmpty { words += ", credentials \(view.credentials.joined(separator: ", "))" }
    return FindingDocument("service", .ok, isSame ? words : "\(words); you are \(caller.name)")
  }

  private func merged(_ cluster: String?, own: [FindingDocument]) -> [FindingDocument] {
    let theirs = view.findings.filter { $0.cluster == cluster }
    let steps = Set(theirs.map(\.step))
    return theirs.map { finding in
      compared(finding, own.first { $0.step == finding.step })
    } + own.filter { !steps.contains($0.step) && $0.outcome != .skipped }
  }

  /// The guard's finding, with the difference to the caller's.
  private func compared(_ guards: FindingDocument, _ own: FindingDocument?) -> FindingDocument {
    let next = guards.next.map {
      caller.run($0, for: view, isOnServer: !Comparison.beforeLogin.contains(guards.step))
    }
    func finding(_ outcome: FindingOutcome, _ found: String, _ next: NextStep?) -> FindingDocument {
      FindingDocument(guards.step, of: guards.cluster, outcome, found, next: next)
    }
    guard let own else { return finding(guards.outcome, guards.found, next) }
    switch (guards.outcome, own.outcome) {
    case (.ok, .failed), (.ok, .warning):
      // For a port, only the guard's finding counts.
      guard !guards.step.hasPrefix("port ") else { return finding(.ok, guards.found, next) }
      return finding(.ok, "works for the service, not for you, because \(own.found)", nil)
    case (.failed, .ok), (.warning, .ok):
      let words = "works for you, not for the service, because \(guards.found)"
      if [Comparison.login, Comparison.keys].contains(guards.step), caller.hasOtherAgent(than: view) {
        return finding(guards.outcome, words, withOwnAgent(guards.cluster))
      }
      return finding(
        guards.outcome, words, guards.step == Comparison.login ? offering(next, guards.cluster) : next)
    case (.failed, .failed) where guards.step.hasPrefix("port "):
      // A caller with more rights sees which program holds the port.
      return finding(.failed, own.found, own.next)
    case (.ok, _), (.warning, _), (.failed, _), (.skipped, _), (.unknown, _):
      return finding(guards.outcome, guards.found, next)
    }
  }

  /// The next step if only the caller's agent makes the login work: setup gives it to the service.
  private func withOwnAgent(_ cluster: String?) -> NextStep {
    let guarded = clusters.first { $0.name == cluster }
    let host = guarded.map { " \($0.tunnel.host.shellWord)" } ?? ""
    return NextStep(
      command: "oceanid-ctl setup\(host)",
      note: "it gives the service the agent of your session, \(caller.agent ?? "")")
  }

  /// The next step if the caller can log in: the guard reconnects, after a correction if something on this machine
  /// prevents its login.
  private func offering(_ next: NextStep?, _ cluster: String?) -> NextStep? {
    let tunnel = clusters.first { $0.name == cluster }?.tunnel
    guard tunnel?.state == .blocked || tunnel?.state == .backoff else { return next }
    let reconnect = caller.reconnect(view)
    switch tunnel?.lastError.flatMap({ TunnelErrorCode(rawValue: $0.code) }) {
    case .hostKeyUnknown, .hostKeyChanged, .noUsableKey, .config:
      let note = next?.note ?? ""
      return NextStep(
        command: next?.command,
        note: note.hasSuffix("oceanid-ctl reconnect") ? note : "\(note); then: \(reconnect)")
    case .authRefused, .connectRefused, .connectTimeout, .dns, .keepaliveTimeout, .peerClosed,
      .protocolError, .forwardRefused, nil:
      let refused =
        next.map { "; if the guard fails again: \($0.lines.reversed().joined(separator: ": "))" } ?? ""
      return NextStep(command: reconnect, note: "the guard waits for its next attempt\(refused)")
    }
  }
}
