extension Configuration {
  /// Replaces channels that did not change by the running ones.
  ///
  /// Their addresses may be secret. The running channel keeps its own, so a second copy of the same text would stay in
  /// memory.
  package mutating func keepUnchangedAlerts(of running: Configuration) {
    alerts = alerts.map { channel in running.alerts.first { $0 == channel } ?? channel }
  }
}
