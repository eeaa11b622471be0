import GuardAPI
import Health

/// `oceanid-ctl tunnel`: the session, its forwards, and what went wrong last.
enum TunnelPage {
  static func page(_ status: StatusDocument, _ terminal: Terminal) -> Page {
    PartPage.page(.tunnel, status, terminal) { cluster in
      let tunnel = cluster.tunnel
      let facts = facts(tunnel, terminal.now).flatMap { label, text in
        terminal.labelled(label, margin: 12, indent: 0, text)
      }
      let forwards = forwards(tunnel.forwards)
      return forwards.rows.isEmpty ? facts : facts + [.empty] + forwards.lines(width: terminal.width)
    }
  }

  private static func facts(_ tunnel: TunnelDocument, _ now: Timestamp) -> [(String, Span)] {
    var facts = [("State", TunnelWords.state(tunnel, now)), ("Host", Span(tunnel.host))]
    func add(_ label: String, _ text: String?) {
      if let text { facts.append((label, Span(text))) }
    }
    add("Peer", tunnel.peer)
    add("User", tunnel.user)
    add("Host key", tunnel.hostKey)
    add("Cipher", tunnel.cipher)
    add("Round trip", tunnel.roundTripMs?.asMilliseconds)
    add("Reconnects", "\(tunnel.reconnects)")
    if let error = tunnel.lastError {
      let when = error.at.map { ", \($0.since(now))" } ?? ""
      let message = error.message.isEmpty ? "" : ": \(error.message)"
      facts.append(
        ("Last error", Span("\(error.code)\(message)\(when)", tunnel.state == .up ? .plain : .bad)))
    }
    return facts
  }

  private static func forwards(_ forwards: [ForwardDocument]) -> Table {
    var table = Table(
      columns: ["LISTEN", "TARGET", "STATE", "OPEN", "ACCEPTED", "REFUSED", "RECEIVED", "SENT"])
    for forward in forwards {
      let state =
        switch forward.state {
        case .listening: Span("listening")
        case .portBusy: Span("busy: \(forward.holder ?? "unknown process")", .bad)
        case .unknown: Span("unknown", .warning)
        }
      table.rows.append(
        Table.Row(cells: [
          Span(forward.listen), Span(forward.target), state, Span("\(forward.openConnections)"),
          Span("\(forward.acceptedConnections)"), Span("\(forward.refusedConnections)"),
          Span(forward.bytesFromTarget.asBytes), Span(forward.bytesToTarget.asBytes),
        ]))
    }
    return table
  }
}
