internal import GuardAPI
internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Synchronization

/// Speaks Alertmanager's API v2 (openapi.yaml, POST /api/v2/alerts).
///
/// Labels are an alert's identity: two guards that watch one cluster give the same ones, and their alerts are one.
/// Nothing that counts or differs from guard to guard is among them. Severity is: routes and inhibitions go by it.
/// When it changes, the alert of the old severity is resolved and another one begins.
///
/// Problems of a guard itself, of its tunnel or of its local addresses are not problems of the cluster: their alerts have
/// a label `instance`, so that the end on one workstation does not end the alert of another one.
///
/// Every alert ends by itself `resolveAfter` after it was last sent; while it fires it is sent again every minute. So
/// the alerts of a guard that died are over in minutes.
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
  /// It groups by itself, and each alert has to end.
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
        // A smaller part may be accepted, and one alert that never is must not block the others.
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
    let body = (try? DocumentCoding.encode(alerts)).map { Array($0) } ?? []
    try sender.post(
      body, type: "application/json", to: try sender.address().appending("/api/v2/alerts"),
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
    // A test is over in a minute.
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
      // A cluster's clock may be ahead of ours; a start after the end is refused.
      startsAt: min(incident.since, min(end, now)), endsAt: end)
  }

  static func labels(of incident: Incident, host: String) -> [String: String] {
    let kind = incident.kind.rawValue
    var labels = [
      "alertname": "Oceanid" + (incident.isTest ? "Test" : kind.prefix(1).uppercased() + kind.dropFirst()),
      "subject": incident.subject.escaped, "kind": kind, "severity": incident.severity.rawValue,
    ]
    // An empty label is no label.
    if !incident.cluster.isEmpty { labels["cluster"] = incident.cluster }
    if incident.kind.isOfThisMachine || incident.cluster.isEmpty { labels["instance"] = host }
    return labels
  }
}
