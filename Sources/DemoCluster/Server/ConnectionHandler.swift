internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// One client's connection: takes requests one after the other and writes the bytes of their answers.
///
/// It writes bytes itself, without an HTTP encoder, because half of what it must say is no proper HTTP.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let desk: NIOLoopBoundBox<Desk>
  private var head: HTTPRequestHead?

  init(desk: NIOLoopBoundBox<Desk>) { self.desk = desk }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head = head.take() else { return }
      answer(head, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let now = desk.value.now
    let request = Request(
      method: head.method.rawValue, target: head.uri, accept: head.headers["accept"].joined(separator: ","),
      user: desk.value.user(
        authorization: head.headers.first(name: "authorization"),
        certificate: try? context.pipeline.syncOperations.nioSSL_peerCertificate()))
    let delivery = Delivery(
      desk.value.misbehaviour(for: request.path), request, API(state: desk.value.state, now: now))
    desk.value.record(
      RequestRecord(
        method: request.method, target: head.uri, accept: request.accept, user: request.user,
        status: delivery.status))
    deliver(delivery, to: head, at: now, context)
  }

  private func deliver(
    _ delivery: Delivery, to head: HTTPRequestHead, at now: Moment, _ context: ChannelHandlerContext
  ) {
    let isLast = !head.isKeepAlive
    let isHead = head.method == .HEAD
    switch delivery {
    case .never: break
    case .close: context.close(promise: nil)
    case .whole(let answer):
      let bytes =
        Self.head(answer, length: answer.body.count, at: now, isLast: isLast) + (isHead ? [] : answer.body)
      write(bytes, context, thenClose: isLast)
    case .short(let answer, let missing):
      let bytes = Self.head(answer, length: answer.body.count + missing, at: now, isLast: true) + answer.body
      write(bytes, context, thenClose: true)
    case .slow(let answer, let milliseconds):
      let bytes = Self.head(answer, length: answer.body.count, at: now, isLast: isLast) + answer.body
      drip(bytes[...], every: .milliseconds(Int64(milliseconds)), context)
    case .huge(let count):
      let body = HugeList(bytes: count)
      write(
        Self.head(
          Answer(text: "", contentType: "application/json"), length: body.length, at: now, isLast: isLast),
        context)
      stream(body, context)
    case .endlessHeaders:
      write(Array("HTTP/1.1 200 OK\r\n".utf8), context)
      let lines = Array(String(repeating: "X-Demo: there is always one more\r\n", count: 500).utf8)
      stream(repeatElement(lines, count: .max).makeIterator(), context)
    }
  }

  private static func head(_ answer: Answer, length: Int, at now: Moment, isLast: Bool) -> [UInt8] {
    var lines = ["HTTP/1.1 \(answer.status) \(Answer.reasonPhrase(answer.status))"]
    lines += answer.headers.map { "\($0.0): \($0.1)" }
    lines += [
      "Cache-Control: no-cache, private", "Content-Type: \(answer.contentType)", "Date: \(now.httpDate)",
      "Content-Length: \(length)",
    ]
    if isLast { lines.append("Connection: close") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext, thenClose: Bool = false) {
    let done = context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
    if thenClose { done.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
  }

  /// Writes chunk after chunk, each when the one before has left: a reader that stops stops the writer.
  private func stream(_ chunks: some IteratorProtocol<[UInt8]>, _ context: ChannelHandlerContext) {
    var rest = chunks
    guard let chunk = rest.next() else { return }
    let next = rest
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: chunk))).assumeIsolated()
      .whenSuccess { self.stream(next, context) }
  }

  private func drip(_ bytes: ArraySlice<UInt8>, every pause: TimeAmount, _ context: ChannelHandlerContext) {
    guard let byte = bytes.first, context.channel.isActive else { return }
    write([byte], context)
    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
      self.drip(bytes.dropFirst(), every: pause, context)
    }
  }
}
