package import Platform

/// News of the machine that old waits and old timers know nothing of.
package enum SystemChange: Hashable, Sendable {
  /// An address, a route or a link came; the way to the host may be there again, or another one.
  case networkChanged
  /// The machine slept, or the process was stopped. Whatever began before `lastAwake`, the last moment known to be
  /// before that, has been overtaken.
  case resumed(lastAwake: MonotonicTime)
}
