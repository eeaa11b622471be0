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
  /// When the peer was asked for a sign of life that has not come; nil: nothing is asked.
  private var asked: Instant?
  private(set) var nextCheck: Instant

  init(_ link: Link, resolution: Resolution, serial: UInt32, configuration: TunnelConfiguration) {
    self.link = link
    self.resolution = resolution
    self.serial = serial
    self.interval = configuration.keepaliveInterval
    self.timeout = configuration.keepaliveTimeout
    self.nextCheck = link.lastReceived + configuration.keepaliveInterval
  }

  func becameReady(_ readiness: Epoll.Readiness) {
    if readiness.contains(.readable) || !readiness.isDisjoint(with: .hangup) { link.isReadable = true }
    if readiness.contains(.writable) || !readiness.isDisjoint(with: .hangup) { link.isWritable = true }
  }

  enum Liveness {
    case alive
    /// Silent for the interval: ask.
    case ask
    case dead(silence: Duration)
  }

  /// Judges the peer's silence. Call it after taking in what the socket had: a process that was stopped for a
  /// minute finds the answers of that minute there.
  func checkLiveness(now: Instant) -> Liveness {
    guard now >= nextCheck else { return .alive }
    if let asked, link.lastReceived < asked {
      // The question went out after one interval of silence; the rest of the timeout is for the answer.
      let patience = max(.seconds(1), timeout - interval)
      nextCheck = min(asked + patience, now + interval)
      guard now - asked >= patience else { return .alive }
      // Bytes under way that the kernel still gets acknowledged: the path is slow, not dead.
      if let quality = link.quality, quality.unacknowledged > 0, quality.sinceLastAcknowledgement < patience {
        nextCheck = now + .seconds(1)
        return .alive
      }
      return .dead(silence: now - link.lastReceived)
    }
    asked = nil
    let due = link.lastReceived + interval
    guard now >= due else {
      nextCheck = due
      return .alive
    }
    asked = now
    nextCheck = now + max(.seconds(1), timeout - interval)
    return .ask
  }
}
