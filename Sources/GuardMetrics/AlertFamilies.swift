package import GuardAlerts

/// The deliveries of the alert channels, as metrics.
package enum AlertFamilies {
  /// The families for all channels.
  package static func families(_ channels: [AlertFigures]) -> [MetricFamily] {
    var delivered = MetricFamily(
      "oceanid_alerts_delivered", .counter, "News of incidents that a channel took; of a ping, its pings.")
    var failed = MetricFamily("oceanid_alerts_failed", .counter, "Attempts of a channel that failed.")
    var dropped = MetricFamily(
      "oceanid_alerts_dropped", .counter, "News of incidents that a channel will never deliver.")
    var waiting = MetricFamily(
      "oceanid_alerts_waiting", .gauge, "Incidents whose news waits for a channel.")
    var failing = MetricFamily(
      "oceanid_alerts_failing", .gauge, "1 while it is a problem that a channel does not deliver.")
    for channel in channels {
      let labels = ["channel": channel.channel, "means": channel.means]
      delivered.add(channel.delivered, labels)
      failed.add(channel.failed, labels)
      dropped.add(channel.dropped, labels)
      waiting.add(channel.waiting, labels)
      failing.add(channel.isFailing, labels)
    }
    return [delivered, failed, dropped, waiting, failing]
  }
}
