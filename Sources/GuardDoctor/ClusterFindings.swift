internal import GuardAPI
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Tunnel

/// The findings about the API, from one poll through the tunnel.
enum ClusterFindings {
  enum Step: String, CaseIterable {
    case forward
    case tls = "TLS"
    case identity = "API login"
    case api = "API"
  }

  /// - Parameters:
  ///   - target: of the forward; empty if the kubeconfig cannot be loaded, which its own finding says.
  ///   - refusal: the remote side's message about the forward's target; nil if there was none.
  static func findings(
    cluster: String, target: String, refusal: TunnelFailure?, expectsFlux: Bool,
    poll: Result<Snapshot, PollFailure>?, now: Timestamp
  ) -> [FindingDocument] {
    func all(from step: Step, _ failure: PollFailure?) -> [FindingDocument] {
      let index = Step.allCases.firstIndex(of: step) ?? 0
      return Step.allCases.enumerated().map { position, step in
        if position < index { return FindingDocument(step.rawValue, of: cluster, .ok, good(step, target)) }
        let refusal = step == .forward ? refusal : nil
        guard position == index, let message = refusal?.message ?? failure?.message else {
          return FindingDocument(step.rawValue, of: cluster, .skipped, "not tried")
        }
        return FindingDocument(
          step.rawValue, of: cluster, .failed, message, next: refusal.map(NextStep.init) ?? failure?.step)
      }
    }
    switch poll {
    case nil: return all(from: .forward, nil)
    // The file can be loaded, and curl or the server shows that it is wrong: no connection was tried.
    case .failure(let failure) where failure.code == .kubeconfig:
      let rest = all(from: .forward, nil)
      guard !target.isEmpty else { return rest }
      return [FindingDocument("kubeconfig", of: cluster, .failed, failure.message, next: failure.step)] + rest
    case .failure(let failure): return all(from: step(of: failure.code, refusal), failure)
    case .success(let snapshot):
      return Step.allCases.map { FindingDocument($0.rawValue, of: cluster, .ok, good($0, target, snapshot)) }
        + [clock(cluster, snapshot, now)] + certificates(cluster, snapshot, now) + rights(cluster, snapshot)
        + [flux(cluster, snapshot, expectsFlux)]
    }
  }

  /// The findings with the age of their poll, if the next poll is overdue: what they say may have changed since.
  static func dated(
    _ findings: [FindingDocument], at: Timestamp, now: Timestamp, interval: Duration
  ) -> [FindingDocument] {
    let age = now - at
    guard age > interval else { return findings }
    return findings.map { finding in
      guard finding.outcome != .skipped else { return finding }
      var finding = finding
      finding.found += " (seen \(age.humanDuration) ago)"
      return finding
    }
  }

  private static func step(of code: PollErrorCode, _ refusal: TunnelFailure?) -> Step {
    if refusal != nil { return .forward }
    return switch code {
    case .tunnelDown, .unreachable, .kubeconfig: .forward
    case .tls: .tls
    case .unauthorized, .forbidden: .identity
    case .timeout, .badResponse: .api
    }
  }

  private static func good(_ step: Step, _ target: String, _ snapshot: Snapshot? = nil) -> String {
    switch step {
    case .forward: "\(target) answers on the remote side"
    case .tls:
      snapshot?.isServerUnverified == true ? "certificate NOT verified" : "certificate valid"
    case .identity: "authenticated"
    case .api: "\(snapshot?.version ?? "answers")\(snapshot?.isReady == false ? ", not ready" : "")"
    }
  }

  /// A wrong clock makes certificates and leases look expired.
  private static func clock(_ cluster: String, _ snapshot: Snapshot, _ now: Timestamp) -> FindingDocument {
    let skew = now - snapshot.serverTime
    let seconds = abs(skew.components.seconds)
    guard seconds >= 5 else {
      return FindingDocument("clock", of: cluster, .ok, "within 5 s of the server's")
    }
    return FindingDocument(
      "clock", of: cluster, .warning,
      "this machine's clock is \(seconds) s \(skew > .zero ? "ahead of" : "behind") the server's",
      next: NextStep(
        command: "timedatectl status", note: "to set it from the network: sudo timedatectl set-ntp true"))
  }

  private static func certificates(
    _ cluster: String, _ snapshot: Snapshot, _ now: Timestamp
  ) -> [FindingDocument] {
    guard let end = snapshot.clientCertificateExpiry, end - now < .seconds(14 * 86_400) else { return [] }
    return [
      FindingDocument(
        "certificate", of: cluster, .warning, "the client certificate expires at \(end)",
        next: NextStep(
          note:
            "sudo systemctl restart k3s on the control plane renews it; then copy a new kubeconfig: \(KubeconfigAdvice.command)"
        )
      )
    ]
  }

  private static func rights(_ cluster: String, _ snapshot: Snapshot) -> [FindingDocument] {
    let parts: [(String, PollFailure?)] = [
      ("nodes", snapshot.nodes.failure), ("flux", snapshot.flux.failure),
      ("image repositories", snapshot.imageRepositories.failure),
      ("image policies", snapshot.imagePolicies.failure),
      ("image automations", snapshot.imageUpdateAutomations.failure),
      ("workloads", snapshot.workloads.failure), ("pods", snapshot.pods.failure),
      ("certificates", snapshot.certificates.failure), ("stacks", snapshot.stacks.failure),
      ("secrets", snapshot.secrets.failure), ("leases", snapshot.leaderLeases.failure),
    ]
    let failed =
      parts.compactMap { part, failure in failure.map { (part, $0) } }
      + snapshot.failedFluxKinds.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      + snapshot.gaps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    guard !failed.isEmpty else {
      return [FindingDocument("rights", of: cluster, .ok, "the guard may read everything that it needs")]
    }
    return failed.map { part, failure in
      FindingDocument(
        "rights", of: cluster, .warning, "\(part) can't be read: \(failure.message)", next: failure.step)
    }
  }

  private static func flux(
    _ cluster: String, _ snapshot: Snapshot, _ isExpected: Bool
  ) -> FindingDocument {
    switch snapshot.flux {
    case .seen(let objects):
      return FindingDocument("Flux", of: cluster, .ok, "\(objects.count) objects")
    case .notServed:
      return FindingDocument(
        "Flux", of: cluster, isExpected ? .failed : .ok, "the server has none of its API groups",
        next: isExpected ? NextStep(command: "flux check", note: "see how it was bootstrapped") : nil)
    case .failed: return FindingDocument("Flux", of: cluster, .skipped, "unknown")
    }
  }
}
