internal import GuardTypes
internal import Platform
internal import Synchronization

/// The published state of a tunnel. Written by its thread, read from any thread.
final class StatusStore: Sendable {
  private let latest: Mutex<TunnelStatus>
  let counters: [ForwardCounters]
  let turns = Atomic<Int>(0)
  private let sessions = Mutex<[Entry]>([])

  /// A session that is up, and its load.
  struct Entry {
    var session: TunnelStatus.Session
    let load: SessionLoad
    private var rate = Rate()

    init(_ session: TunnelStatus.Session, load: SessionLoad) {
      self.session = session
      self.load = load
    }

    fileprivate mutating func read(now: MonotonicTime) -> TunnelStatus.Session {
      let bytes = load.bytes.load(ordering: .relaxed)
      rate.record(bytes, at: now)
      session.openConnections = load.clients.load(ordering: .relaxed)
      session.bytesPerSecond = rate.perSecond(bytes, at: now)
      return session
    }
  }

  init(configuration: TunnelConfiguration) {
    self.counters = configuration.forwards.map { _ in ForwardCounters() }
    self.latest = Mutex(
      TunnelStatus(
        state: .connecting, since: WallClock.milliseconds, host: configuration.host, reconnects: 0,
        attempt: 0,
        forwards: configuration.forwards.map { .init(listen: $0.listen, target: $0.target) }))
  }

  /// The targets of forwards whose last open was refused.
  var unreached: [StreamAddress] {
    latest.withLock { $0.forwards.compactMap { $0.refusal == nil ? nil : $0.target } }
  }

  func publish(_ change: (inout TunnelStatus) -> Void) { latest.withLock { change(&$0) } }

  func add(_ session: TunnelStatus.Session, load: SessionLoad) {
    sessions.withLock { $0.append(Entry(session, load: load)) }
  }

  func remove(session serial: Int) {
    sessions.withLock { $0.removeAll { $0.session.serial == serial } }
  }

  /// The latest state with the current counters.
  var status: TunnelStatus {
    let now = MonotonicTime.now
    var status = latest.withLock { $0 }
    for (index, counters) in zip(status.forwards.indices, counters) {
      counters.fill(&status.forwards[index], now: now)
    }
    status.sessions = sessions.withLock { entries in
      entries.indices.map { entries[$0].read(now: now) }
    }
    return status
  }
}
