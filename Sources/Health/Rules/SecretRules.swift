internal import GuardTypes

// Rules for the existence of named Secrets. RBAC cannot permit checking that a Secret exists without permitting reads
// of its value. So the status of the objects that use it is used if it is sufficient.
extension Evaluation {
  mutating func judgeSecrets(_ snapshot: Snapshot) {
    if let failure = snapshot.secrets.failure {
      report(failure, part: "secrets", of: .secret, unread: UnreadPath.all("secret/"))
    }
    let users = (snapshot.flux.value ?? []).filter { $0.secretName != nil }
    secrets = (snapshot.secrets.value ?? []).map { inferred($0, users) }
    for secret in secrets {
      if secret.isPresent == false {
        report(
          .platform(.secretMissing),
          [
            "namespace": secret.namespace, "name": secret.name,
            "subject": "Secret \(secret.namespace)/\(secret.name)",
          ],
          subject: "secret \(secret.namespace)/\(secret.name)")
      }
    }
    // A Role lists its Secrets by name, so each refused Secret needs its own rule, and all are reported.
    let unread = secrets.filter { $0.isPresent == nil && $0.failure != nil }
    for (code, secrets) in Dictionary(grouping: unread, by: { $0.failure?.code }) {
      let failures = secrets.compactMap(\.failure)
      guard let code else { continue }
      var steps: [NextStep] = []
      for failure in failures where !steps.contains(failure.step) { steps.append(failure.step) }
      let notes = steps.compactMap(\.note).joined(separator: "; ")
      let all = NextStep(command: steps.first?.command, note: notes.isEmpty ? nil : notes)
      let failure = PollFailure(
        code: code, message: failures.map(\.message).joined(separator: "; "),
        step: code == .forbidden ? all : steps.first ?? all)
      report(
        failure, part: "secrets", of: .secret,
        unread: secrets.map { UnreadPath(beginning: "secret/\($0.namespace)/\($0.name)/") })
    }
  }

  /// The time since which the Secret was last known to be missing; nil if it was not.
  private func missingSince(_ secret: SecretPresence) -> Timestamp? {
    history.firstSeen["\(cluster)/secret/\(secret.namespace)/\(secret.name)/missing"]
  }

  /// True if the Secret is missing, or was when it could last be read, which is then the cause of its users' failures.
  func isMissingSecret(_ name: String?, in namespace: String) -> Bool {
    secrets.contains {
      $0.name == name && $0.namespace == namespace
        && ($0.isPresent == false || ($0.isPresent == nil && missingSince($0) != nil))
    }
  }

  private func inferred(_ secret: SecretPresence, _ users: [FluxObject]) -> SecretPresence {
    guard secret.isPresent == nil else { return secret }
    let conditions = users.lazy
      .filter { $0.secretName == secret.name && $0.resource.namespace == secret.namespace && !$0.isSuspended }
      .compactMap { $0.resource.conditions["Ready"] }
    if conditions.contains(where: { $0.message.contains("secrets \"\(secret.name)\" not found") }) {
      return SecretPresence(namespace: secret.namespace, name: secret.name, isPresent: false)
    }
    // An object that has authenticated with the Secret proves that it existed. Ready=True stays as it is until the next
    // attempt, so it does not disprove an absence that was seen later.
    guard !secret.isMissingFromCache else { return secret }
    let missing = missingSince(secret)
    let proves = { (ready: Condition) in
      guard ready.status == .isTrue else { return false }
      // Only a refusal says nothing about the Secret. If the server fails to read it, so do the controllers.
      guard let missing else { return secret.failure.map { $0.code == .forbidden } ?? true }
      return ready.lastTransitionTime.map { $0 + skew > missing } ?? false
    }
    if conditions.contains(where: proves) {
      return SecretPresence(namespace: secret.namespace, name: secret.name, isPresent: true)
    }
    return secret
  }
}
