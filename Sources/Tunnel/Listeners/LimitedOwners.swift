internal import Platform

/// Owners whose connections a port refused recently, because they reached their limit. Pure.
struct LimitedOwners {
  typealias Instant = MonotonicTime

  /// Refusals within this time belong together.
  static let memory: Duration = .seconds(60)
  /// The most owners that the status lists.
  private static let mostOwners = 16

  private var limitedOwners: [ClientOwner: (open: Int, last: Instant)] = [:]

  /// - Parameter open: connections that the owner has open.
  /// - Returns: true when that changed the list.
  mutating func refuse(_ owner: ClientOwner, open: Int, now: Instant) -> Bool {
    if let known = limitedOwners[owner] {
      limitedOwners[owner] = (known.open, now)
      return false
    }
    guard limitedOwners.count < LimitedOwners.mostOwners else { return false }
    limitedOwners[owner] = (open, now)
    return true
  }

  /// Drops owners that were refused long ago; true when that changed the list.
  mutating func expire(_ now: Instant) -> Bool {
    let before = limitedOwners.count
    limitedOwners = limitedOwners.filter { now - $0.value.last < LimitedOwners.memory }
    return limitedOwners.count < before
  }

  /// When the next one is to be forgotten.
  var due: Instant? { limitedOwners.values.map(\.last).min().map { $0 + LimitedOwners.memory } }

  /// The largest first.
  var list: [TunnelStatus.LimitedOwner] {
    limitedOwners.map { TunnelStatus.LimitedOwner(owner: $0.key, openConnections: $0.value.open) }
      .sorted { ($1.openConnections, "\($0.owner)") < ($0.openConnections, "\($1.owner)") }
  }
}
