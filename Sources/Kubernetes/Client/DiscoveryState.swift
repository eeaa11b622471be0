internal import Health

/// Discovery results that a client keeps between polls.
struct DiscoveryState: Sendable {
  private(set) var discovery: Discovery?
  private(set) var kinds: KnownKinds
  /// Time of the last complete discovery.
  private var readAt: ContinuousClock.Instant?

  init(kinds: KnownKinds) { self.kinds = kinds }

  /// True if the cached discovery need not be repeated.
  func isFresh(at now: ContinuousClock.Instant, lifetime: Duration) -> Bool {
    readAt.map { now - $0 < lifetime } ?? false
  }

  /// Stores the discovery result of a finished poll.
  mutating func update(with poll: Poll, at now: ContinuousClock.Instant) {
    kinds = poll.known
    if poll.isDiscoverySettled {
      discovery = poll.discovery
      readAt = now
    } else if poll.hasReadDiscovery || poll.isDiscoveryOutdated {
      readAt = nil
    }
  }
}
