internal import GuardAPI
internal import GuardIncidents
internal import GuardMetrics
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Platform

/// Handles one connection of the control socket: reads requests and answers from the status board.
///
/// Runs on the control server's event loop only.
final class ControlHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  static let largestBody = 64 << 10
  /// If a request takes longer to arrive, its connection is closed.
  static let requestTimeLimit: TimeAmount = .seconds(10)

  private let board: StatusBoard
  private let prepared: PreparedStatus
  private let actions: ControlServer.Actions
  private let watchers: Watchers
  private let turns: RequestTurns
  private var uid = UInt32.max
  private var head: HTTPRequestHead?
  private var bodySize = 0
  /// A response to HEAD has no content (RFC 9110 §9.3.2).
  private var isHeadOnly = false
  /// A response announced the close. Later requests on this connection are ignored (RFC 9112 §9.6).
  private var isClosing = false
  /// The number of requests whose response is not complete. A watch request is never complete.
  private var unanswered = 0
  /// The client closed its sending side.
  private var isHalfClosed = false
  private var timeLimit: Scheduled<Void>?

  init(
    board: StatusBoard, prepared: PreparedStatus, actions: ControlServer.Actions, watchers: Watchers,
    turns: RequestTurns
  ) {
    self.board = board
    self.prepared = prepared
    self.actions = actions
    self.watchers = watchers
    self.turns = turns
  }

  func channelActive(context: ChannelHandlerContext) {
    uid = context.peerCredentials?.uid ?? .max
    startTimeLimit(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    timeLimit?.cancel()
    watchers.remove(context.channel)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      bodySize = 0
    case .body(let bytes):
      bodySize += bytes.readableBytes
      if bodySize > ControlHandler.largestBody {
        answer(.error(.payloadTooLarge, "body_too_large", "the body exceeds 64 KiB"), context, closing: true)
      }
    case .end:
      timeLimit?.cancel()
      guard let head else { return }
      self.head = nil
      unanswered += 1
      isHeadOnly = head.method == .HEAD
      turns.enqueue(uid) { [self] in
        // The client may have disconnected, which removes the pipeline.
        if context.channel.isActive, !isClosing { respond(to: head, context) }
      }
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      isHalfClosed = true
      closeWhenDone(context.channel)
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Closes the connection if no request can follow and every response is sent.
  private func closeWhenDone(_ channel: any Channel) {
    if isHalfClosed, unanswered == 0, !isClosing { channel.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError, !isClosing else { return context.close(promise: nil) }
    answer(
      error == .headerOverflow
        ? .error(.requestHeaderFieldsTooLarge, "header_too_large", "the header exceeds 80 KiB")
        : .error(.badRequest, "malformed", "not an HTTP/1.1 request"), context, closing: true)
  }

  private func startTimeLimit(_ context: ChannelHandlerContext) {
    let channel = context.channel
    timeLimit?.cancel()
    timeLimit = context.eventLoop.scheduleTask(in: ControlHandler.requestTimeLimit) {
      channel.close(promise: nil)
    }
  }

  // MARK: - Routing

  /// A request and the connection that its answer goes to.
  private struct Exchange {
    let handler: ControlHandler
    let context: ChannelHandlerContext
    /// The client asks for the end of the connection after the answer.
    let isLast: Bool

    func answer(_ answer: ControlAnswer) { handler.answer(answer, context, closing: isLast) }

    /// Answers with an error.
    func refuse(_ status: HTTPResponseStatus, _ code: String, _ message: String, allow: Route.Method? = nil) {
      answer(.error(status, code, message, allow: allow))
    }

    /// Answers with an error and ends the connection.
    func close(_ status: HTTPResponseStatus, _ code: String, _ message: String) {
      handler.answer(.error(status, code, message), context, closing: true)
    }
  }

  private func respond(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let exchange = Exchange(handler: self, context: context, isLast: !head.isKeepAlive)
    // Refuse requests from web pages: a browser on this machine must not be tricked into sending them (DNS
    // rebinding, cross-site requests).
    if head.headers.contains(name: "origin") || head.headers.contains(name: "referer") {
      return exchange.close(.forbidden, "origin", "requests from web pages are refused")
    }
    let target: RequestTarget
    do throws(RequestTarget.Refusal) {
      target = try RequestTarget(head.uri, hosts: head.headers["host"])
    } catch {
      switch error {
      case .malformed(let reason): return exchange.close(.badRequest, "host", reason)
      case .foreign: return exchange.close(.forbidden, "host", "the Host header must be \(Route.host)")
      }
    }
    let path = target.path
    let query = target.query
    guard let route = Route(rawValue: path) else {
      return exchange.refuse(.notFound, "not_found", "no such path: \(path.prefix(100))")
    }
    guard head.method.rawValue == route.method.rawValue else {
      return exchange.refuse(
        .methodNotAllowed, "method", "\(path) accepts only \(route.method.rawValue)", allow: route.method)
    }
    switch route {
    case .status: status(query, exchange)
    case .schema: exchange.answer(.schema)
    case .history: history(query, exchange)
    case .roundTrips: exchange.answer(.json(actions.roundTrips()))
    case .incidents: exchange.answer(.json(actions.incidents()))
    case .alerts: exchange.answer(.json(actions.alerts()))
    case .doctor: guardView(exchange)
    case .whereIs: find(query, exchange)
    case .alertsTest: testAlert(query, exchange)
    case .silence: silence(query, exchange)
    case .watch: watchers.add(context.channel, version: head.version)
    case .healthz:
      let verdict = board.verdict
      exchange.answer(
        .text(
          verdict == .healthy || verdict == .degraded ? .ok : .serviceUnavailable, "\(verdict.rawValue)\n"))
    case .metrics:
      let format = MetricFormat(accept: head.headers.first(name: "accept"))
      exchange.answer(.metrics(actions.metrics(), format))
    case .reconnect: write("reconnect", "Reconnecting…", exchange) { $0.reconnect(query["cluster"]) }
    case .poll: write("poll", "Poll requested", exchange) { $0.poll(query["cluster"]) }
    case .reload: reload(exchange)
    case .breakGlass: breakGlass(query, exchange)
    }
  }

  private func write(
    _ action: String, _ receipt: String, _ exchange: Exchange, _ body: (ControlServer.Actions) -> Bool
  ) {
    guard authorized(action, exchange) != nil else { return }
    guard body(actions) else {
      return exchange.refuse(.notFound, "cluster", "no such cluster: see oceanid-ctl status")
    }
    exchange.answer(.accepted(receipt))
  }

  /// Answers once the outcome is known, so that the client gets the errors of the configuration.
  private func reload(_ exchange: Exchange) {
    guard authorized("reload", exchange) != nil else { return }
    actions.reload(later(exchange) { .reload($0) })
  }

  /// Answers once the outcome of the delivery is known.
  private func testAlert(_ query: Query, _ exchange: Exchange) {
    guard authorized("alerts test", exchange) != nil else { return }
    guard let channel = query["channel"] else {
      return exchange.refuse(.badRequest, "query", "channel is required")
    }
    actions.testAlert(channel, later(exchange) { .alertTest($0, channel) })
  }

  private func status(_ query: Query, _ exchange: Exchange) {
    guard let name = query[StatusDocument.View.parameter] else {
      return exchange.answer(.status(prepared.line))
    }
    switch StatusDocument.View(rawValue: name) {
    case .overview: exchange.answer(.status(prepared.overview))
    case nil:
      let known = StatusDocument.View.allCases.map(\.rawValue).joined(separator: ", ")
      exchange.refuse(.badRequest, "query", "\(StatusDocument.View.parameter) is one of: \(known)")
    }
  }

  private func history(_ query: Query, _ exchange: Exchange) {
    do throws(HistoryQuery.Mistake) {
      actions.history(
        try HistoryQuery(query),
        later(exchange) { document in
          document.map { .json($0) }
            ?? .error(.serviceUnavailable, "busy", "too many requests for the history at once: try again")
        })
    } catch {
      exchange.refuse(.badRequest, "query", error.description)
    }
  }

  private func guardView(_ exchange: Exchange) {
    actions.guardView(
      later(exchange) { document in
        document.map { .json($0) }
          ?? .error(
            .serviceUnavailable, "busy", "another examination does not end, or too many wait: try again")
      })
  }

  private func find(_ query: Query, _ exchange: Exchange) {
    guard let commit = query["commit"].flatMap({ CommitPrefix($0) }) else {
      return exchange.refuse(.badRequest, "commit", "commit is the name of a commit, \(CommitPrefix.form)")
    }
    actions.find(commit.digits, query["cluster"], later(exchange) { .find($0) })
  }

  /// The function to call, once and on any thread, with the outcome that the answer waits for.
  private func later<Outcome: Sendable>(
    _ exchange: Exchange, _ answer: @escaping @Sendable (Outcome) -> ControlAnswer
  ) -> @Sendable (Outcome) -> Void {
    let loop = exchange.context.eventLoop
    let bound = NIOLoopBound(exchange, eventLoop: loop)
    return { outcome in
      let answer = answer(outcome)
      loop.execute {
        let exchange = bound.value
        // The client may have disconnected, which removes the pipeline.
        guard exchange.context.channel.isActive, !exchange.handler.isClosing else { return }
        exchange.answer(answer)
      }
    }
  }

  private func breakGlass(_ query: Query, _ exchange: Exchange) {
    guard let peer = authorized("break-glass", exchange) else { return }
    guard let request = BreakGlass(query) else {
      return exchange.refuse(
        .badRequest, "query",
        "command, reason (at most \(ReasonText.limit) bytes) and cluster are required")
    }
    guard actions.breakGlass(request, peer) else {
      return exchange.refuse(.notFound, "cluster", "no such cluster: see oceanid-ctl status")
    }
    exchange.answer(.receipt("logged"))
  }

  private func silence(_ query: Query, _ exchange: Exchange) {
    guard let peer = authorized("silence", exchange) else { return }
    if let id = query["end"] {
      guard actions.endSilence(id, peer) else {
        return exchange.refuse(.notFound, "silence", "no such silence: see oceanid-ctl silence")
      }
      return exchange.answer(.receipt("silence \(id) has ended"))
    }
    do throws(SilenceRequest.Mistake) {
      let request = try SilenceRequest(query)
      exchange.answer(.silence(actions.silence(request, peer)))
    } catch {
      exchange.refuse(.badRequest, "query", error.description)
    }
  }

  /// Returns nil after an error response if the peer has no permission.
  private func authorized(_ action: String, _ exchange: Exchange) -> PeerCredentials? {
    guard let peer = exchange.context.peerCredentials else {
      exchange.close(.forbidden, "denied", "the peer is unknown")
      return nil
    }
    let allowed = WriteRule.allows(peer)
    actions.audit(action, peer, allowed)
    guard allowed else {
      exchange.refuse(
        .forbidden, "denied", "\(action) is for root, the guard's own user and group oceanid-admin")
      return nil
    }
    return peer
  }

  // MARK: - Answers

  private func answer(_ answer: ControlAnswer, _ context: ChannelHandlerContext, closing: Bool) {
    var head = HTTPResponseHead(version: .http1_1, status: answer.status)
    head.headers.add(name: "Content-Type", value: answer.contentType)
    head.headers.add(name: "Content-Length", value: String(answer.body.readableBytes))
    head.headers.add(name: "Cache-Control", value: "no-store")
    if let allow = answer.allow { head.headers.add(name: "Allow", value: allow.rawValue) }
    if closing { head.headers.add(name: "Connection", value: "close") }
    isClosing = closing
    startTimeLimit(context)
    let channel = context.channel
    let sent = context.eventLoop.makePromise(of: Void.self)
    // The next request of a pipelining client is read after the end of this response. So the end follows once the
    // socket has taken the response: a client that does not read causes no further work and holds one response.
    // The time limit of the request runs meanwhile.
    sent.futureResult.assumeIsolated().whenSuccess { [self] _ in
      if closing { return channel.close(promise: nil) }
      unanswered -= 1
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      closeWhenDone(channel)
    }
    if isHeadOnly {
      context.writeAndFlush(wrapOutboundOut(.head(head)), promise: sent)
    } else {
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: sent)
    }
  }
}
