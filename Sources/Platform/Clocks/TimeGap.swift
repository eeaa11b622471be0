/// A period in which this process did not run. Timers that expired in it say nothing about a peer.
package enum TimeGap: Hashable, Sendable {
  /// The machine was suspended for this long.
  case slept(Duration)
  /// The process was stopped or got no CPU time for this long.
  case stalled(Duration)
}
