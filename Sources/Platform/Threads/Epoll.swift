internal import CLinux
internal import Glibc

/// An edge-triggered epoll instance. It reports readiness once; the owner remembers it until EAGAIN.
package struct Epoll: ~Copyable {
  package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    package static let hangup = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
    /// The peer has closed its sending side.
    package static let ending = Readiness(rawValue: EPOLLRDHUP.rawValue)

    /// True if a read will return bytes, end of file or an error.
    package var wakesReader: Bool { contains(.readable) || endsReading }
    /// True if a read will return end of file or an error, after the remaining bytes.
    package var endsReading: Bool { !isDisjoint(with: [.hangup, .ending]) }
    /// True if a write will make progress or return an error.
    package var wakesWriter: Bool { contains(.writable) || !isDisjoint(with: .hangup) }
  }

  package struct Event: Sendable {
    package let token: UInt64
    package let readiness: Readiness
  }

  private let descriptor: Descriptor
  /// A buffer of `capacity` events. The pointer is never nil, because glibc 2.41 declares the parameter nonnull.
  private let buffer: UnsafeMutablePointer<epoll_event>
  private let capacity = 256

  package init() throws(SystemError) {
    let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard raw >= 0 else { throw .last("epoll_create1") }
    self.descriptor = Descriptor(owning: raw)
    self.buffer = .allocate(capacity: capacity)
  }

  deinit {
    buffer.deallocate()
  }

  /// Watches `descriptor`. Its events carry `token`, which replaces the token of an existing watch. Closing the
  /// descriptor ends the watch.
  ///
  /// - Parameter writing: false to watch for reading and errors only.
  package func add(_ descriptor: Int32, token: UInt64, writing: Bool = true) throws(SystemError) {
    var event = Epoll.event(token, writing)
    if epoll_ctl(self.descriptor.raw, EPOLL_CTL_ADD, descriptor, &event) == 0 { return }
    guard errno == EEXIST, epoll_ctl(self.descriptor.raw, EPOLL_CTL_MOD, descriptor, &event) == 0 else {
      throw .last("epoll_ctl")
    }
  }

  /// Changes whether an existing watch includes writing. The current readiness is reported again.
  package func change(_ descriptor: Int32, token: UInt64, writing: Bool) throws(SystemError) {
    var event = Epoll.event(token, writing)
    guard epoll_ctl(self.descriptor.raw, EPOLL_CTL_MOD, descriptor, &event) == 0 else {
      throw .last("epoll_ctl")
    }
  }

  private static func event(_ token: UInt64, _ writing: Bool) -> epoll_event {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    if writing { event.events |= EPOLLOUT.rawValue }
    event.data.u64 = token
    return event
  }

  /// Waits until a descriptor is ready or `timeout` has passed (nil: no timeout), and passes each event to `body`.
  package func wait(timeout: Duration?, _ body: (Event) -> Void) throws(SystemError) {
    let count = epoll_wait(descriptor.raw, buffer, Int32(capacity), Epoll.milliseconds(timeout))
    guard count >= 0 else {
      if errno == EINTR { return }
      throw .last("epoll_wait")
    }
    for event in UnsafeBufferPointer(start: buffer, count: Int(count)) {
      body(Event(token: event.data.u64, readiness: Readiness(rawValue: event.events)))
    }
  }

  /// The timeout for poll(2) and epoll_wait(2), at most a day; nil waits forever. It is rounded up, so that a loop with
  /// a deadline in half a millisecond sleeps instead of spinning.
  package static func milliseconds(_ timeout: Duration?) -> Int32 {
    guard let timeout else { return -1 }
    let (seconds, attoseconds) = timeout.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 86_400 else { return 86_400_000 }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
