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
  /// The maximum number of sessions that log in at the same time.
  private static let openingLimit = 4

  private let limit: Int
  private let terms: SessionChain.Terms
  private let statusStore: StatusStore
  private let mailbox: Mailbox<Engine.Message>
  private var sessions: [ExtraSession] = []
  /// The number of the last session, including first sessions.
  private var lastNumber = 0
  private var burst = StartBurst()
  /// The number of clients that wait because of `burst`.
  private var held = 0
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
    var next = held > 0 ? burst.deadline : nil
    for session in sessions { next.lower(to: session.idleSince.map { $0 + SessionPool.idleLimit }) }
    return next
  }

  /// Closes sessions that have been idle for long.
  ///
  /// - Parameter first: the load of the tunnel's first session.
  /// - Returns: true if every session is busy, so that a further one is needed.
  func closeIdle(first: SessionLoad, _ now: Instant) -> Bool {
    var isWanted = first.reading.isBusy
    var hasBulk = first.bulk.load(ordering: .relaxed) > 0
    for session in sessions {
      let reading = session.load.reading
      isWanted = isWanted && reading.isBusy && session.isUp
      hasBulk = hasBulk || reading.bulk > 0
    }
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

  /// Opens further sessions over `route`, if the limit and the last failure allow it: for a burst of bulk that waits, or
  /// one for small requests.
  func open(_ route: Route, first: SessionLoad, _ now: Instant) {
    guard now >= nextOpen else { return }
    let loads = [first.reading(at: now)] + sessions.map { $0.load.reading(at: now) }
    var wanted = Placement.wantsAnother(loads, limit: limit) ? 1 : 0
    if held > 0, burst.isProven(now) {
      let isOpening = sessions.count { !$0.isUp && !$0.isEnding }
      wanted = max(wanted, Placement.sessionsWanted(by: held, loads, limit: limit))
      // sshd refuses some of many simultaneous logins (sshd_config(5), MaxStartups).
      wanted = min(wanted, SessionPool.openingLimit - isOpening)
    }
    let (mailbox, terms) = (mailbox, terms.withoutChecks)
    for _ in 0..<max(0, wanted) {
      let number = nextNumber()
      do throws(SystemError) {
        sessions.append(
          try ExtraSession(number: number, route: route, terms: terms) {
            mailbox.post(.session(number: number, $0))
          })
      } catch {
        nextOpen = now + SessionPool.failurePause
        return
      }
    }
  }

  /// True if connections wait for sessions that a burst needs.
  func wantsSessions(_ now: Instant) -> Bool { held > 0 && burst.isProven(now) }

  /// Assigns each waiting client to a session, or leaves it in the queue: if all sessions are stuck, or for a moment if
  /// many start at once and further sessions can be opened.
  ///
  /// - Parameter first: the tunnel's first session; nil if it is not up.
  /// - Returns: true if the first session got a client.
  func place(_ waiting: inout FairQueue<Client>, first: Relay?, _ load: SessionLoad) -> Bool {
    held = 0
    let now = MonotonicTime.now
    guard !waiting.isEmpty else {
      burst.release(now)
      return false
    }
    let up = sessions.filter(\.isUp)
    let loads = (first == nil ? [] : [load]) + up.map(\.load)
    let mayGrow = first != nil && mayGrow(load, now)
    let carried = loads.reduce(0) { $0 + $1.bytes.load(ordering: .relaxed) }
    var usesFirst = false
    var unplaced: [Client] = []
    for client in waiting.drain() {
      let readings = loads.map { $0.reading(at: now) }
      let isProven = burst.isProven(now)
      guard let index = Placement.choose(among: readings, expectsBulk: isProven) else {
        unplaced.append(client)
        continue
      }
      let starts = isProven ? readings[index].streams : readings[index].recentClients
      if mayGrow, client.owner != .own, starts >= Placement.startsPerSession,
        burst.holds(
          carried: carried, isOpening: first?.open != nil, roundTrip: first?.answerTime, now)
      {
        held += 1
        unplaced.append(client)
      } else if let first, index == 0 {
        load.add(client: client.number, now)
        first.serve(client)
        usesFirst = true
      } else {
        up[first == nil ? index : index - 1].serve(client)
      }
    }
    waiting.requeue(unplaced)
    if held == 0 { burst.release(now) }
    return usesFirst
  }

  /// True if a further session is being opened, or may be opened for bulk.
  private func mayGrow(_ first: SessionLoad, _ now: Instant) -> Bool {
    let existing = sessions.filter { !$0.isEnding }
    let working = ([first] + existing.map(\.load)).count { !$0.reading.isStuck }
    return existing.contains { !$0.isUp } || (now >= nextOpen && working < limit)
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
      if let failure, !failure.isMove { nextOpen = MonotonicTime.now + SessionPool.failurePause }
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
    session.isEnding = true
    session.idleSince = nil
    session.end()
  }
}
