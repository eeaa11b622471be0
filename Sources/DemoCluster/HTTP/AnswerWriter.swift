internal import NIOCore
package import NIOHTTP1
package import NIOSSL

/// Decides on a request: how it is answered, and the Date of the answer. Called on the connection's event loop.
///
/// - Parameters:
///   - head: the header of the request.
///   - certificate: of the client; nil without one.
package typealias Respond =
  @Sendable (_ head: HTTPRequestHead, _ certificate: NIOSSLCertificate?) -> (delivery: Delivery, date: String)

/// Writes a response over HTTP/1.1 or HTTP/2. Belongs to its channel's event loop.
protocol AnswerWriter: AnyObject {
  var respond: Respond { get }
  /// The head of the incoming request.
  var head: HTTPRequestHead? { get set }
  /// Starts a response whose body has `length` bytes.
  ///
  /// - Returns: bytes to send before the body.
  func begin(
    _ answer: EncodedAnswer, length: Int, isLast: Bool, date: String, _ context: ChannelHandlerContext
  ) -> [UInt8]
  @discardableResult
  func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) -> EventLoopFuture<Void>
  /// Called after the last byte of a response's body.
  func end(isLast: Bool, _ context: ChannelHandlerContext)
  /// Sends more header lines of a response whose header section never ends.
  func sendMoreHeaders(_ context: ChannelHandlerContext) -> EventLoopFuture<Void>
  /// Aborts the response in the middle.
  func abort(_ context: ChannelHandlerContext)
  /// The channel of the client's whole connection.
  func connection(_ context: ChannelHandlerContext) -> (any Channel)?
}

extension AnswerWriter {
  func handle(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head = head.take() else { return }
      let pipeline = connection(context)?.pipeline.syncOperations
      let (delivery, date) = respond(head, try? pipeline?.nioSSL_peerCertificate())
      deliver(delivery, to: head, date: date, context)
    }
  }

  private func deliver(
    _ delivery: Delivery, to head: HTTPRequestHead, date: String, _ context: ChannelHandlerContext
  ) {
    let isLast = !head.isKeepAlive
    switch delivery {
    case .never: break
    case .close: connection(context)?.close(promise: nil)
    case .whole(let answer):
      let first = begin(answer, length: answer.body.count, isLast: isLast, date: date, context)
      send(first + (head.method == .HEAD || !answer.hasBody ? [] : answer.body), context)
      end(isLast: isLast, context)
    case .short(let answer, let missing):
      let first = begin(answer, length: answer.body.count + missing, isLast: true, date: date, context)
      send(first + answer.body, context).assumeIsolated().whenComplete { _ in self.abort(context) }
    case .dropped(let answer):
      let first = begin(answer, length: answer.body.count, isLast: true, date: date, context)
      let half = first + answer.body.prefix(answer.body.count / 2)
      send(half, context).assumeIsolated().whenComplete { _ in self.drop(context) }
    case .slow(let answer, let milliseconds):
      let first = begin(answer, length: answer.body.count, isLast: isLast, date: date, context)
      drip((first + answer.body)[...], every: .milliseconds(Int64(milliseconds)), isLast: isLast, context)
    case .huge(let count):
      let body = HugeList(bytes: count)
      let answer = EncodedAnswer(text: "", contentType: "application/json")
      send(begin(answer, length: body.length, isLast: isLast, date: date, context), context)
      stream(body, isLast: isLast, context)
    case .endlessHeaders: streamHeaders(context)
    }
  }

  /// Closes the connection below the TLS handler, which would send close_notify.
  private func drop(_ context: ChannelHandlerContext) {
    let connection = connection(context)
    if let tls = try? connection?.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
      tls.close(promise: nil)
    } else {
      connection?.close(promise: nil)
    }
  }

  /// Writes chunk after chunk, each after the previous one was sent, so that a slow reader slows the writer down.
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
