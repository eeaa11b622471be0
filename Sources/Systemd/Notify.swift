internal import CLibSystemd
internal import Glibc

/// Reports the state of the process to the service manager (sd_notify(3)). Thread-safe.
package enum Notify {
  /// One assignment of sd_notify(3).
  package enum State: Hashable, Sendable {
    /// Start-up or reload is complete.
    case ready
    /// A reload begins; `.ready` ends it.
    case reloading
    case stopping
    case watchdog
    /// One line of text for users; control characters become spaces.
    case status(String)
    /// Start, reload or stop needs this much more time, counted from now.
    case extendTimeout(Duration)
  }

  package enum Delivery: Hashable, Sendable {
    /// The message is in the manager's queue.
    case sent
    /// `NOTIFY_SOCKET` is not set, so nothing was sent.
    case noServiceManager
  }

  /// Sends all `states` in one message, in this order.
  @discardableResult
  package static func send(_ states: State...) throws(SystemdError) -> Delivery { try send(states) }

  @discardableResult
  package static func send(_ states: [State]) throws(SystemdError) -> Delivery {
    let result = sd_notify(0, message(states, monotonicMicroseconds: monotonicMicroseconds()))
    guard result >= 0 else {
      throw SystemdError(
        operation: "sd_notify", code: -result, detail: "the service manager did not accept the message")
    }
    return result > 0 ? .sent : .noServiceManager
  }

  static func message(_ states: [State], monotonicMicroseconds: UInt64) -> String {
    states.map { state in
      switch state {
      case .ready: "READY=1"
      // The manager uses the timestamp to match this message with the reload that it requested; systemd 253 and later
      // require it (sd_notify(3), MONOTONIC_USEC).
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)"
      case .stopping: "STOPPING=1"
      case .watchdog: "WATCHDOG=1"
      case .status(let text): "STATUS=\(line(text))"
      case .extendTimeout(let duration): "EXTEND_TIMEOUT_USEC=\(max(1, duration.microseconds))"
      }
    }.joined(separator: "\n")
  }

  /// Replaces control characters, because a line feed would start another assignment.
  private static func line(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(1024) {
      scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(scalars)
  }

  private static func monotonicMicroseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
  }
}

extension Duration {
  /// Whole microseconds. Durations over 290,000 years are clamped to avoid an overflow.
  fileprivate var microseconds: Int64 {
    let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? .max : whole &+ components.attoseconds / 1_000_000_000_000
  }
}
