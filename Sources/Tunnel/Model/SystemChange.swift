package import Platform

/// A change of the machine that makes running waits and timers obsolete.
package enum SystemChange: Hashable, Sendable {
  /// An address, a route or a link was added: the host may be reachable again, or over another path.
  case networkChanged
  /// The machine slept, or the process was stopped. Everything that began before `lastAwake`, the last moment known to be
  /// before that, has been overtaken.
  case resumed(lastAwake: MonotonicTime)
}
