internal import Platform

/// Which address to try when (RFC 8305, Happy Eyeballs): families in turn, a quarter of a second apart, and the next
/// at once where one failed. Pure: outcomes and the time go in.
struct AddressRace {
  /// RFC 8305 §5, Connection Attempt Delay.
  static let delay: Duration = .milliseconds(250)

  /// In the order they are tried.
  let addresses: [SocketAddress]
  private var started = 0
  private var failed = 0
  private var next: MonotonicTime

  /// - Parameter addresses: in getaddrinfo(3)'s order, which is that of RFC 6724.
  init(_ addresses: [SocketAddress], now: MonotonicTime) {
    self.addresses = AddressRace.interleave(addresses)
    self.next = now
  }

  /// Every address was tried and none is left running.
  var isLost: Bool { failed == addresses.count }
  /// When `start` has something to say without an outcome; nil once all are under way.
  var nextStart: MonotonicTime? { started < addresses.count ? next : nil }

  /// The address to try now, if it is time for one.
  mutating func start(now: MonotonicTime) -> SocketAddress? {
    guard started < addresses.count, now >= next else { return nil }
    defer { started += 1 }
    next = now + AddressRace.delay
    return addresses[started]
  }

  /// One of those that were started failed.
  mutating func fail(now: MonotonicTime) {
    failed += 1
    next = now
  }

  /// RFC 8305 §4: the families alternate, beginning with that of the first address.
  private static func interleave(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard let family = addresses.first?.family else { return [] }
    let preferred = addresses.filter { $0.family == family }
    let others = addresses.filter { $0.family != family }
    var result: [SocketAddress] = []
    for index in 0..<max(preferred.count, others.count) {
      if index < preferred.count { result.append(preferred[index]) }
      if index < others.count { result.append(others[index]) }
    }
    return result
  }
}
