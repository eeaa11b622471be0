internal import GuardTypes

// Rules for the connection to the cluster: tunnel, forwards and API. A broken connection is one problem, not
// twenty.
extension Judgement {
  mutating func judgeTunnel() {
    let tunnel = observation.tunnel
    for forward in tunnel.forwards where forward.state == .portBusy {
      report(
        .access(.portBusy), ["address": forward.listen, "program": forward.holder ?? "another process"],
        subject: "forward \(forward.listen)",
        detail: "kubectl on this machine reaches whatever listens there, not the guard's tunnel",
        step: NextStep(
          command: list(listenersAt: forward),
          note: "end that program; the guard takes the port within seconds"))
    }
    for forward in tunnel.forwards where forward.state == .listening { judgeAdmission(to: forward) }
    switch tunnel.state {
    case .up:
      for forward in tunnel.forwards {
        guard let refusal = forward.refusal else { continue }
        report(
          .access(.targetRefused),
          ["address": forward.listen, "target": forward.target, "host": tunnel.host],
          subject: "forward \(forward.listen)", detail: refusal.message, since: refusal.at,
          step: refusal.step)
      }
    case .connecting where tunnel.lastError == nil:
      isStarting = true
    case .connecting, .backoff, .blocked:
      guard let failure = tunnel.lastError else { return }
      report(
        .access(.tunnelDown),
        [
          "error": failure.code.rawValue, "host": tunnel.host,
          "state": tunnel.state == .blocked ? "blocked" : "down",
        ],
        subject: "tunnel \(tunnel.host)", detail: failure.message,
        since: tunnel.attempt > 1 ? nil : tunnel.since, step: failure.step)
    case .stopped:
      report(
        .access(.tunnelStopped), ["host": tunnel.host], subject: "tunnel \(tunnel.host)",
        since: tunnel.since)
    }
  }

  private mutating func judgeAdmission(to forward: TunnelHealth.Forward) {
    let subject = "forward \(forward.listen)"
    if let shortage = forward.shortage {
      report(
        .access(.acceptsNobody), ["address": forward.listen], subject: subject,
        detail:
          "new connections wait in the kernel's queue: \(shortage). The guard's own polls go on: descriptors are set aside for them"
      )
    }
    for crowd in forward.crowds {
      report(
        .access(.crowded), ["address": forward.listen, "client": crowd.key, "name": crowd.name],
        subject: subject,
        detail:
          "\(crowd.openConnections) connections are open, which is its share of the port, and more are reset. Others are served",
        step: NextStep(
          command: "sudo \(list(connectionsTo: forward))",
          note: "end the programs that should not have them open"))
    }
  }

  private func list(listenersAt forward: TunnelHealth.Forward) -> String {
    forward.port.map { "ss -ltnp 'sport = :\($0)'" } ?? "ss -lxp src \(forward.listen.shellWord)"
  }

  private func list(connectionsTo forward: TunnelHealth.Forward) -> String {
    forward.port.map { "ss -tnpe 'dport = :\($0)'" } ?? "ss -xp src \(forward.listen.shellWord)"
  }

  /// - Returns: true if the snapshot may be judged, because the tunnel is up and the last poll succeeded in time.
  mutating func judgeAccess() -> Bool {
    guard observation.tunnel.state == .up else { return false }
    if let failure = observation.pollFailure {
      // The poll failed just before the tunnel came up. The next one follows at once.
      guard failure.code != .tunnelDown else { return false }
      // The cause is the refused target of the forward, which is already reported.
      let isSymptom = [.tls, .unreachable, .timeout].contains(failure.code)
      if isSymptom, isTargetRefused { return false }
      report(
        .api(.failing), ["error": failure.code.rawValue, "state": failure.code.state],
        subject: "API of \(cluster)", detail: failure.message, step: failure.step)
      return false
    }
    guard let snapshot = observation.snapshot, let at = observation.snapshotAt else {
      isStarting = true
      return false
    }
    if now - at > observation.pollInterval * 3 {
      report(
        .api(.stale), ["age": (now - at).humanDuration], subject: "API of \(cluster)", since: at)
      return false
    }
    judgeServer(snapshot)
    judgeCredentials(snapshot)
    for (index, object) in snapshot.undecodable.prefix(5).enumerated() {
      report(
        .api(.undecodable), ["number": "\(index)", "count": "an object"], subject: "API of \(cluster)",
        detail: object.description, step: NextStep(command: look(atUndecodable: object)))
    }
    if snapshot.undecodable.count > 5 {
      let count = snapshot.undecodable.count - 5
      let orMore = snapshot.uncountedKinds.isEmpty ? "" : " or more"
      report(
        .api(.undecodable), ["number": "more", "count": "\(count)\(orMore) more objects"],
        subject: "API of \(cluster)", step: NextStep(command: "journalctl -u oceanid-guard"))
    }
    return true
  }

  /// True if the server refused the target of the guard's own requests. Targets of other forwards do not matter here.
  private var isTargetRefused: Bool {
    observation.tunnel.forwards.contains { forward in
      guard forward.refusal != nil else { return false }
      guard let target = observation.apiTarget else { return forward.listen == observation.listen }
      return forward.target == target
    }
  }

  private func look(atUndecodable object: UndecodableObject) -> String {
    let type = object.kind.lowercased().shellWord
    guard let name = object.name?.shellWord else { return kubectl("get \(type) -A") }
    return object.namespace.isEmpty
      ? kubectl("get \(type) \(name) -o yaml")
      : kubectl("-n \(object.namespace.shellWord) get \(type) \(name) -o yaml")
  }

  private mutating func judgeServer(_ snapshot: Snapshot) {
    if snapshot.isReady == false {
      report(
        .api(.notReady), subject: "API of \(cluster)",
        detail: snapshot.failedChecks.isEmpty
          ? "/readyz fails and names no check"
          : "failed checks of /readyz: \(snapshot.failedChecks.joined(separator: ", "))")
    }
    for (part, failure) in snapshot.gaps.sorted(by: { $0.key < $1.key }) {
      report(failure, part: part, of: .api, unread: part == "node-leases" ? UnreadPath.all("lease/") : [])
    }
    if let mismatch = observation.mismatch, mismatch.localEnd != nil {
      report(
        .api(.kubeconfigServer), subject: "kubeconfig \(observation.kubeconfig)", detail: mismatch.words,
        step: mismatch.step)
    }
    if snapshot.isServerUnverified {
      report(
        .api(.insecure), subject: "kubeconfig \(observation.kubeconfig)",
        detail: "insecure-skip-tls-verify is set: any server that answers is trusted")
    }
  }

  private mutating func judgeCredentials(_ snapshot: Snapshot) {
    if let expiry = snapshot.clientCertificateExpiry {
      report(.clientCertificateExpiring, at: expiry)
    }
    if let expiry = snapshot.authorityExpiry {
      report(.authorityExpiring, at: expiry)
    }
  }

  /// Reports a warning from two weeks before the expiry, and a critical problem on the last day.
  private mutating func report(_ problem: APIProblem, at expiry: Timestamp) {
    let left = expiry - serverNow
    guard left < .seconds(14 * 86_400) else { return }
    report(
      .api(problem), ["expires": left > .zero ? "expires in \(left.humanDuration)" : "has expired"],
      subject: "kubeconfig \(observation.kubeconfig)",
      detail: "\(left > .zero ? "it expires" : "it expired") at \(expiry)",
      severity: left < .seconds(86_400) ? .critical : .warning)
  }
}

extension TunnelHealth.Forward {
  /// nil for a path.
  fileprivate var port: Substring? { listen.hasPrefix("/") ? nil : listen.split(separator: ":").last }
}

extension PollErrorCode {
  /// The state of the API, for a sentence that begins with its name.
  fileprivate var state: String {
    switch self {
    case .tunnelDown, .unreachable, .timeout: "is not answering"
    case .unauthorized: "rejects our credentials"
    case .forbidden: "denies the guard access"
    case .tls: "can't be verified"
    case .badResponse: "gives no usable answer"
    case .kubeconfig: "can't be used with this kubeconfig"
    }
  }
}
