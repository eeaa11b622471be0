internal import Platform

/// Decides whether the peer is alive from the time since its last data. Pure: data, time and TCP_INFO are inputs.
struct Liveness {
  typealias Instant = MonotonicTime

  enum Verdict: Equatable {
    case alive
    /// The peer was silent for the interval: probe it.
    case ask
    case dead(silence: Duration)
  }

  /// The time limit for an answer after a resume or a route change.
  static let probeTimeLimit: Duration = .seconds(3)

  private let interval: Duration
  private let timeout: Duration
  /// When the peer was probed. Any byte received after that answers the probe.
  private var asked: Instant?
  private var timeLimit: Duration
  /// The end of the extra time that was given to a slow path.
  private var grace: Instant?
  /// If set, the next probe is due at once, and this is the time limit for its answer.
  private var doubt: Duration?

  init(interval: Duration, timeout: Duration) {
    self.interval = interval
    self.timeout = timeout
    self.timeLimit = timeout
  }

  /// The time limit for the answer to a probe: the timeout without the interval of silence before the probe.
  private var usualTimeLimit: Duration { max(.seconds(1), timeout - interval) }

  /// This process was stopped, so its timers are not reliable: probe the peer again.
  mutating func restart() { ask(timeLimit: usualTimeLimit) }

  /// The machine slept, or the path changed: probe the peer at once, with a short deadline.
  mutating func suspect() { ask(timeLimit: min(timeout, Liveness.probeTimeLimit)) }

  private mutating func ask(timeLimit: Duration) {
    doubt = timeLimit
    asked = nil
    grace = nil
  }

  func nextCheck(lastReceived: Instant) -> Instant {
    if doubt != nil { return lastReceived }
    guard let unanswered = unanswered(lastReceived) else { return lastReceived + interval }
    return max(unanswered + timeLimit, grace ?? unanswered)
  }

  /// Judges the peer's silence. Read the socket before calling it: after a process was stopped for a minute, the
  /// answers of that minute are still in the socket.
  mutating func judge(lastReceived: Instant, now: Instant, quality: () -> PathQuality?) -> Verdict {
    guard now >= nextCheck(lastReceived: lastReceived) else { return .alive }
    guard doubt == nil, unanswered(lastReceived) != nil else {
      timeLimit = doubt ?? usualTimeLimit
      asked = now
      grace = nil
      doubt = nil
      return .ask
    }
    // The kernel still receives acknowledgements for bytes in flight, so the path is slow but not dead.
    if let quality = quality(), quality.unacknowledged > 0, quality.sinceLastAcknowledgement < timeLimit {
      grace = now + .seconds(1)
      return .alive
    }
    return .dead(silence: now - lastReceived)
  }

  private func unanswered(_ lastReceived: Instant) -> Instant? {
    asked.flatMap { lastReceived < $0 ? $0 : nil }
  }
}

/// Why the timers for a peer are not reliable, so that it is probed.
enum ProbeReason {
  /// This process was stopped or got no CPU time.
  case lateness
  /// The machine slept, or an address or a route changed.
  case path
  /// An address of the machine was removed; it may be the one that the session was connected from.
  case source
}
