internal import Health
internal import IncidentTracking

/// A means to notify people. The functions block until the outcome of a message is known.
protocol DeliveryChannel: Sendable {
  /// Contains no secret: `webhook https://alerts.example.org`
  var description: String { get }
  /// False if the channel sends renewals only.
  var hearsNotices: Bool { get }
  /// True for channels that people read: many notices become one message that lists the first few and counts
  /// the rest. False for programs, which get all of them.
  var countsFloods: Bool { get }
  /// The interval at which all firing incidents are sent again; nil if never.
  var renewsEvery: Duration? { get }

  /// - Parameter isCancelled: polled ten times per second; true ends the attempt.
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
