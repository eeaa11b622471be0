internal import Health

/// One way to tell people. Its functions block until it is known what became of the message.
protocol DeliveryChannel: Sendable {
  /// What may be shown of it: `webhook https://alerts.example.org`
  var description: String { get }
  /// False: its renewals are all that it says.
  var hearsNotices: Bool { get }
  /// People read it: a flood is one message that lists the first few and counts the rest. False: a program wants all.
  var countsFloods: Bool { get }
  /// How often the whole set of what is firing is told again; nil: never.
  var renewsEvery: Duration? { get }

  /// - Parameter isCancelled: asked ten times a second; the message is given up then.
  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError)

  func renew(_ firing: [Incident], at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError)
}

extension DeliveryChannel {
  var hearsNotices: Bool { true }
  var countsFloods: Bool { true }
  var renewsEvery: Duration? { nil }

  func renew(_ firing: [Incident], at now: Timestamp, isCancelled: () -> Bool) throws(DeliveryError) {}
}
