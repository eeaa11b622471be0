internal import Health

/// What a client knows of its server's kinds from one poll to the next.
struct DiscoveryState: Sendable {
  private(set) var discovery: Discovery?
  private(set) var kinds: KnownKinds
  /// When the server was last asked, and everything that it said could be believed.
  private var askedAt: ContinuousClock.Instant?

  init(kinds: KnownKinds) { self.kinds = kinds }

  /// What is known need not be asked again.
  func isFresh(at now: ContinuousClock.Instant, lifetime: Duration) -> Bool {
    askedAt.map { now - $0 < lifetime } ?? false
  }

  /// Takes in what a poll found out, once all of its answers are there.
  mutating func take(_ poll: Poll, at now: ContinuousClock.Instant) {
    kinds = poll.known
    if poll.isDiscoverySettled {
      discovery = poll.discovery
      askedAt = now
    } else if poll.hasLooked || poll.isDiscoveryOutdated {
      askedAt = nil
    }
  }
}
