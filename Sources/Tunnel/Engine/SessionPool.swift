internal import Platform
internal import Synchronization

/// The further sessions of a tunnel. Opened when the others carry bulk or are stuck, closed when idle.
///
/// Belongs to the tunnel's thread; each session has a thread of its own.
final class SessionPool {
  typealias Instant = MonotonicTime

  /// An idle session is kept this long for the next bulk transfer.
  private static let idleLimit: Duration = .seconds(60)
  private static let failurePause: Duration = .seconds(30)
  /// How long more bulk is expected after bulk was seen.
  private static let bulkMemory: Duration = .seconds(5)

  private let limit: Int
  private let terms: SessionChain.Terms
  private let statusStore: StatusStore
  private let mailbox: Mailbox<Engine.Message>
  private var sessions: [ExtraSession] = []
  /// The number of the last session, including first sessions.
  private var lastNumber = 0
  /// The time at which bulk was last seen on any session.
  private var lastBulk: Instant?
  /// No session is opened before this time, because the last one failed.
  private var nextOpen: Instant

  init(
    limit: Int, terms: SessionChain.Terms, statusStore: StatusStore, mailbox: Mailbox<Engine.Message>,
    now: Instant
  ) {
    self.limit = limit
    self.terms = terms
    self.statusStore = statusStore
    self.mailbox = mailbox
    self.nextOpen = now
  }

  /// Returns the number for the next session of the tunnel.
  func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  var nextDeadline: Instant? {
    var next: Instant?
    for session in sessions { next.lower(to: session.idleSince.map { $0 + SessionPool.idleLimit }) }
    return next
  }

  /// Closes sessions that have been idle for long.
  ///
  /// - Parameter first: the load of the tunnel's first session.
  /// - Returns: true if every session is busy, so that a further one is wanted.
  func closeIdle(first: SessionLoad, _ now: Instant) -> Bool {
    var isWanted = first.reading.isBusy
    var hasBulk = first.bulk.load(ordering: .relaxed) > 0
    for session in sessions {
      let reading = session.load.reading
      isWanted = isWanted && reading.isBusy && session.isUp
      hasBulk = hasBulk || reading.bulk > 0
    }
    if hasBulk { lastBulk = now }
    for session in sessions where session.isUp {
      if hasBulk || session.load.clients.load(ordering: .relaxed) > 0 {
        session.idleSince = nil
      } else if let since = session.idleSince {
        if now - since >= SessionPool.idleLimit { end(session) }
      } else {
        session.idleSince = now
      }
    }
    return isWanted
  }

  /// Opens a further session over `route`, if the limit and the last failure allow it.
  func open(_ route: Route, first: SessionLoad, _ now: Instant) {
    guard now >= nextOpen,
      Placement.wantsAnother([first.reading] + sessions.map(\.load.reading), limit: limit)
    else { return }
    let (number, mailbox) = (nextNumber(), mailbox)
    do throws(SystemError) {
      sessions.append(
        try ExtraSession(number: number, route: route, terms: terms.withoutChecks) {
          mailbox.post(.session(number: number, $0))
        })
    } catch {
      nextOpen = now + SessionPool.failurePause
    }
  }

  /// Assigns each waiting client to the session with the least load.
  ///
  /// - Parameter first: the tunnel's first session; nil if it is not up.
  /// - Returns: true if the first session got a client.
  func place(_ waiting: inout FairQueue<Client>, first: Relay?, _ load: SessionLoad) -> Bool {
    guard !waiting.isEmpty else { return false }
    let up = sessions.filter(\.isUp)
    guard !up.isEmpty else {
      // This is the usual case: there is only one session to choose.
      guard let first, !load.isStuck.load(ordering: .relaxed) else { return false }
      for client in waiting.drain() { SessionPool.serve(client, first, load) }
      return true
    }
    let loads = (first == nil ? [] : [load]) + up.map(\.load)
    let expectsBulk = lastBulk.map { MonotonicTime.now - $0 < SessionPool.bulkMemory } ?? false
    var usesFirst = false
    var unplaced: [Client] = []
    for client in waiting.drain() {
      guard let index = Placement.choose(among: loads.map(\.reading), expectsBulk: expectsBulk) else {
        unplaced.append(client)
        continue
      }
      if let first, index == 0 {
        SessionPool.serve(client, first, load)
        usesFirst = true
      } else {
        up[first == nil ? index : index - 1].serve(client)
      }
    }
    waiting.requeue(unplaced)
    return usesFirst
  }

  private static func serve(_ client: Client, _ relay: Relay, _ load: SessionLoad) {
    load.clients.add(1, ordering: .relaxed)
    relay.serve(client)
  }

  /// Handles the report of a session's thread.
  ///
  /// - Returns: the clients that another session must serve.
  func handle(_ report: ExtraSession.Report, of number: Int) -> [Client] {
    guard let index = sessions.firstIndex(where: { $0.number == number }) else { return [] }
    let session = sessions[index]
    switch report {
    case .up(let peer):
      session.isUp = true
      statusStore.add(.init(serial: number, peer: peer, since: WallClock.milliseconds), load: session.load)
      return []
    case .changed: return []
    case .returned(let clients): return clients
    case .ended(let failure, let clients):
      sessions.remove(at: index)
      statusStore.remove(session: number)
      if failure != nil { nextOpen = MonotonicTime.now + SessionPool.failurePause }
      return clients + session.leftOver()
    }
  }

  func probe(_ reason: ProbeReason) {
    for session in sessions { session.probe(reason) }
  }

  func endAll() {
    for session in sessions { end(session) }
  }

  /// Waits until every session has ended. Each one cuts its connections, disconnects, and returns the clients that it
  /// has not served.
  func join() {
    for session in sessions { session.join() }
  }

  /// The session stays in the list until its thread reports the end.
  private func end(_ session: ExtraSession) {
    session.isUp = false
    session.idleSince = nil
    session.end()
  }
}
