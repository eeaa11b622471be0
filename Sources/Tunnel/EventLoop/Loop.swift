internal import Glibc
internal import Platform

/// Waits for readiness of descriptors and calls their watchers. Belongs to one thread.
final class Loop {
  typealias Instant = MonotonicTime
  typealias Watcher = (Epoll.Readiness) -> Void

  /// A period in which the thread did not run. Timers that expired in it say nothing about the peer.
  struct Gap {
    let length: TimeGap
    /// The last time known to be before the gap.
    let lastAwake: Instant
  }

  private let epoll: Epoll
  private var watchers: [UInt64: Watcher] = [:]
  private var lastToken: UInt64 = 0
  private var gaps = GapDetector(.now)
  /// One buffer for all reads of the thread.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

  init() throws(SystemError) {
    self.epoll = try Epoll()
  }

  deinit {
    scratch.deallocate()
  }

  /// Reports every edge of a descriptor and its current readiness to `watcher`, until the returned watch is released.
  ///
  /// - Parameter writing: false to report only edges of reading and errors, until `setReportsWriting(true)`.
  func watch(_ raw: Int32, writing: Bool = true, _ watcher: @escaping Watcher) throws(SystemError) -> Watch {
    lastToken += 1
    try epoll.add(raw, token: lastToken, writing: writing)
    watchers[lastToken] = watcher
    return Watch(raw, token: lastToken, loop: self, reportsWriting: writing)
  }

  fileprivate func change(_ raw: Int32, _ token: UInt64, writing: Bool) throws(SystemError) {
    try epoll.change(raw, token: token, writing: writing)
  }

  fileprivate func remove(_ token: UInt64) { watchers[token] = nil }

  /// Suspends the thread, so that the events of this time wake it once.
  func pause(microseconds: UInt32) { usleep(microseconds) }

  /// Waits until a descriptor is ready or `deadline` has come (nil: without limit), and calls the watchers.
  func wait(until deadline: Instant?) -> Gap? {
    var events: [Epoll.Event] = []
    do throws(SystemError) {
      try epoll.wait(timeout: deadline.map { $0 - MonotonicTime.now }) { events.append($0) }
    } catch {
      // EBADF or EINVAL is a programming error, and the loop cannot continue.
      preconditionFailure("\(error)")
    }
    let lastAwake = gaps.last.awake
    let gap = gaps.gap(at: .now, deadline: deadline)
    for event in events { watchers[event.token]?(event.readiness) }
    return gap.map { Gap(length: $0, lastAwake: lastAwake) }
  }
}

extension MonotonicTime? {
  /// Sets this to the earlier of the two times; nil means never.
  mutating func lower(to other: MonotonicTime?) {
    guard let other else { return }
    self = self.map { min($0, other) } ?? other
  }
}

/// A descriptor that a loop watches while this object exists. The kernel stops watching it when the descriptor is
/// closed or watched again.
final class Watch {
  private let raw: Int32
  private let token: UInt64
  private let loop: Loop
  /// True if edges of writing are reported.
  private(set) var reportsWriting: Bool

  fileprivate init(_ raw: Int32, token: UInt64, loop: Loop, reportsWriting: Bool) {
    self.raw = raw
    self.token = token
    self.loop = loop
    self.reportsWriting = reportsWriting
  }

  /// Starts or ends reports of writing. If the descriptor is writable when they start, that is reported.
  func setReportsWriting(_ isWanted: Bool) throws(SystemError) {
    guard isWanted != reportsWriting else { return }
    try loop.change(raw, token, writing: isWanted)
    reportsWriting = isWanted
  }

  deinit {
    loop.remove(token)
  }
}

/// The readiness of a socket, kept until a read or write shows otherwise: edge-triggered epoll reports it once.
struct Readiness {
  var canRead = true
  var canWrite = true
  /// The end of the stream is pending, so a short read does not mean that no more data follows.
  private var isEnding = false

  mutating func record(_ edge: Epoll.Readiness) {
    if edge.wakesReader { canRead = true }
    if edge.wakesWriter { canWrite = true }
    if edge.endsReading { isEnding = true }
  }

  /// Records a read of `count` bytes into a buffer of `room` bytes. A short read means that the socket is empty, and
  /// the next edge reports new data (epoll(7), Questions and answers 9). After a large read more data has probably
  /// arrived, so the next read is tried at once.
  mutating func recordRead(_ count: Int, room: Int) {
    if count < min(room, Readiness.bulk), !isEnding { canRead = false }
  }

  private static let bulk = 16 << 10
}
