internal import NIOCore
internal import NIOHTTP1

/// One way of putting an answer on the wire: HTTP/1.1 or HTTP/2. Belongs to its channel's event loop.
protocol AnswerWriter: AnyObject {
  /// Announces an answer whose body has `length` bytes.
  ///
  /// - Returns: bytes that still have to be sent before the body.
  func begin(
    _ answer: Answer, length: Int, isLast: Bool, at now: Moment, _ context: ChannelHandlerContext
  ) -> [UInt8]
  @discardableResult
  func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void>
  /// After the last byte of an answer's body.
  func end(isLast: Bool, _ context: ChannelHandlerContext)
  /// More of an answer that never comes to its body.
  func sendMoreHeaders(_ context: ChannelHandlerContext) -> EventLoopFuture<Void>
  /// Ends the answer, and nothing more than it has to, in the middle.
  func abort(_ context: ChannelHandlerContext)
  func closeConnection(_ context: ChannelHandlerContext)
}

extension AnswerWriter {
  func deliver(
    _ delivery: Delivery, to head: HTTPRequestHead, at now: Moment, _ context: ChannelHandlerContext
  ) {
    let isLast = !head.isKeepAlive
    switch delivery {
    case .never: break
    case .close: closeConnection(context)
    case .whole(let answer):
      let first = begin(answer, length: answer.body.count, isLast: isLast, at: now, context)
      send(first + (head.method == .HEAD ? [] : answer.body), context)
      end(isLast: isLast, context)
    case .short(let answer, let missing):
      let first = begin(answer, length: answer.body.count + missing, isLast: true, at: now, context)
      send(first + answer.body, context).assumeIsolated().whenComplete { _ in self.abort(context) }
    case .slow(let answer, let milliseconds):
      let first = begin(answer, length: answer.body.count, isLast: isLast, at: now, context)
      drip((first + answer.body)[...], every: .milliseconds(Int64(milliseconds)), isLast: isLast, context)
    case .huge(let count):
      let body = HugeList(bytes: count)
      let answer = Answer(text: "", contentType: "application/json")
      send(begin(answer, length: body.length, isLast: isLast, at: now, context), context)
      stream(body, isLast: isLast, context)
    case .endlessHeaders: streamHeaders(context)
    }
  }

  /// Writes chunk after chunk, each when the one before has left: a reader that stops stops the writer.
  private func stream(
    _ chunks: some IteratorProtocol<[UInt8]>, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    var rest = chunks
    guard let chunk = rest.next() else { return end(isLast: isLast, context) }
    let next = rest
    send(chunk, context).assumeIsolated().whenSuccess { self.stream(next, isLast: isLast, context) }
  }

  private func streamHeaders(_ context: ChannelHandlerContext) {
    sendMoreHeaders(context).assumeIsolated().whenSuccess { self.streamHeaders(context) }
  }

  private func drip(
    _ bytes: ArraySlice<UInt8>, every pause: TimeAmount, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    guard let byte = bytes.first else { return end(isLast: isLast, context) }
    send([byte], context)
    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
      self.drip(bytes.dropFirst(), every: pause, isLast: isLast, context)
    }
  }
}
