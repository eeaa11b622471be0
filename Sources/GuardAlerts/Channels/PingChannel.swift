internal import GuardConfiguration
internal import Health
internal import IncidentTracking

/// A dead man's switch like healthchecks.io: sends a ping at every interval while no incident fires, and
/// `/fail` otherwise. If the machine is off, the pings stop, and the service raises the alarm.
struct PingChannel: DeliveryChannel {
  let sender: HTTPSender
  let interval: Duration

  var description: String { sender.description }
  var hearsNotices: Bool { false }
  var renewsEvery: Duration? { interval }

  /// A ping reports only the current state.
  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {}

  func renew(_ firing: [Incident], at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError) {
    let address = try sender.address()
    let worst = firing.sorted { $0.severity == .critical && $1.severity != .critical }.prefix(20)
    let words =
      firing.isEmpty
      ? "no incident is firing\n"
      : worst.map { "\($0.severity.rawValue) \($0.cluster) \($0.title.escaped)\n" }.joined()
        + (firing.count > worst.count ? "and \(firing.count - worst.count) more\n" : "")
    try sender.post(
      Array(words.utf8), type: "text/plain; charset=utf-8",
      to: firing.isEmpty ? address : address.appending("/fail"), isCancelled: isCancelled)
  }
}
