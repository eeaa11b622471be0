internal import Platform

/// Whether the peer is still there, judged by its silence. Pure: bytes, time and the kernel's view go in.
struct Liveness {
  typealias Instant = MonotonicTime

  enum Verdict: Equatable {
    case alive
    /// Silent for the interval: ask for a sign of life.
    case ask
    case dead(silence: Duration)
  }

  /// How long an answer may take when there is reason for doubt: a resume, a change of routes.
  static let probePatience: Duration = .seconds(3)

  private let interval: Duration
  private let timeout: Duration
  /// When the peer was asked; older than the last byte received, it is answered.
  private var asked: Instant?
  private var patience: Duration
  /// A slow path was given this much more time.
  private var grace: Instant?
  /// The next question is asked at once, and this is what its answer may take.
  private var doubt: Duration?

  init(interval: Duration, timeout: Duration) {
    self.interval = interval
    self.timeout = timeout
    self.patience = timeout
  }

  /// After an interval of silence comes the question, and what is left of the timeout is for the answer.
  private var usualPatience: Duration { max(.seconds(1), timeout - interval) }

  /// This process was stopped or starved: what its timers say is not believed, and the peer is asked anew.
  mutating func restart() { ask(patience: usualPatience) }

  /// The machine slept, or the path changed under it: the peer is asked at once, and its answer has a short time.
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
    // Bytes under way that the kernel still gets acknowledged: the path is slow, not dead.
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

/// Why what the timers say of a peer is not believed.
enum ProbeReason {
  /// This process was stopped or starved.
  case lateness
  /// The machine slept, or an address or a route changed.
  case path
}
