internal import GuardAPI
internal import NIOCore
internal import NIOEmbedded
internal import NIOHTTP1

@testable internal import GuardAlerts
@testable internal import GuardControl
@testable internal import GuardIncidents
@testable internal import GuardJournal
@testable internal import GuardStatus

extension FuzzTarget {
  /// Requests on the control socket: each response is valid HTTP/1.1 (for an older client, without features that it
  /// does not support), and the handler keeps working.
  static let control = FuzzTarget("control") { bytes in
    let board = StatusBoard()
    let prepared = PreparedStatus(board: board)
    let channel = EmbeddedChannel()
    let watchers = Watchers(board: board, prepared: prepared, loop: channel.eventLoop)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: false)
    try pipeline.addHandler(
      ControlHandler(
        board: board, prepared: prepared, actions: .nothing, watchers: watchers,
        turns: RequestTurns(loop: channel.eventLoop)))
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/fuzz")).wait()
    // The request arrives in two pieces, because a request rarely ends at the end of a read.
    let middle = bytes.count / 2
    for piece in [bytes[..<middle], bytes[middle...]] where channel.isActive {
      // The handler responds to invalid requests; errors that NIO throws close the connection.
      _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
      channel.embeddedEventLoop.run()
    }
    var answer: [UInt8] = []
    while let piece = try channel.readOutbound(as: ByteBuffer.self) { answer += piece.readableBytesView }
    try hold(
      answer.isEmpty || ["HTTP/1.1 ", "HTTP/1.0 200 "].contains { answer.starts(with: Array($0.utf8)) },
      "an answer that is none: \(String(foreign: answer.prefix(80)))")
    _ = try? channel.finish(acceptAlreadyClosed: true)
    // Scheduled tasks hold a reference to the channel.
    channel.embeddedEventLoop.advanceTime(by: .seconds(60))
  }

  /// The part of a request's target after `?`, and the query made from it.
  static let query = FuzzTarget("query") { bytes in
    let query = Query(String(foreign: bytes))
    if let request = try? SilenceRequest(query) {
      try hold(request.reason.utf8.count <= 500, "a reason of \(request.reason.utf8.count) bytes")
      try hold(request.duration >= .seconds(60), "silent for \(request.duration)")
    }
    if let request = try? HistoryQuery(query) {
      try hold(
        (1...HistoryQuery.largestLimit).contains(request.limit), "a limit of \(request.limit)")
      _ = request.journalMatches
    }
    _ = BreakGlass(query)
  }
}

extension ControlServer.Actions {
  /// No peer exists: a channel in memory has no credentials, and write requests are refused.
  fileprivate static var nothing: ControlServer.Actions {
    let ledger = IncidentLedger(file: nil, log: NoLog())
    return ControlServer.Actions(
      reconnect: { $0 != "nope" }, poll: { $0 != "nope" }, reload: { $0(.applied("nothing")) },
      history: { query, done in
        done(HistoryDocument(source: .memory, truncated: query.limit < 1, events: []))
      }, metrics: { [] }, roundTrips: { RoundTripsDocument(slotSeconds: 300, clusters: []) },
      incidents: { [ledger] in ledger.document() }, silence: { _, _ in .tooMany },
      endSilence: { _, _ in false },
      guardView: { $0(nil) }, find: { $2(.notConfigured) }, alerts: { AlertsDocument(channels: []) },
      testAlert: { $1(.unknownChannel) },
      breakGlass: { _, _ in false },
      audit: { _, _, _ in })
  }
}

private struct NoLog: EventLog {
  func write(_ record: LogRecord) {}
}
