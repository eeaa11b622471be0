internal import Platform

/// The owners whose connections a port refused recently because they reached their limit. Pure.
struct LimitedOwners {
  typealias Instant = MonotonicTime

  /// Refusals within this time belong together.
  static let memory: Duration = .seconds(60)
  /// The maximum number of owners in the status.
  private static let maxOwners = 16

  private var limitedOwners: [ClientOwner: (open: Int, last: Instant)] = [:]

  /// - Parameter open: the number of connections that the owner has open.
  /// - Returns: true if the list changed.
  mutating func refuse(_ owner: ClientOwner, open: Int, now: Instant) -> Bool {
    // The refusal of a connection that its client has closed is not a problem, because no client waits for it.
    guard owner != .departed else { return false }
    if let known = limitedOwners[owner] {
      limitedOwners[owner] = (known.open, now)
      return false
    }
    guard limitedOwners.count < LimitedOwners.maxOwners else { return false }
    limitedOwners[owner] = (open, now)
    return true
  }

  /// Removes owners that were refused long ago; true if the list changed.
  mutating func expire(_ now: Instant) -> Bool {
    let before = limitedOwners.count
    limitedOwners = limitedOwners.filter { now - $0.value.last < LimitedOwners.memory }
    return limitedOwners.count < before
  }

  /// The time at which the next owner is removed.
  var due: Instant? { limitedOwners.values.map(\.last).min().map { $0 + LimitedOwners.memory } }

  /// The owner with the most connections comes first.
  var list: [TunnelStatus.LimitedOwner] {
    limitedOwners.map { TunnelStatus.LimitedOwner(owner: $0.key, openConnections: $0.value.open) }
      .sorted { ($1.openConnections, "\($0.owner)") < ($0.openConnections, "\($1.owner)") }
  }
}
