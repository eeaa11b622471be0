package import GuardAPI
package import GuardAlerts
package import GuardIncidents
package import GuardMetrics
package import GuardStatus
package import Platform

extension ControlServer {
  /// The parts of the guard that answer requests and carry out changes.
  package struct Actions: Sendable {
    /// Returns false if there is no such cluster.
    package let reconnect: @Sendable (_ cluster: String?) -> Bool
    /// Returns false if there is no such cluster.
    package let poll: @Sendable (_ cluster: String?) -> Bool
    /// `done` is called once, on any thread.
    package let reload: @Sendable (_ done: @escaping @Sendable (ReloadOutcome) -> Void) -> Void
    /// `done` is called once, on any thread; with nil if too many requests are pending.
    package let history:
      @Sendable (HistoryQuery, _ done: @escaping @Sendable (HistoryDocument?) -> Void) -> Void
    /// The current metrics.
    package let metrics: @Sendable () -> [MetricFamily]
    /// Round-trip times of every tunnel.
    package let roundTrips: @Sendable () -> RoundTripsDocument
    /// Open and past incidents.
    package let incidents: @Sendable () -> IncidentsDocument
    /// Mutes notices.
    package let silence: @Sendable (SilenceRequest, PeerCredentials) -> SilenceOutcome
    /// Returns false if there is no such silence.
    package let endSilence: @Sendable (_ id: String, PeerCredentials) -> Bool
    /// The guard's own view of the connection to each cluster. `done` is called once, on any thread; with nil if an
    /// examination does not end, or if too many requests wait for one.
    package let guardView: @Sendable (_ done: @escaping @Sendable (GuardViewDocument?) -> Void) -> Void
    /// Finds the stages that have a commit. `done` is called once, on any thread.
    package let find:
      @Sendable (
        _ commit: String, _ cluster: String?, _ done: @escaping @Sendable (WhereOutcome) -> Void
      ) -> Void
    /// The state of the alert channels.
    package let alerts: @Sendable () -> AlertsDocument
    /// `done` is called once, on any thread.
    package let testAlert:
      @Sendable (_ channel: String, _ done: @escaping @Sendable (AlertDelivery.TestOutcome) -> Void) -> Void
    /// Logs a manual change of a cluster. Returns false if there is no such cluster.
    package let breakGlass: @Sendable (BreakGlass, PeerCredentials) -> Bool
    /// Records every request for a change, allowed or refused.
    package let audit: @Sendable (_ action: String, _ peer: PeerCredentials, _ allowed: Bool) -> Void

    package init(
      reconnect: @escaping @Sendable (_ cluster: String?) -> Bool,
      poll: @escaping @Sendable (_ cluster: String?) -> Bool,
      reload: @escaping @Sendable (_ done: @escaping @Sendable (ReloadOutcome) -> Void) -> Void,
      history:
        @escaping @Sendable (HistoryQuery, _ done: @escaping @Sendable (HistoryDocument?) -> Void) -> Void,
      metrics: @escaping @Sendable () -> [MetricFamily],
      roundTrips: @escaping @Sendable () -> RoundTripsDocument,
      incidents: @escaping @Sendable () -> IncidentsDocument,
      silence: @escaping @Sendable (SilenceRequest, PeerCredentials) -> SilenceOutcome,
      endSilence: @escaping @Sendable (_ id: String, PeerCredentials) -> Bool,
      guardView: @escaping @Sendable (_ done: @escaping @Sendable (GuardViewDocument?) -> Void) -> Void,
      find:
        @escaping @Sendable (
          _ commit: String, _ cluster: String?, _ done: @escaping @Sendable (WhereOutcome) -> Void
        ) -> Void, alerts: @escaping @Sendable () -> AlertsDocument,
      testAlert:
        @escaping @Sendable (
          _ channel: String, _ done: @escaping @Sendable (AlertDelivery.TestOutcome) -> Void
        ) -> Void, breakGlass: @escaping @Sendable (BreakGlass, PeerCredentials) -> Bool,
      audit: @escaping @Sendable (_ action: String, _ peer: PeerCredentials, _ allowed: Bool) -> Void
    ) {
      self.reconnect = reconnect
      self.poll = poll
      self.reload = reload
      self.history = history
      self.metrics = metrics
      self.roundTrips = roundTrips
      self.incidents = incidents
      self.silence = silence
      self.endSilence = endSilence
      self.guardView = guardView
      self.find = find
      self.alerts = alerts
      self.testAlert = testAlert
      self.breakGlass = breakGlass
      self.audit = audit
    }
  }
}
