internal import Platform
internal import SSH

/// The session that carries the tunnel, with its liveness and its queue of opens.
///
/// Belongs to the tunnel's thread.
final class UpLink {
  typealias Instant = SuspendingClock.Instant

  /// What the session's one open is for (channel.c keeps one `open_state` a session).
  enum Open {
    case none
    case connection(UInt32)
    case probe
  }

  /// A channel that is being closed; dropped at the deadline, to be freed with the session.
  struct Closing {
    let channel: Channel
    let deadline: Instant
  }

  let link: Link
  let resolution: Resolution
  let serial: UInt32
  var open = Open.none
  var closing: [Closing] = []
  private let interval: Duration
  private let timeout: Duration
  /// When the peer was asked for a sign of life; older than the last byte received, it is answered.
  private var asked: Instant?
  /// A slow path was given this much more time.
  private var grace: Instant?

  init(_ link: Link, resolution: Resolution, serial: UInt32, configuration: TunnelConfiguration) {
    self.link = link
    self.resolution = resolution
    self.serial = serial
    self.interval = configuration.keepaliveInterval
    self.timeout = configuration.keepaliveTimeout
  }

  func becameReady(_ readiness: Epoll.Readiness) {
    if readiness.wakesReader { link.isReadable = true }
    if readiness.wakesWriter { link.isWritable = true }
  }

  enum Liveness {
    case alive
    /// Silent for the interval: ask.
    case ask
    case dead(silence: Duration)
  }

  /// After an interval of silence comes the question, and what is left of the timeout is for the answer.
  private var patience: Duration { max(.seconds(1), timeout - interval) }
  private var unanswered: Instant? { asked.flatMap { link.lastReceived < $0 ? $0 : nil } }

  var nextCheck: Instant {
    guard let unanswered else { return link.lastReceived + interval }
    return max(unanswered + patience, grace ?? unanswered)
  }

  /// Judges the peer's silence. Call it after taking in what the socket had: a process that was stopped for a
  /// minute finds the answers of that minute there.
  func checkLiveness(now: Instant) -> Liveness {
    guard now >= nextCheck else { return .alive }
    guard unanswered != nil else {
      asked = now
      grace = nil
      return .ask
    }
    // Bytes under way that the kernel still gets acknowledged: the path is slow, not dead.
    if let quality = link.quality, quality.unacknowledged > 0, quality.sinceLastAcknowledgement < patience {
      grace = now + .seconds(1)
      return .alive
    }
    return .dead(silence: now - link.lastReceived)
  }
}
