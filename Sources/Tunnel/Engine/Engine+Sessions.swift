internal import Platform
internal import Synchronization

// Further sessions: opened when bulk asks for them, closed when idle.
extension Engine {
  /// An idle session is kept this long, for the next bulk.
  static let idleLimit: Duration = .seconds(60)
  private static let failurePause: Duration = .seconds(30)
  /// Where bulk ran this short a time ago, more is expected.
  static let bulkMemory: Duration = .seconds(5)

  func keepExtras(_ now: Instant) {
    var isWanted = load.reading.isBusy
    var hasBulk = load.bulk.load(ordering: .relaxed) > 0
    for extra in extras {
      let reading = extra.load.reading
      isWanted = isWanted && reading.isBusy && extra.isUp
      hasBulk = hasBulk || reading.bulk > 0
    }
    if hasBulk { lastBulk = now }
    for extra in extras where extra.isUp {
      if hasBulk || extra.load.clients.load(ordering: .relaxed) > 0 {
        extra.idleSince = nil
      } else if let since = extra.idleSince {
        if now - since >= Engine.idleLimit { end(extra) }
      } else {
        extra.idleSince = now
      }
    }
    guard machine.state == .up, let relay = carrier?.relay else { return }
    if load.isStuck.load(ordering: .relaxed) { waiting.putBack(relay.takeQueue()) }
    if isWanted { openExtra(now) }
  }

  func endExtras() {
    for extra in extras { end(extra) }
  }

  /// It stays in the list until its thread reports the end.
  private func end(_ extra: ExtraSession) {
    extra.isUp = false
    extra.idleSince = nil
    extra.end()
  }

  private func openExtra(_ now: Instant) {
    guard let route, now >= extraAllowed,
      Placement.wantsAnother(
        [load.reading] + extras.map(\.load.reading), limit: plan.configuration.sessionLimit)
    else { return }
    lastSession += 1
    let (number, mailbox) = (lastSession, mailbox)
    do throws(SystemError) {
      extras.append(
        try ExtraSession(number: number, route: route, terms: terms.withoutChecks) {
          mailbox.post(.session(number: number, $0))
        })
    } catch {
      extraAllowed = now + Engine.failurePause
    }
  }

  func read(_ report: ExtraSession.Report, of number: Int) {
    guard let index = extras.firstIndex(where: { $0.number == number }) else { return }
    switch report {
    case .up(let peer):
      extras[index].isUp = true
      board.add(.init(serial: number, peer: peer, since: WallClock.milliseconds), load: extras[index].load)
    case .changed: break
    case .returned(let clients): waiting.putBack(clients)
    case .ended(let failure, let clients):
      waiting.putBack(clients + extras[index].leftOver())
      extras.remove(at: index)
      board.remove(session: number)
      if failure != nil { extraAllowed = MonotonicTime.now + Engine.failurePause }
    }
  }
}
