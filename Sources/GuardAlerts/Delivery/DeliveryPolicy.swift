/// The limits of a channel: message sizes, retries and pauses.
struct DeliveryPolicy: Hashable, Sendable {
  /// The first pause after a failure; each further one is twice as long.
  var firstPause: Duration = .seconds(1)
  var longestPause: Duration = .seconds(300)
  /// The limit for a server's Retry-After.
  var longestRetryAfter: Duration = .seconds(900)
  /// The pause after a refusal that only a person can resolve.
  var refusedPause: Duration = .seconds(900)
  /// The longest pause after a message was dropped because the server will never accept it. The next ones may
  /// be accepted.
  var unfitPause: Duration = .seconds(10)
  /// If a server refuses messages for this long, further refused messages are dropped.
  var refusedFor: Duration = .seconds(86_400)
  /// This many failures in a row, over this long, are reported as a problem.
  var failsAt = 3
  var failsAfter: Duration = .seconds(30)
  /// The limit of notices in one message.
  var batch = 100
  /// If there are more, the message lists this many and counts the rest.
  var listedOfMany = 20
  /// The limit of incidents with a pending notice.
  var maxPending = 10_000
  /// The limit of their bytes in the spool. Details are shortened before notices are dropped.
  var maxBytes = 16 << 20
  /// A list of firing incidents that was not refreshed for this long is no longer valid.
  var believedFor: Duration = .seconds(900)
}
