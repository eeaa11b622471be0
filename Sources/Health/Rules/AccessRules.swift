internal import GuardTypes

// The way to the cluster: the tunnel, its forwards, the API. While it is broken there is ONE problem, not twenty.
extension Judgement {
  mutating func judgeTunnel() {
    let tunnel = observation.tunnel
    for forward in tunnel.forwards where forward.state == .portBusy {
      let holder = forward.holder ?? "another process"
      let port = forward.listen.split(separator: ":").last ?? ""
      report(
        "forward/\(forward.listen)/port-busy", .critical, subject: "forward \(forward.listen)",
        title: "\(forward.listen) is taken by \(holder)",
        detail: "kubectl on this machine reaches whatever listens there, not the guard's tunnel",
        remedy:
          "see what it is: ss -ltnp 'sport = :\(port)'; end it, and the guard takes the port within seconds")
    }
    for forward in tunnel.forwards where forward.state == .listening { judgeAdmission(to: forward) }
    switch tunnel.state {
    case .up:
      for forward in tunnel.forwards {
        guard let refusal = forward.refusal else { continue }
        report(
          "forward/\(forward.listen)/target-refused", .critical, subject: "forward \(forward.listen)",
          title: "\(forward.target) can't be reached from \(tunnel.host)", detail: refusal.message,
          since: refusal.at,
          remedy: refusal.remedy)
      }
    case .connecting where tunnel.lastError == nil:
      isStarting = true
    case .connecting, .backoff, .blocked:
      guard let failure = tunnel.lastError else { return }
      report(
        "tunnel/\(failure.code.rawValue)", .critical, subject: "tunnel \(tunnel.host)",
        title: "tunnel to \(tunnel.host) is \(tunnel.state == .blocked ? "blocked" : "down")",
        detail: failure.message,
        since: tunnel.attempt > 1 ? nil : tunnel.since, remedy: failure.remedy)
    case .stopped:
      report(
        "tunnel/stopped", .critical, subject: "tunnel \(tunnel.host)",
        title: "tunnel to \(tunnel.host) is stopped",
        since: tunnel.since, remedy: "systemctl status oceanid-guard")
    }
  }

  private mutating func judgeAdmission(to forward: TunnelHealth.Forward) {
    let (subject, port) = ("forward \(forward.listen)", forward.listen.split(separator: ":").last ?? "")
    if let shortage = forward.shortage {
      report(
        "forward/\(forward.listen)/accepts-nobody", .critical, subject: subject,
        title: "\(forward.listen) accepts no connections",
        detail:
          "new connections wait in the kernel's queue: \(shortage). The guard's own polls go on: descriptors are set aside for them",
        remedy:
          "see which connections are open: oceanid-ctl tunnel; then raise the limit: systemctl edit oceanid-guard, [Service] LimitNOFILE=16384"
      )
    }
    // A path is no port that ss could filter by.
    let isPath = forward.listen.hasPrefix("/")
    let list = isPath ? "ss -xp src \(forward.listen.shellWord)" : "ss -tnpe 'dport = :\(port)'"
    for crowd in forward.crowds {
      report(
        "forward/\(forward.listen)/crowded/\(crowd.key)", .warning, subject: subject,
        title: "\(crowd.name) fills \(forward.listen)",
        detail:
          "\(crowd.openConnections) connections are open, which is its share of the port, and more are reset. Others are served",
        remedy: "see which programs have them open: sudo \(list); end those that should not")
    }
  }

  /// - Returns: whether the snapshot may be judged: the tunnel is up and the last poll brought it home in time.
  mutating func judgeAccess() -> Bool {
    guard observation.tunnel.state == .up else { return false }
    if let failure = observation.pollFailure {
      // The poll found the tunnel down a moment before it came up: the next one is due at once.
      guard failure.code != .tunnelDown else { return false }
      // The target that the far side can't reach is the cause, and has been told.
      let isSymptom = [.tls, .unreachable, .timeout].contains(failure.code)
      if isSymptom, isTargetRefused { return false }
      report(
        "api/\(failure.code.rawValue)", .critical, subject: "API of \(cluster)",
        title: "the cluster's API can't be asked",
        detail: failure.message, remedy: failure.remedy)
      return false
    }
    guard let snapshot = observation.snapshot, let at = observation.snapshotAt else {
      isStarting = true
      return false
    }
    if now - at > observation.pollInterval * 3 {
      report(
        "api/stale", .critical, subject: "API of \(cluster)",
        title: "nothing was heard from the cluster for \((now - at).humanDuration)", since: at,
        remedy: "oceanid-ctl poll; journalctl -u oceanid-guard -n 50")
      return false
    }
    judgeServer(snapshot)
    judgeCredentials(snapshot)
    for (index, object) in snapshot.undecodable.prefix(5).enumerated() {
      report(
        "api/undecodable/\(index)", .warning, subject: "API of \(cluster)",
        title: "an object could not be read",
        detail: object.description, remedy: look(atUndecodable: object))
    }
    if snapshot.undecodable.count > 5 {
      let count = snapshot.undecodable.count - 5
      report(
        "api/undecodable/more", .warning, subject: "API of \(cluster)",
        title: "\(count)\(snapshot.uncountedKinds.isEmpty ? "" : " or more") more objects could not be read",
        remedy: "journalctl -u oceanid-guard")
    }
    return true
  }

  /// The far side refused the target that the guard's own requests go to; another forward's is another matter.
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
        "api/not-ready", .warning, subject: "API of \(cluster)",
        title: "the API server says that it is not ready",
        detail: snapshot.failedChecks.isEmpty
          ? "/readyz fails and names no check"
          : "failed checks of /readyz: \(snapshot.failedChecks.joined(separator: ", "))",
        remedy: kubectl("get --raw '/readyz?verbose'"))
    }
    for (part, failure) in snapshot.gaps.sorted(by: { $0.key < $1.key }) {
      report(failure, part: part, of: .api, unread: part == "node-leases" ? UnreadPath.all("lease/") : [])
    }
    if snapshot.isServerUnverified {
      report(
        "api/insecure", .warning, subject: "kubeconfig \(observation.kubeconfig)",
        title: "the API server is not verified",
        detail: "insecure-skip-tls-verify is set: whoever answers is believed",
        remedy:
          "replace insecure-skip-tls-verify by the cluster's certificate-authority-data: sudo cat /etc/rancher/k3s/k3s.yaml on the control plane"
      )
    }
  }

  private mutating func judgeCredentials(_ snapshot: Snapshot) {
    if let expiry = snapshot.clientCertificateExpiry {
      reportEnd(
        of: "the client certificate", at: expiry, id: "client-certificate",
        remedy:
          "sudo systemctl restart k3s on the control plane renews it; then copy a new kubeconfig: sudo cat /etc/rancher/k3s/k3s.yaml"
      )
    }
    if let expiry = snapshot.authorityExpiry {
      reportEnd(
        of: "the cluster's certificate authority", at: expiry, id: "certificate-authority",
        remedy:
          "renew it before it ends (on k3s: k3s certificate rotate-ca), then copy a new kubeconfig: sudo cat /etc/rancher/k3s/k3s.yaml"
      )
    }
  }

  /// Two weeks before it bites, and urgently on the last day.
  private mutating func reportEnd(of what: String, at expiry: Timestamp, id: String, remedy: String) {
    let left = expiry - serverNow
    guard left < .seconds(14 * 86_400) else { return }
    report(
      "api/\(id)-expiring", left < .seconds(86_400) ? .critical : .warning,
      subject: "kubeconfig \(observation.kubeconfig)",
      title: left > .zero ? "\(what) ends in \(left.humanDuration)" : "\(what) has ended",
      detail: "\(left > .zero ? "it ends" : "it ended") at \(expiry)", remedy: remedy)
  }
}
