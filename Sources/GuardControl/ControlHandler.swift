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
  static let requestPatience: TimeAmount = .seconds(10)

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
  private var patience: Scheduled<Void>?

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
    beginPatience(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    patience?.cancel()
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
      patience?.cancel()
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

  private func beginPatience(_ context: ChannelHandlerContext) {
    let channel = context.channel
    patience?.cancel()
    patience = context.eventLoop.scheduleTask(in: ControlHandler.requestPatience) {
      channel.close(promise: nil)
    }
  }

  // MARK: - Routing

  private func respond(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let closing = !head.isKeepAlive
    // Refuse requests from web pages: a browser on this machine must not be tricked into sending them (DNS
    // rebinding, cross-site requests).
    if head.headers.contains(name: "origin") || head.headers.contains(name: "referer") {
      return answer(
        .error(.forbidden, "origin", "requests from web pages are refused"), context, closing: true)
    }
    let target: RequestTarget
    do throws(RequestTarget.Refusal) {
      target = try RequestTarget(head.uri, hosts: head.headers["host"])
    } catch {
      let refusal: ControlAnswer =
        switch error {
        case .malformed(let reason): .error(.badRequest, "host", reason)
        case .foreign: .error(.forbidden, "host", "the Host header must be \(Route.host)")
        }
      return answer(refusal, context, closing: true)
    }
    let path = target.path
    let query = target.query
    guard let route = Route(rawValue: path) else {
      return answer(
        .error(.notFound, "not_found", "no such path: \(path.prefix(100))"), context, closing: closing)
    }
    guard head.method.rawValue == route.method.rawValue else {
      return answer(
        .error(
          .methodNotAllowed, "method", "\(path) accepts only \(route.method.rawValue)", allow: route.method),
        context,
        closing: closing)
    }
    switch route {
    case .status: status(query, context, closing)
    case .schema: answer(.schema, context, closing: closing)
    case .history: history(query, context, closing)
    case .roundTrips: answer(.json(actions.roundTrips()), context, closing: closing)
    case .incidents: answer(.json(actions.incidents()), context, closing: closing)
    case .alerts: answer(.json(actions.alerts()), context, closing: closing)
    case .doctor: guardView(context, closing)
    case .whereIs: find(query, context, closing)
    case .alertsTest: testAlert(query, context, closing)
    case .silence: silence(query, context, closing)
    case .watch: watchers.add(context.channel, version: head.version)
    case .healthz:
      let verdict = board.verdict
      answer(
        .text(
          verdict == .healthy || verdict == .degraded ? .ok : .serviceUnavailable, "\(verdict.rawValue)\n"),
        context, closing: closing)
    case .metrics:
      let format = MetricFormat(accept: head.headers.first(name: "accept"))
      answer(.metrics(actions.metrics(), format), context, closing: closing)
    case .reconnect: write("reconnect", "Reconnecting…", context, closing) { $0.reconnect(query["cluster"]) }
    case .poll: write("poll", "Poll requested", context, closing) { $0.poll(query["cluster"]) }
    case .reload: reload(context, closing)
    case .breakGlass: breakGlass(query, context, closing)
    }
  }

  private func write(
    _ action: String, _ receipt: String, _ context: ChannelHandlerContext, _ closing: Bool,
    _ body: (ControlServer.Actions) -> Bool
  ) {
    guard mayWrite(action, context, closing) else { return }
    guard body(actions) else {
      return answer(
        .error(.notFound, "cluster", "no such cluster: see oceanid-ctl status"), context, closing: closing)
    }
    answer(.accepted(receipt), context, closing: closing)
  }

  /// Answers once the outcome is known, so that the client gets the errors of the configuration.
  private func reload(_ context: ChannelHandlerContext, _ closing: Bool) {
    guard mayWrite("reload", context, closing) else { return }
    actions.reload(later(context, closing) { .reload($0) })
  }

  /// Answers once the outcome of the delivery is known.
  private func testAlert(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    guard mayWrite("alerts test", context, closing) else { return }
    guard let channel = query["channel"] else {
      return answer(.error(.badRequest, "query", "channel is required"), context, closing: closing)
    }
    actions.testAlert(channel, later(context, closing) { .alertTest($0, channel) })
  }

  private func status(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    guard let name = query[StatusDocument.View.parameter] else {
      return answer(.status(prepared.line), context, closing: closing)
    }
    switch StatusDocument.View(rawValue: name) {
    case .overview: answer(.status(prepared.overview), context, closing: closing)
    case nil:
      let known = StatusDocument.View.allCases.map(\.rawValue).joined(separator: ", ")
      answer(
        .error(.badRequest, "query", "\(StatusDocument.View.parameter) is one of: \(known)"), context,
        closing: closing)
    }
  }

  private func history(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    do throws(HistoryQuery.Mistake) {
      actions.history(
        try HistoryQuery(query),
        later(context, closing) { document in
          document.map { .json($0) }
            ?? .error(.serviceUnavailable, "busy", "too many requests for the history at once: try again")
        })
    } catch {
      answer(.error(.badRequest, "query", error.description), context, closing: closing)
    }
  }

  private func guardView(_ context: ChannelHandlerContext, _ closing: Bool) {
    actions.guardView(
      later(context, closing) { document in
        document.map { .json($0) }
          ?? .error(
            .serviceUnavailable, "busy", "another examination does not end, or too many wait: try again")
      })
  }

  private func find(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    guard let commit = query["commit"].flatMap({ CommitPrefix($0) }) else {
      return answer(
        .error(.badRequest, "commit", "commit is the name of a commit, \(CommitPrefix.form)"), context,
        closing: closing)
    }
    actions.find(commit.digits, query["cluster"], later(context, closing) { .find($0) })
  }

  /// The function to call, once and on any thread, with the outcome that the answer waits for.
  private func later<Outcome: Sendable>(
    _ context: ChannelHandlerContext, _ closing: Bool,
    _ answer: @escaping @Sendable (Outcome) -> ControlAnswer
  ) -> @Sendable (Outcome) -> Void {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let loop = context.eventLoop
    return { outcome in
      let answer = answer(outcome)
      loop.execute {
        let (handler, context) = bound.value
        // The client may have disconnected, which removes the pipeline.
        guard context.channel.isActive, !handler.isClosing else { return }
        handler.answer(answer, context, closing: closing)
      }
    }
  }

  private func breakGlass(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    guard mayWrite("break-glass", context, closing), let peer = context.peerCredentials else { return }
    guard let request = BreakGlass(query) else {
      return answer(
        .error(
          .badRequest, "query", "command, reason (at most \(ReasonText.limit) bytes) and cluster are required"
        ), context,
        closing: closing)
    }
    guard actions.breakGlass(request, peer) else {
      return answer(
        .error(.notFound, "cluster", "no such cluster: see oceanid-ctl status"), context, closing: closing)
    }
    answer(.receipt("logged"), context, closing: closing)
  }

  private func silence(_ query: Query, _ context: ChannelHandlerContext, _ closing: Bool) {
    guard mayWrite("silence", context, closing), let peer = context.peerCredentials else { return }
    if let id = query["end"] {
      return answer(
        actions.endSilence(id, peer)
          ? .receipt("silence \(id) has ended")
          : .error(.notFound, "silence", "no such silence: see oceanid-ctl silence"), context,
        closing: closing)
    }
    do throws(SilenceRequest.Mistake) {
      let request = try SilenceRequest(query)
      answer(.silence(actions.silence(request, peer)), context, closing: closing)
    } catch {
      answer(.error(.badRequest, "query", error.description), context, closing: closing)
    }
  }

  /// Returns false after an error response if the peer has no permission.
  private func mayWrite(_ action: String, _ context: ChannelHandlerContext, _ closing: Bool) -> Bool {
    guard let peer = context.peerCredentials else {
      answer(.error(.forbidden, "denied", "the peer is unknown"), context, closing: true)
      return false
    }
    let allowed = WriteRule.allows(peer)
    actions.audit(action, peer, allowed)
    if !allowed {
      answer(
        .error(.forbidden, "denied", "\(action) is for root, the guard's own user and group oceanid-admin"),
        context, closing: closing)
    }
    return allowed
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
    beginPatience(context)
    let channel = context.channel
    let sent = context.eventLoop.makePromise(of: Void.self)
    // The next request of a pipelining client is read after the end of this response. So the end follows once the
    // socket has taken the response: a client that does not read causes no further work and holds one response.
    // Its patience runs meanwhile.
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
