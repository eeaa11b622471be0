internal import NIOCore
internal import NIOHTTP1

/// Handles one HTTP/1.1 connection: reads requests in order and writes their answers.
///
/// It writes raw bytes without an HTTP encoder, because many of its answers are not valid HTTP.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let api: DemoAPI
  private let serverState: NIOLoopBoundBox<ServerState>
  private var head: HTTPRequestHead?

  init(api: DemoAPI, serverState: NIOLoopBoundBox<ServerState>) {
    self.api = api
    self.serverState = serverState
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head = head.take() else { return }
      let now = PipelineTime.now
      deliver(serverState.value.delivery(of: head, to: api, at: now), to: head, at: now, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func deliver(
    _ delivery: Delivery, to head: HTTPRequestHead, at now: PipelineTime, _ context: ChannelHandlerContext
  ) {
    let isLast = !head.isKeepAlive
    func start(_ answer: Answer, length: Int) -> [UInt8] {
      var lines = ["HTTP/1.1 \(answer.status) \(Answer.reasonPhrase(answer.status))"]
      lines += answer.headers.map { "\($0.0): \($0.1)" }
      lines += ["Content-Type: \(answer.contentType)", "Date: \(now.httpDate)"]
      if answer.hasBody { lines.append("Content-Length: \(length)") }
      if isLast { lines.append("Connection: close") }
      return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
    switch delivery {
    case .never: break
    case .close: context.close(promise: nil)
    case .whole(let answer):
      let body = head.method == .HEAD || !answer.hasBody ? [] : answer.body
      let sent = send(start(answer, length: answer.body.count) + body, context)
      if isLast { sent.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    case .short(let answer, let missing):
      send(start(answer, length: answer.body.count + missing) + answer.body, context)
        .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    case .slow(let answer, let milliseconds):
      drip(
        (start(answer, length: answer.body.count) + answer.body)[...],
        every: .milliseconds(Int64(milliseconds)),
        isLast: isLast, context)
    case .huge(let count):
      let answer = Answer(text: "", contentType: "application/json")
      send(start(answer, length: count), context)
      stream(count, context)
    case .endlessHeaders:
      send(Array("HTTP/1.1 200 OK\r\n".utf8), context)
      streamHeaders(context)
    }
  }

  @discardableResult
  private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
  }

  /// Writes blanks, each part after the previous one was sent, so that a slow reader slows the writer down.
  private func stream(_ count: Int, _ context: ChannelHandlerContext) {
    guard count > 0 else { return }
    let part = min(count, 64 << 10)
    send([UInt8](repeating: UInt8(ascii: " "), count: part), context).assumeIsolated().whenSuccess {
      self.stream(count - part, context)
    }
  }

  private func streamHeaders(_ context: ChannelHandlerContext) {
    let lines = String(repeating: "X-Demo: there is always one more\r\n", count: 500)
    send(Array(lines.utf8), context).assumeIsolated().whenSuccess { self.streamHeaders(context) }
  }

  private func drip(
    _ bytes: ArraySlice<UInt8>, every pause: TimeAmount, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    guard let byte = bytes.first else {
      if isLast { context.close(promise: nil) }
      return
    }
    send([byte], context)
    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
      self.drip(bytes.dropFirst(), every: pause, isLast: isLast, context)
    }
  }
}
