internal import Platform

/// Decides whether the peer is alive from the time since its last data. Pure: data, time and TCP_INFO go in.
struct Liveness {
  typealias Instant = MonotonicTime

  enum Verdict: Equatable {
    case alive
    /// Silent for the interval: probe the peer.
    case ask
    case dead(silence: Duration)
  }

  /// How long an answer may take after a resume or a change of routes.
  static let probePatience: Duration = .seconds(3)

  private let interval: Duration
  private let timeout: Duration
  /// When the peer was probed; the probe is answered once a byte was received after it.
  private var asked: Instant?
  private var patience: Duration
  /// A slow path was given this much more time.
  private var grace: Instant?
  /// The next probe is due at once, and its answer may take this long.
  private var doubt: Duration?

  init(interval: Duration, timeout: Duration) {
    self.interval = interval
    self.timeout = timeout
    self.patience = timeout
  }

  /// The peer is probed after an interval of silence; the rest of the timeout is for its answer.
  private var usualPatience: Duration { max(.seconds(1), timeout - interval) }

  /// This process was stopped, so its timers can't be trusted: the peer is probed again.
  mutating func restart() { ask(patience: usualPatience) }

  /// The machine slept, or the path changed: the peer is probed at once, with a short deadline.
  mutating func suspect() { ask(patience: min(timeout, Liveness.probePatience)) }

  private mutating func ask(patience: Duration) {
    doubt = patience
    asked = nil
    grace = nil
  }

  func nextCheck(lastReceived: Instant) -> Instant {
    if doubt != nil { return lastReceived }
    guard let unanswered = unanswered(lastReceived) else { return lastReceived + interval }
    return max(unanswered + patience, grace ?? unanswered)
  }

  /// Judges the peer's silence. Call it after taking in what the socket had: a process that was stopped for a
  /// minute finds the answers of that minute there.
  mutating func judge(lastReceived: Instant, now: Instant, quality: () -> PathQuality?) -> Verdict {
    guard now >= nextCheck(lastReceived: lastReceived) else { return .alive }
    guard doubt == nil, unanswered(lastReceived) != nil else {
      patience = doubt ?? usualPatience
      asked = now
      grace = nil
      doubt = nil
      return .ask
    }
    // The kernel still gets acknowledgements for bytes in flight: the path is slow, not dead.
    if let quality = quality(), quality.unacknowledged > 0, quality.sinceLastAcknowledgement < patience {
      grace = now + .seconds(1)
      return .alive
    }
    return .dead(silence: now - lastReceived)
  }

  private func unanswered(_ lastReceived: Instant) -> Instant? {
    asked.flatMap { lastReceived < $0 ? $0 : nil }
  }
}

/// Why the timers of a peer can't be trusted, so that it is probed.
enum ProbeReason {
  /// This process was stopped, or did not get the processor.
  case lateness
  /// The machine slept, or an address or a route changed.
  case path
}
