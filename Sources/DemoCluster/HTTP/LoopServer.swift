package import NIOCore
internal import NIOPosix
internal import Synchronization

/// Listeners on loopback whose connections share one mutable state, which one event loop on one thread owns.
///
/// All methods may be called from any thread and wait for that loop.
package final class LoopServer<State>: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let state: NIOLoopBoundBox<State>
  private let isStopped = Mutex(false)

  package init(_ state: sending State) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    self.state = NIOLoopBoundBox.makeBoxSendingValue(state, eventLoop: group.next())
  }

  deinit { stop() }

  /// Closes every connection and frees the ports. Further calls have no effect.
  package func stop() {
    let isFirst = isStopped.withLock { isStopped in
      defer { isStopped = true }
      return !isStopped
    }
    if isFirst { try? group.syncShutdownGracefully() }
  }

  /// Returns nil after the server was stopped.
  @discardableResult
  package func withState<Result: Sendable>(
    _ body: @escaping @Sendable (inout State) -> Result
  ) -> Result? {
    guard !isStopped.withLock({ $0 }) else { return nil }
    let state = state
    return try? group.next().submit { body(&state.value) }.wait()
  }

  /// Listens on 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: 0 selects a free port.
  ///   - accept: prepares a connection, on its event loop.
  /// - Returns: the port.
  package func listen(
    on port: Int = 0,
    _ accept: @escaping @Sendable (any Channel, NIOLoopBoundBox<State>) -> EventLoopFuture<Void>
  ) throws(DemoError) -> Int {
    let state = state
    do {
      let listener = try ServerBootstrap(group: group)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelOption(.backlog, value: 256)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { accept($0, state) }
        .bind(host: "127.0.0.1", port: port).wait()
      guard let bound = listener.localAddress?.port else {
        throw DemoError.listen("the listener has no port")
      }
      return bound
    } catch let error as DemoError {
      throw error
    } catch {
      throw .listen("127.0.0.1:\(port) can't listen: \(error)")
    }
  }
}
