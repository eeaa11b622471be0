package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// The tunnel in a few lines of the status page.
package enum TunnelWords {
  /// - Parameter isExplained: true if a problem on the same page has the text of the error.
  package static func lines(_ tunnel: TunnelDocument, isExplained: Bool, _ now: Timestamp) -> [Span] {
    let forwards = tunnel.forwards.map { forward($0, isUp: tunnel.state == .up) }
    let state = state(tunnel, now)
    guard let error = error(tunnel) else { return [state] + forwards }
    guard isExplained, let code = tunnel.lastError?.code else { return [state, error] + forwards }
    return [Span("\(state.text); \(code)", state.style)] + forwards
  }

  package static func state(_ tunnel: TunnelDocument, _ now: Timestamp) -> Span {
    let since = tunnel.since.map { " since \($0.since(now))" } ?? ""
    switch tunnel.state {
    case .up:
      let peer = tunnel.peer.map { ", \($0)" } ?? ""
      let roundTrip = tunnel.roundTripMs.map { ", round trip \($0.asMilliseconds)" } ?? ""
      return Span("up\(since)\(peer)\(roundTrip)")
    case .connecting:
      let attempt = tunnel.attempt > 1 ? ", attempt \(tunnel.attempt)" : ""
      let wait = tunnel.waitsFor.map { ", waits for \($0)" } ?? ""
      return Span("connecting to \(tunnel.host)\(since)\(attempt)\(wait)", .warning)
    case .backoff:
      return Span("down\(since)\(attempts(tunnel, now))", .bad)
    case .blocked:
      return Span("blocked, down\(since)\(attempts(tunnel, now))", .bad)
    case .stopped:
      return Span("stopped\(since)", .warning)
    case nil:
      return Span("in a state that is unknown to this version of oceanid-ctl", .warning)
    }
  }

  private static func attempts(_ tunnel: TunnelDocument, _ now: Timestamp) -> String {
    let made = tunnel.attempt > 0 ? ", \(tunnel.attempt.of("attempt"))" : ""
    let next = tunnel.nextAttemptAt.map { $0 > now ? ", next \($0.relative(to: now))" : ", next now" } ?? ""
    return made + next
  }

  /// The error that caused the current state. `oceanid-ctl tunnel` shows older ones.
  private static func error(_ tunnel: TunnelDocument) -> Span? {
    guard tunnel.state != .up, let error = tunnel.lastError else { return nil }
    return Span(error.message.isEmpty ? error.code : "\(error.code): \(error.message)", .bad)
  }

  private static func forward(_ forward: ForwardDocument, isUp: Bool) -> Span {
    let route = "\(forward.listen) -> \(forward.target)"
    switch forward.state {
    case .listening:
      return Span(isUp ? "\(route), \(forward.openConnections.of("connection")) open" : route)
    case .portBusy:
      return Span("\(forward.listen) is in use by \(forward.holder ?? "another process")", .bad)
    case nil:
      return Span(route, .warning)
    }
  }
}
