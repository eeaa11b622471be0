import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 server whose responses a test scripts.
final class TestServer: Sendable {
  struct Request: Sendable {
    let method: String
    /// Path and query.
    let uri: String
    let headers: [String: String]

    var path: String { String(uri.prefix { $0 != "?" }) }
    var query: String { String(uri.dropFirst(path.count).dropFirst()) }
  }

  enum Reply: Sendable {
    case answer(Int, type: String = "application/json", headers: [String: String] = [:], body: [UInt8])
    /// The first bytes of a longer body, then end of file.
    case cutShort([UInt8])
    /// This many MiB of zeros, without a Content-Length.
    case flood(megabytes: Int)
    case silence
    /// The connection closes without a response.
    case hangUp

    static func json(_ text: String) -> Reply { json(200, text) }

    static func json(_ status: Int, _ text: String, headers: [String: String] = [:]) -> Reply {
      .answer(status, headers: headers, body: Array(text.utf8))
    }
  }

  typealias Script = @Sendable (Request) -> Reply

  private let channel: any Channel
  private let records = Records()

  // Shared with the handlers, which are created before the server.
  private final class Records: Sendable {
    let requests = Mutex<[Request]>([])
    let connections = Atomic<Int>(0)
  }

  /// Listens on a free port of 127.0.0.1, or in the abstract namespace.
  init(tls: NIOSSLContext? = nil, abstractName: String? = nil, script: @escaping Script) async throws {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 64)
      .childChannelInitializer { [records] channel in
        channel.eventLoop.makeCompletedFuture {
          records.connections.add(1, ordering: .relaxed)
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(
            Conversation { request in
              records.requests.withLock { $0.append(request) }
              return script(request)
            })
        }
      }
    if let abstractName {
      channel = try await bootstrap.withBoundSocket(Self.bindAbstract(abstractName)).get()
    } else {
      channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    }
  }

  deinit { channel.close(promise: nil) }

  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }
  var requests: [Request] { records.requests.withLock { $0 } }
  var connections: Int { records.connections.load(ordering: .relaxed) }

  private static func bindAbstract(_ name: String) throws -> CInt {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0[1..<1 + name.utf8.count].copyBytes(from: name.utf8) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
    return descriptor
  }
}

private final class Conversation: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: (TestServer.Request) -> TestServer.Reply
  private var head: HTTPRequestHead?

  init(answer: @escaping (TestServer.Request) -> TestServer.Reply) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $0 + "," + $1 }
      reply(
        answer(TestServer.Request(method: head.method.rawValue, uri: head.uri, headers: headers)),
        on: context)
    }
  }

  private func reply(_ reply: TestServer.Reply, on context: ChannelHandlerContext) {
    switch reply {
    case .silence: break
    case .hangUp: context.close(promise: nil)
    case .answer(let status, let type, let headers, let body):
      var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
      fields.add(name: "Content-Type", value: type)
      fields.add(name: "Content-Length", value: String(body.count))
      if !fields.contains(name: "Date") { fields.add(name: "Date", value: TestServer.date) }
      write(status, fields, [ByteBuffer(bytes: body)], on: context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    case .cutShort(let body):
      let fields = HTTPHeaders([
        ("Content-Type", "application/json"), ("Content-Length", String(body.count + 100)),
      ])
      write(200, fields, [ByteBuffer(bytes: body)], on: context)
      context.close(promise: nil)
    case .flood(let megabytes):
      let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: 1 << 20)
      write(
        200, HTTPHeaders([("Content-Type", "application/json")]), Array(repeating: chunk, count: megabytes),
        on: context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  private func write(
    _ status: Int, _ headers: HTTPHeaders, _ body: [ByteBuffer], on context: ChannelHandlerContext
  ) {
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    for part in body { context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil) }
    context.flush()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension TestServer {
  static let date = "Sat, 10 Jan 2026 10:00:00 GMT"
}
