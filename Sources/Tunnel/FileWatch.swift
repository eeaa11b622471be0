internal import Platform

/// Files whose change is worth an attempt at once, looked at while the tunnel is blocked.
struct FileWatch {
  static let interval: Duration = .seconds(2)

  private let stamps: [String: SmallFile.Stamp]
  private(set) var next: SuspendingClock.Instant

  init(_ files: [String], now: SuspendingClock.Instant) {
    self.stamps = Dictionary(files.map { ($0, SmallFile.Stamp(of: $0)) }) { first, _ in first }
    self.next = now + FileWatch.interval
  }

  /// True when one of the files is not what it was.
  mutating func hasChanged(now: SuspendingClock.Instant) -> Bool {
    next = now + FileWatch.interval
    return stamps.contains { SmallFile.Stamp(of: $0.key) != $0.value }
  }
}
