internal import Platform

/// Waits for readiness and hands it to whoever watches the descriptor. Belongs to one thread.
final class Loop {
  typealias Instant = SuspendingClock.Instant
  typealias Watcher = (Epoll.Readiness) -> Void

  /// A thread that turns later than this after its deadline was stopped or starved meanwhile.
  static let lateness: Duration = .seconds(2)

  private let epoll: Epoll
  private var watchers: [UInt64: Watcher] = [:]
  private var lastToken: UInt64 = 0
  /// One buffer for every read of the thread.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

  init() throws(SystemError) {
    self.epoll = try Epoll()
  }

  deinit {
    scratch.deallocate()
  }

  /// Tells `watcher` of every edge of `socket`, and of what is ready now, until the watch that is returned goes.
  func watch(_ socket: Socket, _ watcher: @escaping Watcher) throws(SystemError) -> Watch {
    Watch(token: try watch(socket.raw, watcher), loop: self)
  }

  /// The same for a descriptor that outlives the loop.
  @discardableResult
  func watch(_ raw: Int32, _ watcher: @escaping Watcher) throws(SystemError) -> UInt64 {
    lastToken += 1
    try epoll.add(raw, token: lastToken)
    watchers[lastToken] = watcher
    return lastToken
  }

  fileprivate func forget(_ token: UInt64) { watchers[token] = nil }

  /// Waits until something is ready or `deadline` has come (nil: for ever), and tells the watchers.
  ///
  /// - Returns: true when the thread slept far past its deadline: timers of before say nothing about the peer.
  func wait(until deadline: Instant?) -> Bool {
    let before = SuspendingClock.now
    var events: [Epoll.Event] = []
    do throws(SystemError) {
      try epoll.wait(timeout: deadline.map { $0 - before }) { events.append($0) }
    } catch {
      // EBADF or EINVAL would be a fault of our own: nothing could work from here on.
      preconditionFailure("\(error)")
    }
    let isLate = deadline.map { SuspendingClock.now - max($0, before) > Loop.lateness } ?? false
    for event in events { watchers[event.token]?(event.readiness) }
    return isLate
  }
}

/// A socket that a loop watches, for as long as this object lives. The kernel's part ends with the socket, or goes
/// over to the next watch of it.
final class Watch {
  private let token: UInt64
  private let loop: Loop

  fileprivate init(token: UInt64, loop: Loop) {
    self.token = token
    self.loop = loop
  }

  deinit {
    loop.forget(token)
  }
}
