/// When and how much a channel sends, and when it gives up.
struct DeliveryPolicy: Hashable, Sendable {
  /// The first pause after a failure; each one after it is twice as long.
  var firstPause: Duration = .seconds(1)
  var longestPause: Duration = .seconds(300)
  /// The most that a server's Retry-After counts.
  var longestRetryAfter: Duration = .seconds(900)
  /// The pause after a refusal that only a person can resolve.
  var refusedPause: Duration = .seconds(900)
  /// At most, after a message that was dropped because it is never taken: those behind it may be.
  var unfitPause: Duration = .seconds(10)
  /// Notices that were refused for this long are dropped.
  var refusedFor: Duration = .seconds(86_400)
  /// This many failures in a row, over this long, are reported as a problem.
  var failsAt = 3
  var failsAfter: Duration = .seconds(30)
  /// Notices in one message.
  var batch = 100
  /// Of more than that, the message lists so many and counts the rest.
  var listedOfMany = 20
  /// Incidents that wait at a channel.
  var mostWaiting = 10_000
  /// Bytes of them in the spool; before one is dropped, all details are cut.
  var mostBytes = 16 << 20
  /// A list of firing incidents that was not confirmed for this long is no longer valid.
  var believedFor: Duration = .seconds(900)
}
