// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency package import Dispatch
internal import Synchronization

/// Reports network changes on a Dispatch queue: the first of each kind at once, later ones at a limited rate.
package final class NetworkChangeSource: Sendable {
  private struct State: ~Copyable {
    var watch: NetworkMonitor
    /// A new path causes attempts to connect, of which a flapping interface must not cause many.
    var paths = RateLimiter(interval: .seconds(1))
    /// A removed address causes a look at the machine's addresses.
    var removals = RateLimiter(interval: .milliseconds(100))

    mutating func limit<Result>(
      _ change: NetworkChange, _ body: (inout RateLimiter) -> Result
    ) -> Result {
      switch change {
      case .pathAdded: body(&paths)
      case .addressRemoved: body(&removals)
      }
    }
  }

  /// Keeps the descriptor open until the source has been cancelled.
  private final class Owner: Sendable {
    let state: Mutex<State>
    init(_ watch: consuming sending NetworkMonitor) { self.state = Mutex(State(watch: watch)) }
  }

  private let source: any DispatchSourceRead

  /// - Parameter handler: runs on `queue`.
  /// - Throws: `SystemError` if the process may not open an AF_NETLINK socket.
  package init(
    on queue: DispatchQueue, _ handler: @escaping @Sendable (NetworkChange) -> Void
  ) throws(SystemError) {
    let watch = try NetworkMonitor()
    let raw = watch.raw
    let owner = Owner(watch)
    self.source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: queue)
    source.setEventHandler {
      let decisions = owner.state.withLock { state in
        NetworkChange.reported(by: state.watch.collect()).map { change in
          (change, state.limit(change) { $0.record(now: .now) })
        }
      }
      for (change, decision) in decisions {
        switch decision {
        case .folded: break
        case .now: handler(change)
        case .later(let instant):
          queue.asyncAfter(deadline: .now() + DispatchTimeInterval(max(.zero, instant - .now))) {
            owner.state.withLock { state in state.limit(change) { $0.due(now: .now) } }
            handler(change)
          }
        }
      }
    }
    source.setCancelHandler { withExtendedLifetime(owner) {} }
    source.activate()
  }

  deinit { source.cancel() }
}
