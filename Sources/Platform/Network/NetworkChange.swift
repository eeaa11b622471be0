/// A change of the machine's network, as `NetworkChangeSource` reports it.
package enum NetworkChange: Hashable, Sendable {
  /// An address, a route or a link was added, so a host may be reachable again or over another path.
  case pathAdded
  /// An address was removed, which ends the connections that were made from it.
  case addressRemoved

  /// The changes that messages of these kinds report. After lost messages, each change is possible.
  static func reported(by kinds: NetworkChanges.Kinds) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    if !kinds.isDisjoint(with: [.addressRemoved, .overrun]) { changes.append(.addressRemoved) }
    if !kinds.isDisjoint(with: [.address, .route, .link, .overrun]) { changes.append(.pathAdded) }
    return changes
  }
}
