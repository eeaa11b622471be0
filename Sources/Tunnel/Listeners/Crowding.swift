internal import Platform

/// Owners whose connections were turned away at a port of late, because they have as many open as they may have. Pure.
struct Crowding {
  typealias Instant = MonotonicTime

  /// Connections that come now and then are one crowd.
  static let memory: Duration = .seconds(60)
  /// More owners than anybody reads about.
  private static let mostOwners = 16

  private var crowds: [ClientOwner: (open: Int, last: Instant)] = [:]

  /// - Parameter open: connections that the owner has open.
  /// - Returns: true where that is news.
  mutating func refuse(_ owner: ClientOwner, open: Int, now: Instant) -> Bool {
    if let known = crowds[owner] {
      crowds[owner] = (known.open, now)
      return false
    }
    guard crowds.count < Crowding.mostOwners else { return false }
    crowds[owner] = (open, now)
    return true
  }

  /// Forgets those that were turned away long ago; true where that is news.
  mutating func expire(_ now: Instant) -> Bool {
    let before = crowds.count
    crowds = crowds.filter { now - $0.value.last < Crowding.memory }
    return crowds.count < before
  }

  /// When the next one is to be forgotten.
  var due: Instant? { crowds.values.map(\.last).min().map { $0 + Crowding.memory } }

  /// The largest first.
  var list: [TunnelStatus.Crowd] {
    crowds.map { TunnelStatus.Crowd(owner: $0.key, openConnections: $0.value.open) }
      .sorted { ($1.openConnections, "\($0.owner)") < ($0.openConnections, "\($1.owner)") }
  }
}
