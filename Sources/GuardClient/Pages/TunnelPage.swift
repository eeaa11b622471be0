import GuardAPI
import Health

/// `oceanid-ctl tunnel`: the session, its forwards, and what went wrong last.
enum TunnelPage {
  static func page(_ status: StatusDocument, _ terminal: Terminal) -> Page {
    SectionPage.page(.tunnel, status, terminal) { cluster in
      let tunnel = cluster.tunnel
      return (facts(tunnel, terminal.now) + tunnel.forwards.flatMap(forward)).flatMap { label, text in
        terminal.labelled(label, margin: 12, indent: 0, text)
      }
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

  private static func forward(_ forward: ForwardDocument) -> [(String, Span)] {
    let route = "\(forward.listen) -> \(forward.target)"
    let state =
      switch forward.state {
      case .listening: Span("\(route), listening")
      case .portBusy:
        Span("\(route), port busy: taken by \(forward.holder ?? "another process")", .bad)
      case .unknown: Span(route, .warning)
      }
    let traffic = """
      \(forward.openConnections) open, \(forward.acceptedConnections) accepted, \
      \(forward.refusedConnections) refused; \(forward.bytesFromTarget.asBytes) received, \
      \(forward.bytesToTarget.asBytes) sent
      """
    return [("Forward", state), ("", Span(traffic))]
  }
}
