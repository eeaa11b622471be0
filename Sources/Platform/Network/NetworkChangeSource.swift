// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency package import Dispatch
internal import Synchronization

/// Reports network changes on a Dispatch queue: the first at once, later ones at most once per second.
package final class NetworkChangeSource: Sendable {
  private struct State: ~Copyable {
    var watch: NetworkMonitor
    var limiter = RateLimiter(interval: .seconds(1))
  }

  /// Keeps the descriptor open until the source has been cancelled.
  private final class Owner: Sendable {
    let state: Mutex<State>
    init(_ watch: consuming sending NetworkMonitor) { self.state = Mutex(State(watch: watch)) }
  }

  private let source: any DispatchSourceRead

  /// - Parameter handler: runs on `queue`.
  /// - Throws: `SystemError` if the process may not open an AF_NETLINK socket.
  package init(on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) throws(SystemError) {
    let watch = try NetworkMonitor()
    let raw = watch.raw
    let owner = Owner(watch)
    self.source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: queue)
    source.setEventHandler {
      let answer = owner.state.withLock { state in
        state.watch.collect().isEmpty ? .folded : state.limiter.record(now: .now)
      }
      switch answer {
      case .folded: break
      case .now: handler()
      case .later(let instant):
        queue.asyncAfter(deadline: .now() + DispatchTimeInterval(max(.zero, instant - .now))) {
          owner.state.withLock { $0.limiter.due(now: .now) }
          handler()
        }
      }
    }
    source.setCancelHandler { withExtendedLifetime(owner) {} }
    source.activate()
  }

  deinit { source.cancel() }
}
