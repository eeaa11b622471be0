/// The state changes that the guard logs, by their names in OCEANID_EVENT. Each is a kind of journal entry with its own
/// MESSAGE_ID and a text in `systemd/oceanid.catalog`.
package enum Event: String, Hashable, Sendable, CaseIterable {
  /// The daemon has started: its configuration is loaded and its sockets are open.
  case started
  /// The daemon can't start and exits.
  case startFailed = "start_failed"
  /// The daemon ends on purpose.
  case stopped
  /// A reload took effect.
  case configReloaded = "config_reloaded"
  /// A reload found an invalid file; the old configuration stays in force.
  case configRejected = "config_rejected"
  /// A session is authenticated and accepts connections.
  case tunnelUp = "tunnel_up"
  /// An authenticated session was lost.
  case tunnelDown = "tunnel_down"
  /// A connection attempt failed; logged when the number of attempts has doubled.
  case tunnelRetry = "tunnel_retry"
  /// The tunnel can't connect without a person: host key, key file or authentication.
  case tunnelBlocked = "tunnel_blocked"
  /// A login waits for something besides the server, such as an agent that asks for a touch.
  case tunnelWaits = "tunnel_waits"
  /// A local port is bound.
  case forwardListening = "forward_listening"
  /// Another process uses a forward's local port.
  case forwardPortBusy = "forward_port_busy"
  /// Local connections were reset because the tunnel stayed down; logged once per burst.
  case forwardClientRefused = "forward_client_refused"
  /// Polls of the cluster's API began to fail.
  case apiFailed = "api_failed"
  /// Polls of the cluster's API work again.
  case apiRecovered = "api_recovered"
  /// A cluster's verdict changed.
  case verdictChanged = "verdict_changed"
  /// A new problem was found.
  case problemOpened = "problem_opened"
  /// A problem ended.
  case problemClosed = "problem_closed"
  /// Objects of a cluster changed: nodes, versions, revisions, images.
  case objectChanged = "object_changed"
  /// A change was requested over the control socket.
  case adminAction = "admin_action"
  /// A requested change was refused, because the user may not make it.
  case adminRefused = "admin_refused"
  /// The log suppressed entries of one kind; this entry contains their number.
  case entriesHeldBack = "entries_held_back"
  /// The service failed and will not be restarted; written by oceanid-failed@.service.
  case serviceFailed = "service_failed"
  /// A manual change of the cluster, with its reason.
  case breakGlass = "break_glass"
  /// A problem lasted and was notified.
  case incidentOpened = "incident_opened"
  /// A warning became critical, which was notified.
  case incidentWorsened = "incident_worsened"
  /// An incident opens and closes repeatedly; single changes are no longer notified.
  case incidentFlapping = "incident_flapping"
  /// An incident that has not ended was notified again.
  case incidentReminder = "incident_reminder"
  /// The end of an incident was notified.
  case incidentEnded = "incident_ended"
  /// Notices were muted for a while.
  case silenceBegun = "silence_begun"
  /// A silence was ended or expired.
  case silenceEnded = "silence_ended"
  /// An alert channel does not deliver.
  case alertFailing = "alert_failing"
  /// An alert channel delivers again.
  case alertRecovered = "alert_recovered"
  /// Undelivered alerts were dropped, because there were too many or they were too old.
  case alertDropped = "alert_dropped"
  /// The machine is about to sleep.
  case slept
  /// The machine is awake again.
  case resumed

  /// `tunnel_up`
  package var name: String { rawValue }
}
