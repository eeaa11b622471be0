internal import NIOCore
internal import NIOHTTP1

/// Handles one stream of an HTTP/2 connection: a request and its response (RFC 9113 §5).
final class StreamHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  let respond: Respond
  var head: HTTPRequestHead?

  init(respond: @escaping Respond) { self.respond = respond }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    handle(unwrapInboundIn(data), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

extension StreamHandler: AnswerWriter {
  func begin(
    _ answer: EncodedAnswer, length: Int, isLast: Bool, date: String, _ context: ChannelHandlerContext
  ) -> [UInt8] {
    let head = HTTPResponseHead(
      version: .http2, status: HTTPResponseStatus(statusCode: answer.status),
      headers: HTTPHeaders(answer.allHeaders(length: length, date: date)))
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    return []
  }

  func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))))
  }

  func end(isLast: Bool, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// A header section cannot be endless in HTTP/2, but interim responses (RFC 8297) can.
  func sendMoreHeaders(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    let head = HTTPResponseHead(
      version: .http2, status: .custom(code: 103, reasonPhrase: ""),
      headers: ["x-demo": "there is always one more"])
    return context.writeAndFlush(wrapOutboundOut(.head(head)))
  }

  /// Sends RST_STREAM.
  func abort(_ context: ChannelHandlerContext) { context.close(promise: nil) }

  func connection(_ context: ChannelHandlerContext) -> (any Channel)? { context.channel.parent }
}
