internal import GuardAPI
internal import GuardJournal
internal import Health
internal import IncidentTracking

extension LogRecord {
  init(begun silence: Silence) {
    self.init(
      .silenceBegun,
      "\(silence.what) is silenced until \(silence.expiresAt.toTheSecond) by \(silence.author): \(silence.reason)",
      cluster: silence.cluster, subject: "silence \(silence.id)", to: silence.pattern ?? "everything",
      reason: silence.reason)
  }

  init(expired silence: Silence) {
    self.init(
      .silenceEnded, "silence \(silence.id) expired: \(silence.what) is notified again",
      cluster: silence.cluster, subject: "silence \(silence.id)", from: silence.pattern ?? "everything",
      reason: "expired")
  }
}

extension Silence {
  fileprivate var what: String { (pattern ?? "everything") + (cluster.map { " of \($0)" } ?? "") }
}
