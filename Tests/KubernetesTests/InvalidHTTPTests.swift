import Curl
import GuardTypes
import Health
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import Kubernetes

/// An API server whose answers are no valid HTTP is no server that closes the connection.
@Suite(.blocking) struct InvalidHTTPTests {
  private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
  private static let resets: @Sendable (UInt8) -> [UInt8] = { [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, $0] }

  static let answers: [(name: String, bytes: [UInt8], code: PollErrorCode)] = [
    ("HTTP/1", Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8), .badResponse),
    ("other bytes", Array("garbage garbage garbage garbage".utf8), .badResponse),
    ("headers that can't be decompressed", settings + [0, 0, 2, 1, 4, 0, 0, 0, 1, 255, 255], .badResponse),
    ("a body without headers", settings + [0, 0, 2, 0, 1, 0, 0, 0, 1, 104, 105], .badResponse),
    ("a frame that is too long", settings + [255, 255, 255, 0, 0, 0, 0, 0, 1], .badResponse),
    // The rest is valid: a server that ends.
    ("GOAWAY", settings + [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .unreachable),
    ("the end of the connection", settings, .unreachable),
  ]

  @Test(arguments: answers.indices) func overHTTP2(index: Int) async throws {
    let answer = Self.answers[index]
    let certificates = try TestCertificates.shared.get()
    let server = try await FramesServer(
      answer.bytes, tls: certificates.server(protocols: ["h2"], asksForCertificate: false))
    let file = try kubeconfig(
      port: server.port, scheme: "https",
      cluster: ", certificate-authority-data: \(try certificates.base64("ca.crt"))")
    func failure() async -> PollFailure? {
      let client = ClusterClient(kubeconfig: file, dial: .tcp(host: "127.0.0.1", port: server.port))
      guard case .failure(let failure) = await client.pollOnDedicatedThread() else { return nil }
      return failure
    }
    // If all requests of a poll shared connections that were lost, libcurl only counts its attempts.
    var found = await failure()
    for _ in 0..<10 where found?.message.contains("Connection died, tried") == true {
      found = await failure()
    }
    let failure = try #require(found, "the poll did not fail: \(answer.name)")
    #expect(failure.code == answer.code, "\(answer.name): \(failure)")
    #expect(failure.message.contains("closed the connection") == (answer.code == .unreachable), "\(failure)")
  }
}

/// Selects HTTP/2, waits for a request, sends the bytes and closes the connection.
private final class FramesServer: Sendable {
  private let channel: any Channel

  init(_ bytes: [UInt8], tls: NIOSSLContext) async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          try channel.pipeline.syncOperations.addHandler(Answer(bytes))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  deinit { channel.close(promise: nil) }

  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

  private final class Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]
    private var received: [UInt8] = []
    private var isSent = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += Array(buffer: unwrapInboundIn(data))
      guard !isSent, hasRequest else { return }
      isSent = true
      let end = context.eventLoop.makePromise(of: Void.self)
      end.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: end)
    }

    /// True after a frame HEADERS (RFC 9113 §4.1), which follows the preface of 24 bytes.
    private var hasRequest: Bool {
      var rest = received.dropFirst(24)
      while rest.count >= 9 {
        let head = Array(rest.prefix(9))
        if head[3] == 1 { return true }
        rest = rest.dropFirst(9 + Int(head[0]) << 16 + Int(head[1]) << 8 + Int(head[2]))
      }
      return false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
