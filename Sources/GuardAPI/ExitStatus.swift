package import GuardTypes

/// The exit statuses of `oceanid-ctl`; from 64 on they are those of sysexits.h.
package enum ExitStatus: Int32, Sendable {
  case healthy = 0
  case degraded = 1
  case critical = 2
  /// Not known, stale, or the daemon has just started.
  case unknown = 3
  case usage = 64
  /// The daemon can't be reached, or speaks another language.
  case unavailable = 69
  /// A `wait` ended without what it waited for.
  case timedOut = 75
  case denied = 77
  /// The configuration has mistakes.
  case configuration = 78

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
