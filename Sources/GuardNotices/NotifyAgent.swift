import Glibc
import GuardAPI
package import GuardConnection
import Platform
import SessionBus

/// Receives changes from the guard and updates the desktop's notifications until a signal ends it.
///
/// One thread with one poll(2) waits for the guard, the desktop, signals and timeouts.
package final class NotifyAgent {
  private let updates: GuardUpdates
  private let display: any NoticeDisplay
  private let stateFile: NoticeStateFile?
  private let log: (String) -> Void
  private var board: NoticeBoard

  /// Changes are combined until none has arrived for `quiet`, or for `longestGathering` at most.
  private static let quiet: Duration = .milliseconds(300)
  private static let longestGathering: Duration = .seconds(2)
  private var gatheringSince: ContinuousClock.Instant?
  private var lastNews = ContinuousClock.now

  /// An unavailable guard is reported after this time, because a restart takes less. Suspended time does not
  /// count.
  private static let awayIsNews: Duration = .seconds(60)
  private var guardFailure: (since: SuspendingClock.Instant, error: ClientError)?

  private static let firstPause: Duration = .seconds(1)
  private static let lastPause: Duration = .seconds(60)
  private var pause: Duration = firstPause
  private var nextTry = ContinuousClock.now
  private var displayTrouble: BusError?

  init(
    client: DaemonClient, display: any NoticeDisplay, filter: NoticeBoard.Filter,
    stateFile: NoticeStateFile? = nil, log: @escaping (String) -> Void
  ) {
    updates = GuardUpdates(client: client)
    self.display = display
    self.stateFile = stateFile
    self.log = log
    board = NoticeBoard(filter: filter)
  }

  /// Shows notices on the desktop, or as lines on standard output if `prints` is true.
  package convenience init(
    client: DaemonClient, prints: Bool, filter: NoticeBoard.Filter, log: @escaping (String) -> Void
  ) {
    self.init(
      client: client, display: prints ? PrintedDisplay() : DesktopDisplay(), filter: filter,
      stateFile: NoticeStateFile { name in getenv(name).map { String(cString: $0) } }, log: log)
  }

  /// Runs until SIGTERM, SIGINT or SIGHUP. Displayed notifications stay, because they are still correct.
  package func run() throws {
    let signals = try SignalDescriptor([SIGTERM, SIGINT, SIGHUP])
    restoreNotices()
    while signals.next() == nil, !display.isAbandoned {
      let now = ContinuousClock.now
      receiveNews(at: now)
      updateDesktop(at: now)
      if isDue(at: now) { show() }
      wait(signals.raw, until: wakeUp(after: .now))
    }
  }

  // MARK: - The guard

  private func receiveNews(at now: ContinuousClock.Instant) {
    for item in updates.read(at: now) {
      switch item {
      case .current(let document):
        if let failure = guardFailure {
          log(
            "the guard is responding again after \((SuspendingClock.now - failure.since).components.seconds) s"
          )
        }
        guardFailure = nil
        board.guardIsBack()
        board.apply(document, at: now)
      case .clusters(let names):
        if let cluster = board.filter.cluster, !names.contains(cluster) {
          log("\(NoSuchCluster(name: cluster, known: names)); waiting for it")
        }
        continue
      case .change(let change): board.apply(change, at: now)
      case .lost(let error):
        if guardFailure == nil { log("\(error); trying again") }
        guardFailure = (guardFailure?.since ?? .now, error)
        continue
      }
      if board.hasWork {
        gatheringSince = gatheringSince ?? now
        lastNews = now
      }
    }
    if let failure = guardFailure, SuspendingClock.now - failure.since >= NotifyAgent.awayIsNews {
      board.guardIsAway(failure.error)
    }
  }

  // MARK: - The desktop

  private func updateDesktop(at now: ContinuousClock.Instant) {
    do throws(BusError) {
      if now >= nextTry { try display.open() }
      for event in try display.events() {
        switch event {
        case .closed(let number):
          board.closed(number, at: now)
          saveNotices()
        case .lateReply(let number): board.stray(number)
        case .serverExited:
          board.clear()
          // Most servers that exit are restarted soon; a call now would start a second one.
          nextTry = now + .seconds(2)
        case .serverAppeared:
          board.clear()
          nextTry = now
        }
      }
    } catch {
      stumble(error)
    }
  }

  private func show() {
    do throws(BusError) {
      while let action = board.next() {
        switch action {
        case .close(let number):
          try display.close(number)
          board.done(action)
        case .show(let notice, let replaced, _):
          board.done(action, number: try display.show(notice, replacing: replaced))
        }
      }
      gatheringSince = nil
      recover()
      saveNotices()
    } catch {
      stumble(error)
    }
  }

  /// Restores the notifications that were displayed before a restart.
  private func restoreNotices() {
    guard let saved = stateFile?.load() else { return }
    do throws(BusError) {
      try display.open()
      if try display.screen() == saved.screen { board.restore(saved.board) }
    } catch {
      stumble(error)
    }
  }

  /// Saves the displayed notices. Without a file, a restart shows open incidents again.
  private func saveNotices() {
    guard let stateFile, let screen = try? display.screen() else { return }
    try? stateFile.save(NoticeState(screen: screen, board: board.state))
  }

  private func stumble(_ error: BusError) {
    if displayTrouble == nil { log("\(error); waiting for it") }
    displayTrouble = error
    if error.endsConnection { board.clear() }
    nextTry = .now + pause
    pause = min(pause * 2, NotifyAgent.lastPause)
  }

  private func recover() {
    if displayTrouble != nil { log("the notification server is available again") }
    displayTrouble = nil
    pause = NotifyAgent.firstPause
  }

  // MARK: - Time

  private func isDue(at now: ContinuousClock.Instant) -> Bool {
    guard board.hasWork, now >= nextTry else { return false }
    guard let gatheringSince else { return true }
    return now - lastNews >= NotifyAgent.quiet || now - gatheringSince >= NotifyAgent.longestGathering
  }

  private func wakeUp(after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    // The guard sends a heartbeat every 15 s; a silent connection is detected by reading it.
    var moment = now + .seconds(20)
    if updates.raw == nil { moment = min(moment, updates.nextAttempt) }
    if display.wakes == nil { moment = min(moment, nextTry) }
    if board.hasWork {
      let settled = gatheringSince.map {
        min(lastNews + NotifyAgent.quiet, $0 + NotifyAgent.longestGathering)
      }
      moment = min(moment, max(settled ?? now, nextTry))
    }
    if let failure = guardFailure {
      let left = NotifyAgent.awayIsNews - (SuspendingClock.now - failure.since)
      if left > .zero { moment = min(moment, now + left) }
    }
    return moment
  }

  private func wait(_ signals: Int32, until moment: ContinuousClock.Instant) {
    var entries = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    if let raw = updates.raw { entries.append(pollfd(fd: raw, events: Int16(POLLIN), revents: 0)) }
    if let desktop = display.wakes { entries.append(desktop) }
    poll(&entries, nfds_t(entries.count), Epoll.milliseconds(moment - .now))
  }
}
