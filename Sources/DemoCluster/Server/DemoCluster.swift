internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// How an expired client certificate, or one of another authority, is rejected.
package enum ClientRefusal: Sendable {
  /// 401 with a Status object, as the Kubernetes API server does: it accepts every certificate in the handshake.
  case answer
  /// A TLS alert: the certificate is verified against the demo's authority in the handshake.
  case handshake
}

/// The protocols that the server offers by ALPN (RFC 7301), in its order of preference.
package enum HTTPVersion: String, Sendable {
  case http2 = "h2"
  case http1 = "http/1.1"
}

/// A Kubernetes API server on loopback that serves the Oceanid cluster and simulates faults on request.
///
/// One event loop on one thread owns the mutable state. All methods may be called from any thread and wait for that
/// loop.
package final class DemoCluster: Sendable {
  package let certificates: Certificates
  package let port: Int

  private let group: MultiThreadedEventLoopGroup
  private let serverState: NIOLoopBoundBox<ServerState>
  private let isStopped = Mutex(false)

  /// Starts to serve on 127.0.0.1.
  ///
  /// - Parameter port: 0 selects a free port.
  package static func start(
    certificates: Certificates, port: Int = 0, presenting server: Certificates.Server = .valid,
    refusing refusal: ClientRefusal = .answer, speaking versions: [HTTPVersion] = [.http2, .http1],
    with extra: ExtraObjects? = nil
  ) throws(DemoError) -> DemoCluster {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let servers = Certificates.Server.allCases
      let serverState = ServerState(
        state: extra.map { .oceanid(at: .now, with: $0) } ?? .oceanid(at: .now),
        tls: try context(certificates, presenting: server, versions),
        contexts: try Dictionary(
          uniqueKeysWithValues: servers.map { ($0, try context(certificates, presenting: $0, versions)) }),
        token: certificates.token,
        clients: try [Certificates.Client.valid, .expired].flatMap {
          try NIOSSLCertificate.fromPEMFile(certificates.certificate($0))
        })
      let box = NIOLoopBoundBox.makeBoxSendingValue(serverState, eventLoop: group.next())
      let listener = try listen(on: port, group, box, refusal)
      guard let bound = listener.localAddress?.port else {
        throw DemoError.listen("the listener has no port")
      }
      return DemoCluster(certificates: certificates, port: bound, group: group, serverState: box)
    } catch {
      try? group.syncShutdownGracefully()
      if let error = error as? DemoError { throw error }
      throw DemoError.listen("127.0.0.1:\(port) can't listen: \(error)")
    }
  }

  private init(
    certificates: Certificates, port: Int, group: MultiThreadedEventLoopGroup,
    serverState: NIOLoopBoundBox<ServerState>
  ) {
    self.certificates = certificates
    self.port = port
    self.group = group
    self.serverState = serverState
  }

  deinit { stop() }

  /// Closes every connection and frees the port. Further calls have no effect.
  package func stop() {
    let isFirst = isStopped.withLock { isStopped in
      defer { isStopped = true }
      return !isStopped
    }
    if isFirst { try? group.syncShutdownGracefully() }
  }

  /// Applies a fault. It affects the next request.
  package func apply(_ fault: Fault) {
    withServerState { $0.apply(fault) }
  }

  /// The names of the newest commit that was pushed, and of its parent.
  package var commit: (sha: String, parent: String) {
    withServerState { ($0.state.commit.sha, $0.state.commit.parent) } ?? ("", "")
  }

  /// The images that policies select.
  package var images: [(policy: String, name: String, tag: String)] {
    withServerState { $0.state.images.map { ($0.name, $0.image, $0.latest) } } ?? []
  }

  /// The requests so far, the oldest first.
  package var requests: [RequestRecord] { withServerState { $0.records } ?? [] }

  package func forgetRequests() { withServerState { $0.forgetRecords() } }

  /// Writes a kubeconfig for this server.
  package func writeKubeconfig(to path: String, as credential: Credential = .certificate(.valid))
    throws(DemoError)
  {
    try certificates.writeKubeconfig(to: path, port: port, as: credential)
  }

  /// Returns nil after the cluster was stopped.
  @discardableResult
  private func withServerState<Result: Sendable>(_ body: @escaping @Sendable (inout ServerState) -> Result)
    -> Result?
  {
    guard !isStopped.withLock({ $0 }) else { return nil }
    let serverState = serverState
    return try? group.next().submit { body(&serverState.value) }.wait()
  }

  private static func context(
    _ certificates: Certificates, presenting server: Certificates.Server, _ versions: [HTTPVersion]
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.certificate(server)).map {
        .certificate($0)
      },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: certificates.key(server), format: .pem)))
    configuration.certificateVerification = .optionalVerification
    configuration.trustRoots = .file(certificates.authority)
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = versions.map(\.rawValue)
    return try NIOSSLContext(configuration: configuration)
  }

  private static func listen(
    on port: Int, _ group: MultiThreadedEventLoopGroup, _ serverState: NIOLoopBoundBox<ServerState>,
    _ refusal: ClientRefusal
  ) throws -> any Channel {
    try ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(tlsHandler(serverState.value.tls, refusal))
        }.flatMap {
          channel.configureHTTP2SecureUpgrade(
            h2ChannelConfigurator: { speakHTTP2($0, serverState) },
            http1ChannelConfigurator: { speakHTTP1($0, serverState) })
        }
      }
      .bind(host: "127.0.0.1", port: port).wait()
  }

  @Sendable
  private static func speakHTTP2(
    _ channel: any Channel, _ serverState: NIOLoopBoundBox<ServerState>
  ) -> EventLoopFuture<Void> {
    channel.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
        try stream.pipeline.syncOperations.addHandler(StreamHandler(serverState: serverState))
      }
    }.map { _ in }
  }

  @Sendable
  private static func speakHTTP1(
    _ channel: any Channel, _ serverState: NIOLoopBoundBox<ServerState>
  ) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
      try pipeline.addHandler(ConnectionHandler(serverState: serverState))
    }
  }

  private static func tlsHandler(_ context: NIOSSLContext, _ refusal: ClientRefusal) -> NIOSSLServerHandler {
    switch refusal {
    case .handshake: NIOSSLServerHandler(context: context)
    case .answer:
      NIOSSLServerHandler(context: context) { _, promise in promise.succeed(.certificateVerified) }
    }
  }
}

extension DemoCluster {
  /// Writes `kubeconfig`, `token` and, last, `port` to a folder, for scripts that wait for it.
  package func writeFolder(_ folder: String) throws(DemoError) {
    try writeKubeconfig(to: folder + "/kubeconfig")
    try Files.write(certificates.token + "\n", to: folder + "/token")
    try Files.write("\(port)\n", to: folder + "/port")
  }
}
