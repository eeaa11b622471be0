internal import CLibSystemd

/// The service manager's watchdog (sd_watchdog_enabled(3)).
package enum Watchdog {
  /// The time after which the manager kills the process unless it gets `Notify.State.watchdog`; nil if the
  /// watchdog is off. Send at a third of it, so that one late message has no effect.
  package static func interval() throws(SystemdError) -> Duration? {
    var microseconds: UInt64 = 0
    let result = sd_watchdog_enabled(0, &microseconds)
    guard result >= 0 else {
      throw SystemdError(
        operation: "sd_watchdog_enabled", code: -result,
        detail: "WATCHDOG_USEC or WATCHDOG_PID is not a number")
    }
    guard result > 0 else { return nil }
    return .microseconds(Int64(clamping: microseconds))
  }
}
