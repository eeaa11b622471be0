internal import CLibSystemd

/// The service manager's watchdog (sd_watchdog_enabled(3)).
package enum Watchdog {
  /// How long the manager waits for `Notify.State.watchdog` before it kills the process; nil: it does not
  /// watch. Send at a third of it: one message may be late without harm.
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
