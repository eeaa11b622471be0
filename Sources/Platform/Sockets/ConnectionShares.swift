/// How many connections each owner may have open. Pure.
///
/// An owner may have as many as are still free, up to `perOwner`: one owner alone gets half of `total` at most, two get
/// a third each, and there is always room for one more who comes. What many owners together leave is never less than
/// `least` for each, as long as there is any room.
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

  /// True: it counts from now on, until `release`.
  ///
  /// - Parameter isPrivileged: the others together must not keep it out; its own share limits it all the same.
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
