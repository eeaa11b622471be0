internal import CLinux
internal import Dispatch
internal import Glibc

/// A thread with one owner, which can wait for its end with a timeout.
package final class JoinableThread: Sendable {
  private let ended = DispatchSemaphore(value: 0)

  private final class Start {
    let name: String
    let body: @Sendable () -> Void
    let ended: DispatchSemaphore
    init(_ name: String, _ body: @escaping @Sendable () -> Void, _ ended: DispatchSemaphore) {
      self.name = name
      self.body = body
      self.ended = ended
    }
  }

  /// Starts `body`. `ps -T` and core dumps show `name` (at most 15 bytes).
  package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    let start = Unmanaged.passRetained(Start(String(name.prefix(15)), body, ended))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        // The thread names itself: for other threads its handle may already be invalid, because it is detached.
        oceanid_name_thread(pthread_self(), start.name)
        start.body()
        start.ended.signal()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemError("pthread_create", code: code)
    }
  }

  /// Checks that this process may start that many threads more.
  package static func checkRoom(for count: Int) throws(SystemError) {
    let mayEnd = DispatchSemaphore(value: 0)
    var threads: [JoinableThread] = []
    defer {
      for _ in threads { mayEnd.signal() }
      for thread in threads { _ = thread.join(timeout: .seconds(1)) }
    }
    for _ in 0..<count { threads.append(try JoinableThread(name: "check") { mayEnd.wait() }) }
  }

  /// Waits for the end of the thread; false if `timeout` passes first.
  package func join(timeout: Duration) -> Bool {
    guard ended.wait(timeout: .now() + DispatchTimeInterval(timeout)) == .success else { return false }
    ended.signal()
    return true
  }
}
