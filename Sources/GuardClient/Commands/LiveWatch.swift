import FoundationEssentials
import Glibc
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import GuardTypes
import Health
import Platform

/// A watch on a terminal: the status page redrawn in place, with the last changes under it.
struct LiveWatch {
  let options: ReadOptions

  /// The number of displayed changes.
  private static let memory = 8

  /// Three intervals of the stream's heartbeat. After that, the status counts as outdated.
  private static let silenceLimit: Duration = .seconds(45)

  private struct View {
    var status: StatusDocument?
    var lastLine = ContinuousClock.now
    var changes: [ChangeDocument] = []
    /// The reason why there is no stream.
    var trouble: ClientError?
    var isDue = true
  }

  func run() throws {
    // Connect before the screen is cleared, so that a connection error is displayed as by any other command.
    var stream: WatchStream? = try options.connection.client.watch()
    var view = View()
    let signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH])
    var screen = LiveScreen()
    var nextDraw = ContinuousClock.now
    var nextAttempt = ContinuousClock.now
    while true {
      while let signal = signals.next() {
        switch signal {
        case SIGWINCH: screen.clear()
        case SIGTSTP: continue
        default: return
        }
        view.isDue = true
      }
      // Redraw every second, because ages change.
      if view.isDue || ContinuousClock.now >= nextDraw {
        guard draw(view, on: &screen) else { return }
        view.isDue = false
        nextDraw = .now + .seconds(1)
      }
      if stream == nil, ContinuousClock.now >= nextAttempt {
        nextAttempt = .now + .seconds(1)
        do { stream = try options.connection.client.watch() } catch { view.trouble = error }
      }
      guard stream != nil else {
        usleep(100_000)
        continue
      }
      do {
        // Short enough for Ctrl-C to feel immediate.
        switch try stream?.next(within: .milliseconds(100)) {
        case .line(let bytes)?: try apply(bytes, into: &view)
        case .quiet?, nil: break
        case .ended?: throw ClientError.unreadable(options.connection.client.socket, .truncated)
        }
      } catch let error as ClientError where error.isTransient {
        stream = nil
        view.trouble = error
        view.isDue = true
        nextAttempt = .now + .seconds(1)
      }
    }
  }

  private func apply(_ bytes: Data, into view: inout View) throws {
    let line: WatchLine
    do { line = try DocumentCoding.decodeWatchLine(bytes) } catch { throw ClientError.document(error) }
    if case .change(let change, _) = line, options.cluster == nil || change.cluster == options.cluster {
      view.changes = Array((view.changes + [change]).suffix(LiveWatch.memory))
    }
    if let status = line.status { view.status = try options.chosen(of: status) }
    view.trouble = nil
    view.lastLine = .now
    view.isDue = true
  }

  private func draw(_ view: View, on screen: inout LiveScreen) -> Bool {
    let terminal = Terminal.standardOutput()
    let silence = ContinuousClock.now - view.lastLine
    return screen.draw(
      LiveWatch.page(
        view.status, view.changes, view.trouble, silence: silence < LiveWatch.silenceLimit ? nil : silence,
        terminal), terminal,
      rows: TerminalSize.current?.rows ?? 24)
  }

  /// - Parameter silence: how long the guard has sent nothing; nil within the limit.
  static func page(
    _ status: StatusDocument?, _ changes: [ChangeDocument], _ trouble: ClientError?, silence: Duration? = nil,
    _ terminal: Terminal
  ) -> Page {
    var page = Page()
    page += Line(
      Span("oceanid-ctl watch", .faint), Span("  "), Span(terminal.now.clock(at: terminal.now)),
      Span("  Ctrl-C to exit", .faint))
    if let trouble {
      page += terminal.wrapped(Span("\(trouble); retrying", .bad))
    } else if let silence {
      page += terminal.wrapped(Span("the guard has sent nothing for \(silence.asAge)", .bad))
    }
    page.gap()
    if let status {
      page +=
        trouble == nil && silence == nil ? StatusPage.page(status, terminal).lines : past(status, terminal)
    }
    if !changes.isEmpty {
      page.gap()
      page += Line(Span("Last changes", .faint))
      page += changes.reversed().map {
        ChangeLine.line($0, now: terminal.now).cut(to: terminal.width ?? .max)
      }
    }
    return page
  }

  /// An outdated status. Its verdict is unknown, its ages refer to its own time, and it is dimmed.
  private static func past(_ status: StatusDocument, _ terminal: Terminal) -> [Line] {
    var status = status
    let age = (terminal.now - status.generatedAt).asAge
    for index in status.clusters.indices {
      let was = status.clusters[index].verdict.rawValue.uppercased()
      status.clusters[index].verdict = .unknown
      status.clusters[index].summary = "was \(was) \(age) ago"
    }
    var then = terminal
    then.now = status.generatedAt
    return StatusPage.page(status, then).lines.map { line in Line(line.spans.map { Span($0.text, .faint) }) }
  }
}
