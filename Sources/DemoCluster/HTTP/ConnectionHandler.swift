package import NIOCore
package import NIOHTTP1

/// Handles one HTTP/1.1 connection: reads requests in order and writes their responses.
///
/// It writes raw bytes without an HTTP encoder, because many of its responses are not valid HTTP.
package final class ConnectionHandler: ChannelInboundHandler {
  package typealias InboundIn = HTTPServerRequestPart
  package typealias OutboundOut = ByteBuffer

  let respond: Respond
  var head: HTTPRequestHead?
  private var hasBegun = false

  package init(respond: @escaping Respond) { self.respond = respond }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    handle(unwrapInboundIn(data), context)
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

extension Channel {
  /// Answers the requests of HTTP/1.1 on this channel.
  @Sendable
  package func speakHTTP1(_ respond: @escaping Respond) -> EventLoopFuture<Void> {
    eventLoop.makeCompletedFuture {
      let pipeline = pipeline.syncOperations
      try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
      try pipeline.addHandler(ConnectionHandler(respond: respond))
    }
  }
}

extension ConnectionHandler: AnswerWriter {
  func begin(
    _ answer: EncodedAnswer, length: Int, isLast: Bool, date: String, _ context: ChannelHandlerContext
  ) -> [UInt8] {
    var lines = ["HTTP/1.1 \(answer.status) \(answer.reasonPhrase)"]
    lines += answer.allHeaders(length: length, date: date).map { "\($0.0): \($0.1)" }
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
