internal import NIOCore
internal import NIOHTTP1

/// Handles one HTTP/1.1 connection: reads requests in order and writes their responses.
///
/// It writes raw bytes without an HTTP encoder, because many of its responses are not valid HTTP.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  let serverState: NIOLoopBoundBox<ServerState>
  var head: HTTPRequestHead?
  private var hasBegun = false

  init(serverState: NIOLoopBoundBox<ServerState>) { self.serverState = serverState }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    handle(unwrapInboundIn(data), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

extension ConnectionHandler: AnswerWriter {
  func begin(
    _ answer: Answer, length: Int, isLast: Bool, at now: APITime, _ context: ChannelHandlerContext
  ) -> [UInt8] {
    var lines = ["HTTP/1.1 \(answer.status) \(Answer.reasonPhrase(answer.status))"]
    lines += answer.allHeaders(length: length, at: now).map { "\($0.0): \($0.1)" }
    if isLast { lines.append("Connection: close") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
  }

  func end(isLast: Bool, _ context: ChannelHandlerContext) {
    // Close after the pending writes: both are in the same queue.
    if isLast { send([], context).assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
  }

  func sendMoreHeaders(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    let status = hasBegun ? "" : "HTTP/1.1 200 OK\r\n"
    hasBegun = true
    return send(
      Array((status + String(repeating: "X-Demo: there is always one more\r\n", count: 500)).utf8), context)
  }

  func abort(_ context: ChannelHandlerContext) { context.close(promise: nil) }

  func connection(_ context: ChannelHandlerContext) -> (any Channel)? { context.channel }
}
