package import Systemd

/// The state changes that the guard logs. Each is a kind of journal entry with its own MESSAGE_ID and a text
/// in `systemd/oceanid.catalog`.
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

  /// `OCEANID_EVENT` in the journal: `tunnel_up`.
  package var name: String { rawValue }

  /// The default priority of an entry.
  package var priority: Priority {
    switch self {
    case .startFailed, .serviceFailed: .critical
    case .configRejected, .tunnelBlocked, .forwardPortBusy: .error
    case .tunnelDown, .forwardClientRefused, .apiFailed, .problemOpened, .adminRefused, .entriesHeldBack,
      .breakGlass, .incidentFlapping, .alertFailing, .alertDropped:
      .warning
    case .started, .stopped, .configReloaded, .tunnelUp, .apiRecovered, .verdictChanged, .problemClosed,
      .adminAction, .silenceBegun, .silenceEnded, .alertRecovered:
      .notice
    case .tunnelRetry, .forwardListening, .objectChanged, .slept, .resumed, .incidentOpened,
      .incidentWorsened, .incidentReminder, .incidentEnded:
      .info
    }
  }

  /// 128 random bits in hexadecimal (systemd-id128 new). An id never changes and is never reused, so that
  /// `journalctl MESSAGE_ID=…` finds all entries of a kind, including old ones.
  package var messageID: String {
    switch self {
    case .started: "25f4e4a51b1e4b83868fc0591fcf118e"
    case .startFailed: "5180602de8934672b10a9609525fa8f3"
    case .stopped: "de4b84c741404ecdaf99e3152ed16757"
    case .configReloaded: "eeecd9c63bf740ce9862f4ac16988406"
    case .configRejected: "e48692429ab048798c4ea3501daae686"
    case .tunnelUp: "78d2c857a78d4ceeaf57e1e59ffa95a4"
    case .tunnelDown: "0f60b434b4644e8da854bd82ab4923ee"
    case .tunnelRetry: "4416cee1726d4440a58bfd24c3483083"
    case .tunnelBlocked: "48f5bd3790ba423ea4c70710c0e0e5d0"
    case .forwardListening: "860cd0e7050d4167ac349996747905f6"
    case .forwardPortBusy: "248acede3b97485283bcab57a0b4c6dc"
    case .forwardClientRefused: "557a35b3190047148c6a87ad6898d8c6"
    case .apiFailed: "1c7260641626400f9fc43f332e9e9190"
    case .apiRecovered: "c4fbb8134be446d0940cce74bd8a75ae"
    case .verdictChanged: "c81631747e9c4affaf0005d27b7fdff3"
    case .problemOpened: "cf7b49ccd1c348cfbbe5098115a7c18c"
    case .problemClosed: "8c65856b86114ea880154fd0b7ff5281"
    case .objectChanged: "c626430f02f7440192c29962ffa311c3"
    case .adminAction: "fa01207becab4d1eb810637c6b42b7cb"
    case .adminRefused: "3bafbc8849d44f32b7b4648f7ecf104c"
    case .entriesHeldBack: "fd8b1365e1f9443db1b865ba475c9527"
    case .serviceFailed: "b88c66279b5d48ed876a52ac1e33141a"
    case .breakGlass: "152f1bf4f6ee47ecb52fa23eaa380899"
    case .incidentOpened: "039ad244ce494badbc6f693e54d2f998"
    case .incidentWorsened: "e4976a07679e4565a3b686de4aeb6101"
    case .incidentFlapping: "09154b17c5fd498693683e96bb7ba4c6"
    case .incidentReminder: "cff5633606d247ecb59ce473d22bda10"
    case .incidentEnded: "4278da7896e44fc38eac5cabf06f9748"
    case .silenceBegun: "fbe5deb2ac48474386fd72b4357ccfcf"
    case .silenceEnded: "dbf852e4465e491a818a6dc5b67156ae"
    case .alertFailing: "27463aaba48ac37dc3aff697a8401300"
    case .alertRecovered: "cac9dec698c9c3dcd8f894ed29d4ebb8"
    case .alertDropped: "27687217185aab6223236bada6380779"
    case .slept: "d378430d185e4ef9929ef6bf4d75ad1f"
    case .resumed: "3e399c20c5844facbfd86e93df25c0cb"
    }
  }
}
