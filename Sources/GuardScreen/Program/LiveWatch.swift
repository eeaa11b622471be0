import Glibc
import GuardAPI
package import GuardConnection
import GuardTerminal
import Health
import Platform

/// A watch on a terminal: the status, the problems and the last changes, with keys.
///
/// One thread waits for keys, signals and the guard, draws, and does not wait for anything else. It draws after an
/// event, and once per second because ages change.
package struct LiveWatch {
  private let client: DaemonClient
  private let pages: any ScreenPages

  /// The shortest time between two drawings that the guard's lines cause.
  private static let minPause: Duration = .milliseconds(50)

  package init(client: DaemonClient, pages: any ScreenPages) {
    self.client = client
    self.pages = pages
  }

  package func run() throws {
    let signals = try SignalDescriptor([
      SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH,
    ])
    let link = try GuardRequests(client)
    try link.follow()
    // Connect before the screen is cleared, so that a connection error is displayed as by any other command.
    guard let first = try connect(link, signals) else { return }
    var loop = Loop(link: link, pages: pages)
    loop.handle(first)
    loop.run(signals)
  }

  /// The first contents; nil after a signal that ends the program.
  private func connect(_ link: GuardRequests, _ signals: borrowing SignalDescriptor) throws
    -> GuardInbox.Contents?
  {
    while true {
      var entries = [link.inbox.raw, signals.raw].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&entries, 2, -1)
      while let signal = signals.next() {
        switch signal {
        case SIGTSTP: signals.performDefaultAction(of: signal)
        case SIGWINCH, SIGCONT: break
        default: return nil
        }
      }
      let contents = link.inbox.collect()
      if let loss = contents.loss { throw loss }
      // A cluster that does not exist is an error of the command line.
      if let status = contents.status { _ = try pages.chosen(of: status) }
      if contents.isConnected || contents.hasContact { return contents }
    }
  }

  /// The terminal and what it shows.
  private struct Loop: ~Copyable {
    let link: GuardRequests
    let pages: any ScreenPages
    private let start = ContinuousClock.now
    private var mode = TerminalMode()
    private var state: ScreenState
    private var writer = ScreenWriter(hasColor: Terminal.standardOutput().hasColor)
    private var decoder = KeyDecoder()
    private var drawnAt: ContinuousClock.Instant
    /// The next drawing.
    private var due: ContinuousClock.Instant
    /// The end of an unfinished sequence of keys.
    private var expiry: ContinuousClock.Instant?
    private var isOver = false

    init(link: GuardRequests, pages: any ScreenPages) {
      self.link = link
      self.pages = pages
      drawnAt = start
      due = start
      state = ScreenState(
        size: TerminalSize.current ?? ScreenPainter.smallest, time: ScreenTime(wall: .now, elapsed: .zero),
        hasKeys: mode.hasKeys)
    }

    mutating func run(_ signals: borrowing SignalDescriptor) {
      while !isOver {
        if ContinuousClock.now >= due {
          guard draw() else { return }
        }
        wait(for: signals)
        while let signal = signals.next() { handle(signal, signals) }
        handle(link.inbox.collect())
        if let expiry, ContinuousClock.now >= expiry { press(decoder.expire()) }
      }
    }

    private var now: ScreenTime { ScreenTime(wall: .now, elapsed: ContinuousClock.now - start) }

    /// Waits for an event or the next drawing, and reads the keys.
    private mutating func wait(for signals: borrowing SignalDescriptor) {
      let end = min(due, expiry ?? due)
      // poll(2) ignores negative descriptors.
      var entries = [link.inbox.raw, signals.raw, state.hasKeys ? STDIN_FILENO : -1].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      poll(&entries, 3, Epoll.milliseconds(max(.zero, end - .now)))
      if entries[2].revents != 0 { readKeys() }
    }

    private mutating func readKeys() {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 {
        press(decoder.decode(buffer[..<count]))
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        // The terminal has gone.
        isOver = true
      }
    }

    private mutating func press(_ keys: [Key]) {
      expiry = decoder.timeLimit.map { .now + $0 }
      for key in keys { perform(state.apply(.key(key), at: now)) }
      if !keys.isEmpty { due = .now }
    }

    private mutating func handle(_ signal: Int32, _ signals: borrowing SignalDescriptor) {
      switch signal {
      case SIGWINCH:
        if let size = TerminalSize.current { perform(state.apply(.resized(size), at: now)) }
      case SIGTSTP:
        mode.leave()
        signals.performDefaultAction(of: signal)
        resume()
      case SIGCONT: resume()
      default: isOver = true
      }
    }

    /// Continues after another program has used the terminal.
    private mutating func resume() {
      mode.enter()
      perform(state.apply(.resized(TerminalSize.current ?? state.size), at: now))
    }

    mutating func handle(_ contents: GuardInbox.Contents) {
      if contents.hasContact {
        let changes = contents.changes.filter(pages.includes)
        do {
          let status = try contents.status.map(pages.chosen)
          perform(state.apply(.received(status, changes), at: now))
        } catch {
          // The cluster has disappeared from the configuration, and may come back.
          perform(state.apply(.lost("\(error)"), at: now))
        }
      }
      if let loss = contents.loss { perform(state.apply(.lost("\(loss)"), at: now)) }
      for reply in contents.replies { perform(state.apply(.reply(reply), at: now)) }
      if contents.hasContact || contents.loss != nil || !contents.replies.isEmpty {
        due = min(due, max(.now, drawnAt + LiveWatch.minPause))
      }
    }

    private mutating func perform(_ effects: [ScreenEffect]) {
      for effect in effects {
        switch effect {
        case .send(let request): link.send(request)
        case .copy(let text): writer.copy(text)
        case .redraw:
          writer.invalidate()
          due = .now
        case .quit: isOver = true
        }
      }
    }

    /// False if the terminal has gone.
    private mutating func draw() -> Bool {
      state.time = now
      let frame = ScreenPainter(state, pages, Terminal.standardOutput()).frame()
      state.settle(frame)
      drawnAt = .now
      // At the next full second, when the clock on the screen changes.
      due = drawnAt + .milliseconds(1000 - (state.time.wall.milliseconds % 1000))
      return writer.draw(frame)
    }
  }
}
