internal import GuardTypes

// Rules for the connection to the cluster: tunnel, forwards and API. A broken connection is one problem, not
// twenty.
extension Evaluation {
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
        // The port is closed because K3s does not run, so its service shows the cause.
        let service = isOfAPI(forward) ? observation.service : nil
        report(
          .access(.targetRefused),
          ["address": forward.listen, "target": forward.target, "host": tunnel.host],
          subject: "forward \(forward.listen)",
          detail: [refusal.message, service?.words].compactMap(\.self).joined(separator: "; "),
          since: refusal.at, step: service?.step ?? refusal.step)
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
          """
          new connections wait in the kernel's queue: \(shortage). The guard's own polls go on: descriptors are \
          set aside for them
          """
      )
    }
    for client in forward.limitedClients {
      report(
        .access(.crowded), ["address": forward.listen, "client": client.key, "name": client.name],
        subject: subject,
        detail:
          client.openConnections == 0
          ? "its connections had reached its share of the port, and more were reset; none is open now. Others are served"
          : """
          \(client.openConnections) connections are open, which is its share of the port, and more are reset. \
          Others are served
          """,
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
      reportFailing(failure)
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
        detail: object.description, step: step(forUndecodable: object))
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
    observation.tunnel.forwards.contains { $0.refusal != nil && isOfAPI($0) }
  }

  private func isOfAPI(_ forward: TunnelHealth.Forward) -> Bool {
    guard let target = observation.apiTarget else { return forward.listen == observation.listen }
    return forward.target == target
  }

  /// Reports that the API does not answer, with the state of its port and its service.
  private mutating func reportFailing(_ failure: PollFailure) {
    let isWaiting = failure.controlPlane == .notReady && watch("api/not-ready-since") > .seconds(300)
    let diagnosis = failure.controlPlane?.diagnosis(isWaiting: isWaiting)
    let service = observation.service
    report(
      .api(.failing),
      [
        "error": failure.code.rawValue,
        "state": service?.title ?? diagnosis?.state ?? failure.code.state,
      ],
      subject: "API of \(cluster)",
      detail: [failure.message, service?.words].compactMap(\.self).joined(separator: "; "),
      step: service?.step ?? diagnosis?.step ?? failure.step)
  }

  private func step(forUndecodable object: UndecodableObject) -> NextStep {
    guard let type = object.kind.lowercased().argumentWord else { return .byHand() }
    guard let name = object.name else { return NextStep(command: kubectl("get \(type) -A")) }
    guard let name = name.argumentWord,
      let namespace = object.namespace.isEmpty ? "" : object.namespace.argumentWord
    else { return .byHand() }
    return NextStep(
      command: namespace.isEmpty
        ? kubectl("get \(type) \(name) -o yaml") : kubectl("-n \(namespace) get \(type) \(name) -o yaml"))
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
    if let expiry = snapshot.serverCertificateExpiry {
      report(.serverCertificateExpiring, at: expiry, subject: "API of \(cluster)")
    }
    if let expiry = snapshot.authorityExpiry {
      report(.authorityExpiring, at: expiry)
    }
  }

  /// Reports a warning from two weeks before the expiry, and a critical problem on the last day.
  private mutating func report(_ problem: APIProblem, at expiry: Timestamp, subject: String? = nil) {
    let left = expiry - serverNow
    guard left < .seconds(14 * 86_400) else { return }
    report(
      .api(problem), ["expires": left > .zero ? "expires in \(left.humanDuration)" : "has expired"],
      subject: subject ?? "kubeconfig \(observation.kubeconfig)",
      detail: "\(left > .zero ? "it expires" : "it expired") at \(expiry)",
      severity: left < .seconds(86_400) ? .critical : .warning)
  }
}

extension ControlPlaneState {
  /// The state of the API, for a sentence that begins with its name, and the next step; nil if the poll's own words say
  /// it better.
  ///
  /// - Parameter isWaiting: it has not been ready for longer than a start takes.
  fileprivate func diagnosis(isWaiting: Bool) -> (state: String, step: NextStep)? {
    switch self {
    case .down:
      (
        "is down: nothing answers on its port",
        NextStep(note: "on the control plane: sudo systemctl status k3s; journalctl -u k3s -n 100")
      )
    case .notReady where isWaiting: ("waits for its datastore", .datastore)
    case .notReady:
      (
        "is starting",
        NextStep(note: "k3s answers; its API server starts within minutes, or journalctl -u k3s says why not")
      )
    case .hanging: ("hangs: k3s answers, and its API server does not", .datastore)
    case .unhealthy(let checks):
      (
        "is unhealthy: \(checks.joined(separator: ", ")) failed",
        checks.contains { $0.hasPrefix("etcd") }
          ? .datastore : NextStep(note: "on the control plane: journalctl -u k3s -n 100")
      )
    case .rejectsCredential: nil
    }
  }
}

extension ServiceReport {
  /// The state of the API, for a sentence that begins with its name; nil if the service says nothing about it.
  var title: String? {
    switch state {
    case .crashLooping: "is down: k3s crashes again and again"
    case .starting: "waits for its datastore: k3s does not finish its start"
    case .failed("oom-kill"): "is down: k3s ran out of memory"
    case .failed: "is down: k3s has failed"
    case .stopped: "is down: k3s was stopped"
    case .running: "hangs: k3s runs, and its API server does not answer"
    case .missing, .changing: nil
    }
  }

  /// The facts in one clause.
  var words: String {
    let ended = exit.map { ", its last process ended with \($0)" } ?? ""
    let begin = since.map { " since \(Timestamp(seconds: $0))" } ?? ""
    return switch state {
    case .crashLooping:
      "k3s.service waits for its next start\(restarts.map { " after \($0) restarts" } ?? "")\(ended)"
    case .starting: "k3s.service has been starting\(begin)"
    case .failed(let result): "k3s.service has failed (\(result))\(begin)\(ended)"
    case .stopped: "k3s.service was stopped manually\(begin)"
    case .running: "k3s.service has been running\(begin)"
    case .missing: "the machine has no k3s.service"
    case .changing: "k3s.service is between two states"
    }
  }

  /// The next step; nil if the service says nothing about the API.
  var step: NextStep? {
    switch state {
    case .crashLooping, .failed("exit-code"), .failed("core-dump"), .failed("timeout"):
      NextStep(note: "on the control plane: journalctl -u k3s -n 100 has the reason, above its last exit")
    case .failed("oom-kill"):
      NextStep(
        note: "on the control plane: journalctl -k | grep -i oom; free -m; then sudo systemctl start k3s")
    case .failed: NextStep(note: "on the control plane: systemctl status k3s; journalctl -u k3s -n 100")
    case .stopped:
      NextStep(note: "on the control plane: if the stop is not intended: sudo systemctl start k3s")
    case .starting, .running: .datastore
    case .missing, .changing: nil
    }
  }
}

extension NextStep {
  /// SQLite and etcd both stop the API server if their disk is slow or full.
  fileprivate static let datastore = NextStep(
    note:
      """
      on the control plane: journalctl -u k3s | grep -E 'Slow SQL|database is locked|etcd'; df -h \
      /var/lib/rancher; iostat -x 5 2
      """
  )
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
