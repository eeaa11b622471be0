package import GuardAlerts

/// The deliveries of the alert channels, as metrics.
package enum AlertFamilies {
  /// The families for all channels.
  package static func families(_ channels: [AlertFigures]) -> [MetricFamily] {
    var delivered = MetricFamily(
      "oceanid_alerts_delivered", .counter, "Notices that a channel delivered; pings for a ping channel.")
    var failed = MetricFamily("oceanid_alerts_failed", .counter, "Failed delivery attempts of a channel.")
    var dropped = MetricFamily(
      "oceanid_alerts_dropped", .counter, "Notices that a channel dropped.")
    var waiting = MetricFamily(
      "oceanid_alerts_waiting", .gauge, "Incidents with a pending notice.")
    var failing = MetricFamily(
      "oceanid_alerts_failing", .gauge, "1 while a channel is failing.")
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
