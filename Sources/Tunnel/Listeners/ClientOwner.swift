/// Whose a local connection is.
package enum ClientOwner: Hashable, Sendable, CustomStringConvertible {
  /// The guard's own requests.
  case own
  /// A user of this machine.
  case user(UInt32)
  /// Another machine, by its IPv4 address or its IPv6 network.
  case host(String)
  /// A process of this machine that the kernel no longer knows, or does not tell of.
  case unknown

  /// `uid 1001`
  package var description: String {
    switch self {
    case .own: "the guard"
    case .user(let uid): "uid \(uid)"
    case .host(let address): address
    case .unknown: "a local process whose user is not known"
    }
  }
}

/// What belongs to somebody.
protocol Owned {
  var owner: ClientOwner { get }
}
