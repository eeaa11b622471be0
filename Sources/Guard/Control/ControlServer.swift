internal import GuardAPI
internal import GuardAlerts
internal import GuardIncidents
internal import GuardMetrics
internal import GuardStatus
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Platform

/// The control socket: HTTP/1.1 over a Unix stream socket, on one event loop of its own.
///
/// Everything a handler touches belongs to that loop; what it serves comes from the status board.
final class ControlServer: Sendable {
  enum Socket: Sendable {
    case path(String)
    /// A listening socket of the service manager.
    case adopted(Int32)
  }

  /// What the guard does for a client that may write.
  struct Actions: Sendable {
    /// False: there is no such cluster.
    let reconnect: @Sendable (_ cluster: String?) -> Bool
    let poll: @Sendable (_ cluster: String?) -> Bool
    /// `done` is called once, on any thread.
    let reload: @Sendable (_ done: @escaping @Sendable (ReloadOutcome) -> Void) -> Void
    /// `done` is called once, on any thread; with nil where too many ask at once.
    let history: @Sendable (HistoryQuery, _ done: @escaping @Sendable (HistoryDocument?) -> Void) -> Void
    let metrics: @Sendable () -> [MetricFamily]
    let roundTrips: @Sendable () -> RoundTripsDocument
    let incidents: @Sendable () -> IncidentsDocument
    let silence: @Sendable (SilenceRequest, PeerCredentials) -> SilenceOutcome
    /// False: there is no such silence.
    let endSilence: @Sendable (_ id: String, PeerCredentials) -> Bool
    let alerts: @Sendable () -> AlertsDocument
    /// `done` is called once, on any thread.
    let testAlert:
      @Sendable (_ channel: String, _ done: @escaping @Sendable (AlertDelivery.TestOutcome) -> Void) -> Void
    /// Logs a change that somebody is about to make by hand. False: there is no such cluster.
    let breakGlass: @Sendable (BreakGlass, PeerCredentials) -> Bool
    /// Told of every write, allowed or not.
    let audit: @Sendable (_ action: String, _ peer: PeerCredentials, _ allowed: Bool) -> Void
  }

  private let group: MultiThreadedEventLoopGroup
  private let listener: any Channel
  private let path: String?
  private let identity: ControlSocket.Identity?
  private let watchers: Watchers

  /// Binds and listens; requests are answered from now on.
  ///
  /// - Throws: `ControlSocket.Failure`, or NIO's error when the socket can't listen.
  init(
    _ socket: Socket, board: StatusBoard, actions: Actions, quota: ConnectionQuota = ConnectionQuota()
  ) throws {
    let raw: Int32
    switch socket {
    case .path(let path):
      raw = try ControlSocket.bind(path: path, group: "oceanid")
      self.path = path
      self.identity = ControlSocket.Identity(of: path)
    case .adopted(let descriptor):
      raw = descriptor
      self.path = nil
      self.identity = nil
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let ledger = ConnectionGate.Ledger(quota)
    let prepared = PreparedStatus(board: board)
    let watchers = Watchers(board: board, prepared: prepared, loop: group.next())
    self.group = group
    self.watchers = watchers
    self.listener = try ServerBootstrap(group: group)
      // Some hundred watchers may come at once, as after a restart.
      .serverChannelOption(.backlog, value: 1024)
      // Who lets more than this lie is dropped at the next line or request; a document is smaller.
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20))
      // Who has said everything may still wait for the answer (nc -N, socat).
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(ConnectionGate(ledger))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: false)
          try pipeline.addHandler(
            ControlHandler(board: board, prepared: prepared, actions: actions, watchers: watchers))
        }
      }
      .withBoundSocket(raw).wait()
    watchers.start()
  }

  /// False when the socket's file is gone or another's: nobody can find this server any more.
  var isReachable: Bool { path.map { ControlSocket.Identity(of: $0) == identity } ?? true }

  /// Runs `body` on the event loop: an answer proves that the loop turns.
  func ping(_ body: @escaping @Sendable () -> Void) { group.next().execute(body) }

  /// Stops listening, removes the socket's file where it is ours, and closes what is open.
  func stop() {
    if let path { ControlSocket.remove(path: path, identity) }
    try? listener.close().wait()
    watchers.stop()
    try? group.syncShutdownGracefully()
  }
}
