internal import GuardAPI
internal import GuardAlerts
internal import GuardIncidents
internal import GuardMetrics
package import GuardStatus
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Platform

/// The control socket: HTTP/1.1 over a Unix stream socket, with its own event loop.
///
/// Handlers run on that loop only. They serve the content of the status board.
package final class ControlServer: Sendable {
  /// The listening socket.
  package enum Socket: Sendable {
    case path(String)
    /// A listening socket of the service manager.
    case adopted(Int32)
  }

  private let group: MultiThreadedEventLoopGroup
  private let listener: any Channel
  private let path: String?
  private let identity: ControlSocket.Identity?
  private let watchers: Watchers

  /// Binds the socket and starts to answer requests.
  ///
  /// - Throws: `ControlSocket.Failure`, or NIO's error if the socket can't listen.
  package init(
    _ socket: Socket, board: StatusBoard, actions: Actions, quota: ConnectionQuota = ConnectionQuota()
  ) throws {
    let raw: Int32
    let backlog: Int32
    switch socket {
    case .path(let path):
      raw = try ControlSocket.bind(path: path, group: "oceanid")
      self.path = path
      self.identity = ControlSocket.Identity(of: path)
      backlog = ControlSocket.backlog
    case .adopted(let descriptor):
      raw = descriptor
      backlog = ControlSocket.backlog(of: descriptor) ?? ControlSocket.backlog
      self.path = nil
      self.identity = nil
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let ledger = ConnectionGate.Ledger(quota)
    let prepared = PreparedStatus(board: board)
    let watchers = Watchers(board: board, prepared: prepared, loop: group.next())
    self.group = group
    self.watchers = watchers
    let turns = RequestTurns(loop: group.next())
    self.listener = try ServerBootstrap(group: group)
      // A round of the loop may read from each open connection. It accepts as many in the same round, so that
      // one user's connections do not fill the backlog.
      .serverChannelOption(.maxMessagesPerRead, value: 256)
      // A round reads once from each connection, and so little that the parsed requests of a client that pipelines
      // need little memory.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
      // A watcher with more unread bytes than this is dropped at the next line. Documents are smaller.
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20))
      // A client that closed its sending side may still wait for the response (nc -N, socat).
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(ConnectionGate(ledger))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: false)
          try pipeline.addHandler(
            ControlHandler(
              board: board, prepared: prepared, actions: actions, watchers: watchers, turns: turns))
        }
      }
      .withBoundSocket(raw).wait()
    // NIO listens on a bound socket with a backlog of 128, even if it had a larger one.
    try ControlSocket.listen(raw, backlog: backlog)
    watchers.start()
  }

  /// False if the socket's file is gone or belongs to another server, so that clients can't reach this one.
  package var isReachable: Bool { path.map { ControlSocket.Identity(of: $0) == identity } ?? true }

  /// Runs `body` on the event loop, to prove that the loop is not blocked.
  package func ping(_ body: @escaping @Sendable () -> Void) { group.next().execute(body) }

  /// Stops listening, removes the socket's file if it is ours, and closes all connections.
  package func stop() {
    if let path { ControlSocket.remove(path: path, identity) }
    try? listener.close().wait()
    watchers.stop()
    try? group.syncShutdownGracefully()
  }
}
