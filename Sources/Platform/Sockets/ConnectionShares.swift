/// Limits the number of open connections per owner. Pure.
///
/// An owner may open as many connections as are still free, up to `perOwner`. One owner gets at most half of `total`,
/// two owners get a third each, and so on. With many owners, each may still open `least` connections until `total` is
/// reached; then a further owner has to wait, unless it is privileged.
package struct ConnectionShares<Owner: Hashable & Sendable>: Sendable {
  package let perOwner: Int
  package let total: Int
  private let least: Int
  private var open: [Owner: Int] = [:]
  package private(set) var all = 0

  package init(perOwner: Int, total: Int, least: Int = 16) {
    self.perOwner = perOwner
    self.total = total
    self.least = min(least, perOwner)
  }

  package func count(of owner: Owner) -> Int { open[owner] ?? 0 }

  /// Returns true if the connection is admitted. It counts until `release` is called.
  ///
  /// - Parameter isPrivileged: the total limit does not apply to this owner, but its own limit does.
  package mutating func admit(_ owner: Owner, isPrivileged: Bool) -> Bool {
    let count = count(of: owner)
    let free = total - all
    let room = isPrivileged ? perOwner : free > 0 ? min(perOwner, max(free, least)) : 0
    guard count < room else { return false }
    open[owner] = count + 1
    all += 1
    return true
  }

  package mutating func release(_ owner: Owner) {
    all -= 1
    let left = count(of: owner) - 1
    open[owner] = left > 0 ? left : nil
  }
}
