package import GuardAPI
package import GuardTerminal
package import Health

/// The tables of `oceanid-ctl tunnel`: forwards, sessions and recent connections.
package enum TunnelTables {
  private static let maxConnections = 20

  package static func forwards(_ forwards: [ForwardDocument]) -> Table {
    var table = Table(columns: ["FORWARD", "OPEN", "TOTAL", "REFUSED", "RECEIVED", "RATE", "SENT", "RATE"])
    table.minor = [7, 5, 6, 2]
    for forward in forwards {
      table.rows.append(
        Table.Row(cells: [
          Span(forward.listen), Span("\(forward.openConnections)"), Span("\(forward.acceptedConnections)"),
          Span("\(forward.refusedConnections)"), Span(forward.bytesFromTarget.asBytes),
          Span(forward.rateFromTarget.asRate), Span(forward.bytesToTarget.asBytes),
          Span(forward.rateToTarget.asRate),
        ]))
    }
    return table
  }

  /// nil for one session, because the tunnel's own lines already show it.
  package static func sessions(_ sessions: [SessionDocument], _ now: Timestamp) -> Table? {
    guard sessions.count > 1 else { return nil }
    var table = Table(columns: ["SESSION", "PEER", "AGE", "OPEN", "RATE"])
    table.names = 2
    table.minor = [2, 4]
    for session in sessions {
      table.rows.append(
        Table.Row(cells: [
          Span("\(session.serial)"), Span(session.peer ?? "-"),
          Span(session.since.map { (now - $0).asAge } ?? "-"),
          Span("\(session.openConnections)"), Span(session.bytesPerSecond.asRate),
        ]))
    }
    return table
  }

  package static func connections(_ forward: ForwardDocument, _ now: Timestamp) -> Table? {
    guard !forward.recent.isEmpty else { return nil }
    var table = Table(columns: ["FROM", "AGE", "LASTED", "RECEIVED", "SENT", "END"])
    table.endsInProse = true
    table.minor = [4, 3]
    for connection in forward.recent.prefix(maxConnections) {
      let end = connection.end.map { String($0.map { $0 == "_" ? " " : $0 }) }
      let isOrdinary = connection.end?.hasPrefix("closed_") ?? true
      table.rows.append(
        Table.Row(
          cells: [
            Span(connection.origin), Span((now - connection.openedAt).asAge),
            Span(connection.endedAt.map { lasted($0 - connection.openedAt) } ?? "open"),
            Span(connection.bytesFromTarget.asBytes), Span(connection.bytesToTarget.asBytes),
            Span(
              (end ?? "") + (connection.reason.map { ": \($0)" } ?? ""), isOrdinary ? .plain : .warning),
          ], showsAll: !isOrdinary))
    }
    return table
  }

  /// `87ms`, `3s`, `2m5s`
  private static func lasted(_ time: Duration) -> String {
    time >= .seconds(1) ? time.asAge : time.exact.filter { $0 != " " }
  }
}
