/// When and how much a channel sends, and when it gives up.
struct DeliveryPolicy: Hashable, Sendable {
  /// The first pause after a failure; each one after it is twice as long.
  var firstPause: Duration = .seconds(1)
  var longestPause: Duration = .seconds(300)
  /// The most that a server's Retry-After counts.
  var longestRetryAfter: Duration = .seconds(900)
  /// After a refusal that only a person can mend.
  var refusedPause: Duration = .seconds(900)
  /// At most, after a message that was dropped because it is never taken: those behind it may be.
  var unfitPause: Duration = .seconds(10)
  /// Then what was refused all the time is dropped.
  var refusedFor: Duration = .seconds(86_400)
  /// So many failures in a row, over so long, make a channel a problem.
  var failsAt = 3
  var failsAfter: Duration = .seconds(30)
  /// News in one message.
  var batch = 100
  /// Of more than that, the message lists so many and counts the rest.
  var listedOfMany = 20
  /// Incidents that wait at a channel.
  var mostWaiting = 10_000
  /// Bytes of them in the spool; before one is dropped, all details are cut.
  var mostBytes = 16 << 20
  /// A set of firing incidents that nobody confirmed for so long says nothing.
  var believedFor: Duration = .seconds(900)
}
