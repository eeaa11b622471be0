internal import CLinux
internal import Glibc

/// Wakes up an event loop from any thread (eventfd(2)).
package final class WakeupEvent: Sendable {
  private let descriptor: Descriptor

  package init() throws(SystemError) {
    let raw = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard raw >= 0 else { throw .last("eventfd") }
    self.descriptor = Descriptor(owning: raw)
  }

  package var raw: Int32 { descriptor.raw }

  package func signal() {
    // EAGAIN means that the counter is full, so the event is already signaled.
    _ = eventfd_write(descriptor.raw, 1)
  }

  /// Waits until it is signaled; false if that takes longer than `timeout`. Unlike the wait for a semaphore of Dispatch,
  /// it does not depend on the wall clock.
  package func wait(timeout: Duration) -> Bool {
    let deadline = MonotonicTime.now + timeout
    while true {
      var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
      let count = poll(&entry, 1, Epoll.milliseconds(max(.zero, deadline - MonotonicTime.now)))
      if count >= 0 || errno != EINTR { return count > 0 }
    }
  }

  package func clear() {
    var count: eventfd_t = 0
    _ = eventfd_read(descriptor.raw, &count)
  }
}
