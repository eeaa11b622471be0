internal import GuardTypes

extension Judgement {
  mutating func judgeCertificates(_ snapshot: Snapshot) {
    if let failure = snapshot.certificates.failure {
      report(failure, part: "certificates", of: .certificate, unread: UnreadPath.all("certificate/"))
      certificates = remembered(lastSeen.certificates)
    }
    guard let seen = snapshot.certificates.value else { return }
    for certificate in seen { certificates.append(judge(certificate)) }
    certificates += unreadable(lastSeen.certificates)
  }

  private mutating func judge(_ certificate: Certificate) -> Judged<Certificate> {
    let resource = certificate.resource
    let (status, decisive) = KStatus.compute(resource)
    let ready = resource.conditions["Ready"] ?? decisive
    var verdict = Verdict.healthy
    let path = "certificate/\(resource.namespace)/\(resource.name)"
    let look = kubectl(
      "-n \(resource.namespace.shellWord) describe certificate \(resource.name.shellWord)")
    if reportTerminating(resource, path: path, remedy: look) { verdict = .degraded }
    let absentSince = ready == nil ? withoutStatusSince(resource) : nil
    if let symptom = symptom(certificate, ready)
      ?? absentSince.map({
        Symptom(
          word: "not-ready", severity: .warning,
          title: "has had no status for \((serverNow - $0).humanDuration)",
          detail: ["cert-manager has not looked at it"], since: $0)
      })
    {
      verdict = symptom.severity == .critical ? .critical : .degraded
      report(
        "\(path)/\(symptom.word)", symptom.severity,
        subject: resource.reference.description, title: "\(resource.reference) \(symptom.title)",
        detail: (symptom.detail + attempts(certificate)).joined(separator: "; "), since: symptom.since,
        remedy: look + "  # then its CertificateRequest, Order and Challenge")
    }
    return Judged(
      value: certificate, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: redacted(ready?.message ?? ""), since: ready?.lastTransitionTime)
  }

  private struct Symptom {
    let word: String
    let severity: Problem.Severity
    let title: String
    let detail: [String]
    var since: Timestamp? = nil
  }

  /// Ready stays True until the certificate has ended: its dates tell sooner.
  private func symptom(_ certificate: Certificate, _ ready: Condition?) -> Symptom? {
    let words = [ready?.reason, ready?.message].compactMap(\.self).filter { !$0.isEmpty }
      .joined(separator: ": ")
    if let end = certificate.notAfter, end <= serverNow {
      return Symptom(
        word: "expired", severity: .critical, title: "expired", detail: ["it ended at \(end)"], since: end)
    }
    if let end = certificate.notAfter, end - serverNow < notice(certificate) {
      return Symptom(
        word: "expiring", severity: .warning, title: "ends in \((end - serverNow).humanDuration)",
        detail: ["it ends at \(end), and was to be renewed before"], since: certificate.renewalTime)
    }
    if let ready, ready.status != .isTrue, !isFirstIssue(certificate, ready) {
      return Symptom(
        word: "not-ready", severity: .warning, title: "is not ready", detail: [words],
        since: ready.lastTransitionTime)
    }
    if let due = certificate.renewalTime, serverNow - due > .seconds(3600) {
      return Symptom(
        word: "renewal-overdue", severity: .warning,
        title: "was to be renewed \((serverNow - due).humanDuration) ago",
        detail: [certificate.notAfter.map { "it ends at \($0)" } ?? words], since: due)
    }
    return nil
  }

  /// A week; for certificates of a few days half of what is kept for their renewal.
  private func notice(_ certificate: Certificate) -> Duration {
    guard let end = certificate.notAfter, let renewal = certificate.renewalTime, end > renewal else {
      return .seconds(7 * 86_400)
    }
    return min(.seconds(7 * 86_400), (end - renewal) / 2)
  }

  /// A new one takes its time.
  private func isFirstIssue(_ certificate: Certificate, _ ready: Condition) -> Bool {
    guard certificate.notAfter == nil, certificate.lastFailureTime == nil,
      let made = certificate.resource.creationTimestamp
    else { return false }
    return serverNow - made < .seconds(600)
  }

  /// After a failure the next attempt is an hour away, then two, four, up to 32 (cert-manager's Certificate API).
  private func attempts(_ certificate: Certificate) -> [String] {
    guard let failed = certificate.lastFailureTime else { return [] }
    let count = max(1, certificate.failedAttempts ?? 1)
    let next = failed + .seconds(3600 << Int64(min(count - 1, 5)))
    return ["\(count) attempt\(count == 1 ? "" : "s") failed, the next one is due at \(next)"]
  }
}
