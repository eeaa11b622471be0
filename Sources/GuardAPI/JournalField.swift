/// The fields of the guard's journal entries (systemd.journal-fields(7)), in the order in which they are written.
package enum JournalField: String, Hashable, Sendable, CaseIterable {
  case message = "MESSAGE"
  /// The name of an `Event`.
  case event = "OCEANID_EVENT"
  case cluster = "OCEANID_CLUSTER"
  case subject = "OCEANID_SUBJECT"
  case from = "OCEANID_FROM"
  case to = "OCEANID_TO"
  case reason = "OCEANID_REASON"
  case incident = "OCEANID_INCIDENT"
  case remedy = "OCEANID_REMEDY"
  case command = "OCEANID_COMMAND"
  case note = "OCEANID_NOTE"
  case names = "OCEANID_NAMES"
  /// The code and the kind of a problem.
  case code = "OCEANID_CODE"
  case kind = "OCEANID_KIND"
  case severity = "OCEANID_SEVERITY"
  /// RFC 3339 times.
  case since = "OCEANID_SINCE"
  case ended = "OCEANID_ENDED"
  case attempts = "OCEANID_ATTEMPTS"
  /// `true` or `false`.
  case incidentsKept = "OCEANID_INCIDENTS_KEPT"
  case changesRecorded = "OCEANID_CHANGES_RECORDED"
  /// A `Fact.Kind`.
  case fact = "OCEANID_FACT"
  case count = "OCEANID_COUNT"
  case steps = "OCEANID_STEPS"
  /// RFC 3339 times.
  case seenAt = "OCEANID_SEEN_AT"
  case formerSeenAt = "OCEANID_FORMER_SEEN_AT"
  /// The user and the process that sent a request.
  case peerUID = "OCEANID_PEER_UID"
  case peerPID = "OCEANID_PEER_PID"
  /// Numbers of entries that were not written, and of alerts that were not sent.
  case heldBack = "OCEANID_HELD_BACK"
  case dropped = "OCEANID_DROPPED"
  case asleepSeconds = "OCEANID_ASLEEP_SECONDS"
  /// Versions of libraries.
  case libssh2Version = "OCEANID_LIBSSH2_VERSION"
  case libcurlVersion = "OCEANID_LIBCURL_VERSION"
  case opensslVersion = "OCEANID_OPENSSL_VERSION"
  case systemdVersion = "OCEANID_SYSTEMD_VERSION"

  /// The beginning of the names of the guard's own fields.
  package static let prefix = "OCEANID_"

  /// The largest length of a value in bytes. Longer values are cut. A small limit would make two digests look equal.
  package var limit: Int {
    switch self {
    case .message: 4096
    case .names: 2048
    case .from, .to, .reason, .remedy, .command, .note: 1024
    case .event, .cluster, .subject, .incident, .code, .kind, .severity, .since, .ended, .attempts,
      .incidentsKept,
      .changesRecorded, .fact, .count, .steps, .seenAt, .formerSeenAt, .peerUID, .peerPID, .heldBack,
      .dropped,
      .asleepSeconds, .libssh2Version, .libcurlVersion, .opensslVersion, .systemdVersion:
      256
    }
  }
}
