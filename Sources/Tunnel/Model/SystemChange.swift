package import Platform

/// A change of the machine that makes current delays and timers obsolete.
package enum SystemChange: Hashable, Sendable {
  /// An address, a route or a link was added, so the host may be reachable again or over another path.
  case networkChanged
  /// An address of the machine was removed. Sessions that were connected from it are dead.
  case addressRemoved
  /// The machine slept, or the process was stopped. Everything that began before `lastAwake` is obsolete, which is the
  /// last time known to be before the gap.
  case resumed(lastAwake: MonotonicTime)
}
