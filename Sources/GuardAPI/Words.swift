package import Health

extension Verdict: ShapedWord {
  package static var whenAbsent: Verdict { .unknown }
}

extension ObjectStatus: ShapedWord {
  package static var whenAbsent: ObjectStatus { .unknown }
}

extension Condition.Status: ShapedWord {
  package static var whenAbsent: Condition.Status { .unknown }
}

extension Problem.Severity: ShapedWord {
  // A severity that this version does not know is shown at its loudest.
  package static var whenAbsent: Problem.Severity { .critical }
}

/// `tunnel.state`; `unknown` is only ever read, never written.
package enum TunnelState: String, ShapedWord {
  case up, connecting, backoff, blocked, stopped, unknown

  package static var whenAbsent: TunnelState { .unknown }
  package static var written: [TunnelState] { allCases.filter { $0 != .unknown } }

  package init(_ state: TunnelHealth.State) {
    self =
      switch state {
      case .up: .up
      case .connecting: .connecting
      case .backoff: .backoff
      case .blocked: .blocked
      case .stopped: .stopped
      }
  }
}

/// `forwards[].state`; `unknown` is only ever read, never written.
package enum ForwardState: String, ShapedWord {
  case listening
  case portBusy = "port_busy"
  case unknown

  package static var whenAbsent: ForwardState { .unknown }
  package static var written: [ForwardState] { allCases.filter { $0 != .unknown } }
}

/// `tunnel.history[].state`; `unknown` is only ever read, never written.
package enum HistoryState: String, ShapedWord {
  case up
  /// Connecting, or waiting for the next attempt.
  case down
  case blocked, stopped, unknown

  package static var whenAbsent: HistoryState { .unknown }
  package static var written: [HistoryState] { allCases.filter { $0 != .unknown } }
}
