package import GuardTypes

/// The exit statuses of `oceanid-ctl`. Those from 64 on are defined in sysexits.h.
package enum ExitStatus: Int32, Sendable {
  case healthy = 0
  case degraded = 1
  case critical = 2
  /// The state is unknown or outdated, or the daemon has just started.
  case unknown = 3
  case usage = 64
  /// The daemon is unreachable or uses an incompatible version.
  case unavailable = 69
  /// `wait` ended before its condition was true.
  case timedOut = 75
  case denied = 77
  /// The configuration has errors.
  case configuration = 78

  /// Its name in the errors that `--json` prints.
  package var code: String {
    switch self {
    case .healthy: "ok"
    case .degraded: "failed"
    case .critical: "stuck"
    case .unknown: "unknown"
    case .usage: "usage"
    case .unavailable: "unavailable"
    case .timedOut: "timed_out"
    case .denied: "denied"
    case .configuration: "configuration"
    }
  }

  package init(_ verdict: Verdict) {
    self =
      switch verdict {
      case .healthy: .healthy
      case .degraded: .degraded
      case .critical: .critical
      case .unknown: .unknown
      }
  }
}
