internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL

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
/// All methods may be called from any thread and wait for the event loop that owns the mutable state.
package final class DemoCluster: Sendable {
  package let certificates: Certificates
  package let port: Int

  private let server: LoopServer<ServerState>

  /// Starts to serve on 127.0.0.1.
  ///
  /// - Parameter port: 0 selects a free port.
  package static func start(
    certificates: Certificates, port: Int = 0, presenting server: Certificates.Server = .valid,
    refusing refusal: ClientRefusal = .answer, speaking versions: [HTTPVersion] = [.http2, .http1],
    with extra: ExtraObjects? = nil
  ) throws(DemoError) -> DemoCluster {
    let loop: LoopServer<ServerState>
    do {
      let servers = Certificates.Server.allCases
      loop = LoopServer(
        ServerState(
          state: extra.map { .oceanid(at: .now, with: $0) } ?? .oceanid(at: .now),
          tls: try context(certificates, presenting: server, versions),
          contexts: try Dictionary(
            uniqueKeysWithValues: servers.map {
              ($0, try context(certificates, presenting: $0, versions))
            }),
          token: certificates.token,
          clients: try [Certificates.Client.valid, .expired].flatMap {
            try NIOSSLCertificate.fromPEMFile(certificates.certificate($0))
          }))
    } catch {
      throw DemoError.certificates("\(error)")
    }
    let bound = try loop.listen(on: port) { channel, state in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(tlsHandler(state.value.tls, refusal))
      }.flatMap {
        let respond: Respond = { head, certificate in
          let delivery = state.value.delivery(for: head, certificate: certificate)
          return (delivery, state.value.now.httpDate)
        }
        return channel.configureHTTP2SecureUpgrade(
          h2ChannelConfigurator: { speakHTTP2($0, respond) },
          http1ChannelConfigurator: { $0.speakHTTP1(respond) })
      }
    }
    return DemoCluster(certificates: certificates, port: bound, server: loop)
  }

  private init(certificates: Certificates, port: Int, server: LoopServer<ServerState>) {
    self.certificates = certificates
    self.port = port
    self.server = server
  }

  deinit { stop() }

  /// Closes every connection and frees the port. Further calls have no effect.
  package func stop() { server.stop() }

  /// Applies a fault. It affects the next request.
  package func apply(_ fault: Fault) {
    server.withState { $0.apply(fault) }
  }

  /// The names of the newest commit that was pushed, and of its parent.
  package var commit: (sha: String, parent: String) {
    server.withState { ($0.state.commit.sha, $0.state.commit.parent) } ?? ("", "")
  }

  /// The images that policies select.
  package var images: [(policy: String, name: String, tag: String)] {
    server.withState { $0.state.images.map { ($0.name, $0.image, $0.latest) } } ?? []
  }

  /// The requests so far, the oldest first.
  package var requests: [RequestRecord] { server.withState { $0.records } ?? [] }

  package func clearRequests() { server.withState { $0.clearRecords() } }

  /// Writes a kubeconfig for this server.
  package func writeKubeconfig(to path: String, as credential: Credential = .certificate(.valid))
    throws(DemoError)
  {
    try certificates.writeKubeconfig(to: path, port: port, as: credential)
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

  @Sendable
  private static func speakHTTP2(
    _ channel: any Channel, _ respond: @escaping Respond
  ) -> EventLoopFuture<Void> {
    channel.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
        try stream.pipeline.syncOperations.addHandler(StreamHandler(respond: respond))
      }
    }.map { _ in }
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
