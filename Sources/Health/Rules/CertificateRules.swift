internal import GuardTypes

extension Evaluation {
  mutating func judgeCertificates(_ snapshot: Snapshot) {
    if let failure = snapshot.certificates.failure {
      report(failure, part: "certificates", of: .certificate, unread: UnreadPath.all("certificate/"))
      certificates = lastKnown(lastSeen.certificates)
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
    if reportTerminating(resource, as: .platform(.certificateTerminating)) { verdict = .degraded }
    let absentSince =
      ready == nil && !certificate.isIssuing ? withoutStatusSince(resource) : nil
    if let symptom = symptom(certificate, ready)
      ?? absentSince.map({
        Symptom(
          .certificateNotReady, ["state": "has had no status for \((serverNow - $0).humanDuration)"],
          detail: ["cert-manager has not looked at it"], since: $0)
      })
    {
      verdict = symptom.problem.declaration.severity == .critical ? .critical : .degraded
      report(
        .platform(symptom.problem), resource.facts.merging(symptom.facts) { $1 },
        subject: resource.reference.description,
        detail: (symptom.detail + attempts(certificate)).joined(separator: "; "), since: symptom.since)
    }
    return Judged(
      value: certificate, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: ready?.message ?? "", since: ready?.lastTransitionTime)
  }

  private struct Symptom {
    let problem: PlatformProblem
    var facts: [String: String]
    let detail: [String]
    let since: Timestamp?

    init(
      _ problem: PlatformProblem, _ facts: [String: String] = [:], detail: [String], since: Timestamp?
    ) {
      self.problem = problem
      self.facts = facts
      self.detail = detail
      self.since = since
    }
  }

  /// Ready stays True until the certificate has expired, so its dates are checked as well.
  private mutating func symptom(_ certificate: Certificate, _ ready: Condition?) -> Symptom? {
    let words = ready?.words ?? ""
    let issuing = certificate.resource.conditions["Issuing"]
    let hasFailed = issuing?.status == .isFalse && certificate.lastFailureTime != nil
    let progress = issuing.flatMap { $0.status == .isTrue || hasFailed ? $0.words : nil }
      .flatMap { $0.isEmpty ? nil : $0 }
    if let end = certificate.notAfter, end <= serverNow {
      return Symptom(
        .certificateExpired, detail: ["it expired at \(end)", progress].compactMap(\.self), since: end)
    }
    if let end = certificate.notAfter, end - serverNow < notice(certificate) {
      return Symptom(
        .certificateExpiring, ["age": (end - serverNow).humanDuration],
        detail: ["it expires at \(end)" + overdue(certificate), progress].compactMap(\.self),
        since: certificate.renewalTime)
    }
    if ready == nil ? certificate.isIssuing : ready?.status != .isTrue, !isBeingIssued(certificate, ready) {
      let since = ready?.lastTransitionTime ?? issuing?.lastTransitionTime
      let begun = (since ?? certificate.resource.creationTimestamp).flatMap { $0 <= serverNow ? $0 : nil }
      let isFirst = certificate.isIssuing && certificate.notAfter == nil
      let waits =
        isFirst ? begun.map { "has been waiting to be issued for \((serverNow - $0).humanDuration)" } : nil
      return Symptom(
        .certificateNotReady, ["state": waits ?? "is not ready"],
        detail: [words, progress].compactMap(\.self).filter { !$0.isEmpty }, since: since)
    }
    if let due = certificate.renewalTime, serverNow - due > .seconds(3600) {
      return Symptom(
        .certificateRenewalOverdue, ["age": (serverNow - due).humanDuration],
        detail: [certificate.notAfter.map { "it expires at \($0)" } ?? words, progress].compactMap(\.self),
        since: due)
    }
    // A renewal for another reason than its date: the specification has changed, or it was requested.
    if let started = issuing?.lastTransitionTime, certificate.isIssuing, serverNow - started > .seconds(3600)
    {
      return Symptom(
        .certificateNotReady,
        ["state": "has been waiting to be issued again for \((serverNow - started).humanDuration)"],
        detail: [progress, certificate.notAfter.map { "it expires at \($0)" }].compactMap(\.self),
        since: started)
    }
    // It is valid, but its last change is not in it. Only an issue clears the time of the failure: after a change that
    // was undone, it stays, and no further attempt is made.
    if let failed = certificate.lastFailureTime, let next = nextAttempt(certificate),
      issuing?.status == .isTrue || serverNow - next < .seconds(3600),
      certificate.failedAttempts ?? 1 > 1 || serverNow - failed > .seconds(7200)
    {
      return Symptom(
        .certificateNotReady, ["state": "cannot be issued again"],
        detail: [issuing?.words ?? ""],
        since: issuing?.status == .isFalse ? issuing?.lastTransitionTime : failed)
    }
    return nil
  }

  private func overdue(_ certificate: Certificate) -> String {
    guard let due = certificate.renewalTime, due < serverNow else { return "" }
    return "; renewal is \((serverNow - due).humanDuration) overdue"
  }

  /// How long before expiry to warn: a week, or for certificates of a few days, half of the time planned for their
  /// renewal.
  private func notice(_ certificate: Certificate) -> Duration {
    guard let end = certificate.notAfter, let renewal = certificate.renewalTime, end > renewal else {
      return .seconds(7 * 86_400)
    }
    return min(.seconds(7 * 86_400), (end - renewal) / 2)
  }

  /// True for ten minutes while the first certificate is being issued, or another one because the specification has
  /// changed.
  private mutating func isBeingIssued(_ certificate: Certificate, _ ready: Condition?) -> Bool {
    let resource = certificate.resource
    guard certificate.lastFailureTime == nil, certificate.isIssuing || certificate.notAfter == nil else {
      return false
    }
    let changed = (ready ?? resource.conditions["Issuing"])?.lastTransitionTime
    let begun = certificate.isIssuing ? changed ?? resource.creationTimestamp : resource.creationTimestamp
    return elapsed(since: begun, watching: "\(resource.reference.problemPath)/issuing") < .seconds(600)
  }

  /// After a failure, cert-manager tries again after one hour, then two, four, up to 32 (cert-manager's Certificate
  /// API).
  private func nextAttempt(_ certificate: Certificate) -> Timestamp? {
    let count = max(1, certificate.failedAttempts ?? 1)
    return certificate.lastFailureTime.map { $0 + .seconds(3600 << Int64(min(count - 1, 5))) }
  }

  private func attempts(_ certificate: Certificate) -> [String] {
    guard let next = nextAttempt(certificate) else { return [] }
    let count = max(1, certificate.failedAttempts ?? 1)
    return ["\(count) attempt\(count == 1 ? "" : "s") failed, the next one is due at \(next)"]
  }
}

extension Certificate {
  fileprivate var isIssuing: Bool { resource.conditions["Issuing"]?.status == .isTrue }
}

extension Condition {
  /// For example `DoesNotExist: Issuing certificate as Secret does not exist`.
  var words: String { [reason, message].filter { !$0.isEmpty }.joined(separator: ": ") }
}
