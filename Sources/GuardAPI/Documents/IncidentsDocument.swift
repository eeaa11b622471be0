package import Health
package import IncidentTracking

/// The response to `GET /v1/incidents`.
package struct IncidentsDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// Includes pending incidents; worst first, then oldest first.
  @Field package var open: [IncidentDocument]
  /// Newest first.
  @Field package var past: [IncidentDocument]
  @Field package var silences: [SilenceDocument]
  /// Number of subjects with problems beyond the limit of open incidents.
  @Field package var ignored: Int
  /// The number of configured alert channels. Without one, no alerts are sent. null from an older daemon.
  @Field package var channels: Int?

  package init(
    open: [IncidentDocument], past: [IncidentDocument] = [], silences: [SilenceDocument] = [],
    ignored: Int = 0, channels: Int? = nil
  ) {
    schema = Schema.incidents.description
    self.open = open
    self.past = past
    self.silences = silences
    self.ignored = ignored
    self.channels = channels
  }
}

/// A problem of one subject, from its beginning to its end.
package struct IncidentDocument: Codable, Hashable, Sendable {
  /// The journal's OCEANID_INCIDENT.
  package var id: String
  @KnownWord package var state: Incident.State?
  @Field package var severity: Problem.Severity
  /// Empty for incidents of the guard itself.
  @Field package var cluster: String
  @Field package var subject: String
  /// For example `node` or `flux`.
  @Field package var kind: String
  /// The id of its problem.
  @Field package var problem: String
  @Field package var title: String
  @Field package var detail: String
  /// The next step in one line.
  @Field package var remedy: String
  /// The next step as a command line that can be pasted into any shell.
  @Field package var command: String?
  /// The next step in words.
  @Field package var note: String?
  /// The stable name of its kind of problem: `node-not-ready`.
  @Field package var code: String?
  /// The `since` of its first problem.
  @Field package var since: Timestamp?
  @Field package var firedAt: Timestamp?
  /// When its subject was first observed without a problem.
  @Field package var endedAt: Timestamp?
  @Field package var flapping: Bool
  /// Number of notices sent for it.
  @Field package var notices: Int
  /// The silence that suppresses its notices.
  @Field package var silence: String?

  package init(_ incident: Incident, silence: Silence?) {
    id = incident.id
    state = incident.state
    severity = incident.severity
    cluster = incident.cluster
    subject = incident.subject.escaped
    kind = incident.kind.rawValue
    problem = incident.problem
    title = incident.title.singleLine
    detail = incident.detail.escapedLines
    remedy = incident.remedy.escapedLines
    command = incident.command?.escapedLines
    note = incident.note?.escapedLines
    code = incident.code
    since = incident.since
    firedAt = incident.firedAt
    endedAt = incident.endedAt
    flapping = incident.isFlapping
    notices = incident.notices
    self.silence = silence?.id
  }
}

/// Suppresses notices for some time.
package struct SilenceDocument: Codable, Hashable, Sendable {
  package var id: String
  /// null for all clusters.
  @Field package var cluster: String?
  /// null for all incidents.
  @Field package var pattern: String?
  @Field package var reason: String
  @Field package var author: String
  @Field package var createdAt: Timestamp?
  @Field package var expiresAt: Timestamp?

  /// The allowed lengths: from 1 minute to 30 days.
  package static let lengths = Duration.seconds(60)...Duration.seconds(30 * 86_400)
  /// The same for messages.
  package static let lengthsText =
    "\(lengths.lowerBound.components.seconds / 60)m to \(lengths.upperBound.components.seconds / 3600)h"

  package init(_ silence: Silence) {
    id = silence.id
    cluster = silence.cluster
    pattern = silence.pattern
    reason = silence.reason
    author = silence.author
    createdAt = silence.createdAt
    expiresAt = silence.expiresAt
  }
}
