package import GuardAPI
import GuardHistory
package import GuardTerminal
import GuardTypes
import Health

/// `oceanid-ctl tunnel`: the session, its forwards and their traffic, its recent history and its last error.
package enum TunnelPage {
  private static let margin = 12

  /// - Parameter range: the length of the history.
  package static func page(
    _ status: StatusDocument, _ terminal: Terminal, range: Duration = .seconds(6 * 3600),
    isWide: Bool = false
  ) -> Page {
    SectionPage.page(.tunnel, status, terminal, isWide: isWide) { cluster in
      let tunnel = cluster.tunnel
      let now = terminal.now
      var page = Page()
      page += (facts(tunnel, now) + tunnel.forwards.map(forward)).flatMap { label, text in
        terminal.labeled(label, margin: margin, indent: 0, text)
      }
      page += HistoryStrip(history: tunnel.history, range: range, now: now).lines(margin: margin, terminal)
      func add(_ table: Table?) {
        guard let table, !table.rows.isEmpty else { return }
        page.gap()
        page += table.lines(width: terminal.width)
      }
      add(TunnelTables.sessions(tunnel.sessions, now))
      add(TunnelTables.forwards(tunnel.forwards))
      for forward in tunnel.forwards {
        guard let table = TunnelTables.connections(forward, now) else { continue }
        page.gap()
        let which = tunnel.forwards.count > 1 ? " through \(forward.listen)" : ""
        page += Line(Span("Last connections\(which)", .strong))
        page += table.lines(width: terminal.width)
      }
      return page.lines
    }
  }

  private static func facts(_ tunnel: TunnelDocument, _ now: Timestamp) -> [(String, Span)] {
    var facts = [("State", TunnelWords.state(tunnel, now)), ("Host", Span(tunnel.host))]
    func add(_ label: String, _ text: String?) {
      if let text { facts.append((label, Span(text))) }
    }
    if !tunnel.via.isEmpty { add("Via", tunnel.via.joined(separator: ", ")) }
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

  private static func forward(_ forward: ForwardDocument) -> (String, Span) {
    let route = "\(forward.listen) -> \(forward.target)"
    return switch forward.state {
    case .listening: ("Forward", Span("\(route), listening"))
    case .portBusy:
      ("Forward", Span("\(route), port busy: in use by \(forward.holder ?? "another process")", .bad))
    case nil: ("Forward", Span(route, .warning))
    }
  }
}
