internal import GuardAPI
internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Synchronization

/// Sends alerts with Alertmanager's API v2 (openapi.yaml, POST /api/v2/alerts).
///
/// Labels identify an alert. Two guards that watch the same cluster send the same labels, so Alertmanager
/// sees one alert. Labels contain no counts and nothing that differs between guards. They contain the
/// severity because routes and inhibitions match on it; when it changes, the alert with the old severity is
/// resolved and a new one begins.
///
/// Problems of the guard itself, of its tunnel or of its local addresses do not concern the cluster. Their
/// alerts have a label `instance`, so that the end on one workstation does not resolve the alert of another
/// one.
///
/// An alert expires `resolveAfter` after it was last sent. A firing alert is sent again every minute, so the
/// alerts of a guard that died are resolved within minutes.
final class AlertmanagerChannel: DeliveryChannel {
  struct Alert: Hashable, Encodable {
    var labels: [String: String]
    var annotations: [String: String]
    var startsAt: Timestamp
    var endsAt: Timestamp
  }

  private static let atOnce = 500

  private let sender: HTTPSender
  private let resolveAfter: Duration
  /// This machine's name.
  private let host: String
  /// The labels under which an incident was sent last.
  private let sent: Mutex<[String: [String: String]]> = Mutex([:])

  init(sender: HTTPSender, resolveAfter: Duration, host: String) {
    self.sender = sender
    self.resolveAfter = resolveAfter
    self.host = host
  }

  var description: String { sender.description }
  var renewsEvery: Duration? { .seconds(60) }
  /// Alertmanager groups alerts itself, and each alert needs its own end.
  var countsFloods: Bool { false }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    try send(notice.entries.map(\.incident), at: now, isCancelled)
  }

  func renew(_ firing: [Incident], at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError) {
    var rest = firing[...]
    var size = AlertmanagerChannel.atOnce
    var refusal: DeliveryError?
    while !rest.isEmpty {
      let part = Array(rest.prefix(size))
      do throws(DeliveryError) {
        try send(part, at: now, isCancelled)
      } catch {
        guard error.cause == .unfit else { throw error }
        // A smaller part may be accepted. One invalid alert must not block the others.
        if part.count > 1 {
          size = (part.count + 1) / 2
          continue
        }
        refusal = error
      }
      rest = rest.dropFirst(part.count)
    }
    let ids = Set(firing.map(\.id))
    sent.withLock { $0 = $0.filter { ids.contains($0.key) } }
    if let refusal { throw refusal }
  }

  private func send(_ incidents: [Incident], at now: Timestamp, _ isCancelled: () -> Bool)
    throws(DeliveryError)
  {
    let known = sent.withLock { $0 }
    var alerts: [Alert] = []
    for incident in incidents {
      let alert = AlertmanagerChannel.alert(of: incident, at: now, resolveAfter: resolveAfter, host: host)
      if let labels = known[incident.id], labels != alert.labels {
        var former = alert
        former.labels = labels
        former.endsAt = now
        former.startsAt = min(former.startsAt, now)
        alerts.append(former)
      }
      alerts.append(alert)
    }
    try sender.post(
      HTTPSender.json(alerts), type: "application/json", to: try sender.address().appending("/api/v2/alerts"),
      isCancelled: isCancelled)
    sent.withLock { sent in
      for incident in incidents {
        sent[incident.id] =
          incident.state == .ended ? nil : AlertmanagerChannel.labels(of: incident, host: host)
      }
    }
  }

  static func alert(
    of incident: Incident, at now: Timestamp, resolveAfter: Duration, host: String
  ) -> Alert {
    // A test alert expires after a minute.
    let horizon = now + (incident.isTest ? .seconds(60) : resolveAfter)
    let end = incident.state == .ended ? min(incident.endedAt ?? now, now) : horizon
    return Alert(
      labels: labels(of: incident, host: host),
      annotations: [
        "title": incident.title.singleLine, "detail": incident.detail.escapedLines,
        "remedy": incident.remedy.escapedLines, "command": (incident.command ?? "").escapedLines,
        "note": (incident.note ?? "").escapedLines,
        // The annotations that templates for Prometheus rules show.
        "summary": incident.title.singleLine, "description": incident.detail.escapedLines,
      ],
      // A cluster's clock may be ahead of ours. Alertmanager refuses a start after the end.
      startsAt: min(incident.since, min(end, now)), endsAt: end)
  }

  static func labels(of incident: Incident, host: String) -> [String: String] {
    let kind = incident.kind.rawValue
    var labels = [
      "alertname": "Oceanid" + (incident.isTest ? "Test" : kind.prefix(1).uppercased() + kind.dropFirst()),
      "subject": incident.subject.escaped, "kind": kind, "severity": incident.severity.rawValue,
    ]
    // Alertmanager treats an empty label as missing.
    if !incident.cluster.isEmpty { labels["cluster"] = incident.cluster }
    if incident.kind.isOfThisMachine || incident.cluster.isEmpty { labels["instance"] = host }
    return labels
  }
}
